using System.Diagnostics;
using System.Globalization;
using Aupd.SignIn.Doors;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Bench.Workplace;

/// <summary>A real Samba with so many people: how long a comparison takes without and with drift and what it needs of memory, how soon drift is repaired, how
/// soon a password that was changed at the portal opens the directory, and how many passwords a second it takes.</summary>
internal static class WorkplaceBenchmark
{
    private const int HandOvers = 50, Writes = 300, OneIn = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        var people = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        var school = new School { IsByTheMachinesClock = true };
        await school.InitializeAsync();
        try
        {
            var filled = new FilledDomain(school, people);
            await TimedAsync($"fill {people} entries", filled.FillAsync);
            await ReconcileAsync(school, "nothing differs", "--report-only");
            await TimedAsync("one in a hundred is changed by hand", () => ChangeAsync(school, people));
            await ReconcileAsync(school, "one in a hundred differs, told only", "--report-only");
            var watch = Stopwatch.StartNew();
            await ReconcileAsync(school, "one in a hundred differs, repaired");
            await Until(school, "select not exists (select 1 from workplace.delivery where due_at <= now())");
            Say("all repaired, from the begin of the comparison", watch.Elapsed);
            await ReconcileAsync(school, "after the repair", "--report-only");
            await HandOverAsync(school);
            await WriteAsync(school, filled);
            return 0;
        }
        finally { await school.DisposeAsync(); }
    }

    private static async Task ReconcileAsync(School school, string what, params string[] options)
    {
        var watch = Stopwatch.StartNew();
        await using var program = school.Program(["workplace", "reconcile", .. options]);
        var peak = 0L;
        var said = program.UntilItSaysAsync("Passwords are not compared");
        while (!said.IsCompleted)
        {
            peak = Math.Max(peak, PeakMiB(program.Id));
            await Task.Delay(100);
        }
        await said;
        if (await program.ExitAsync() != 0) throw new InvalidOperationException(program.Output);
        Say($"reconcile, {what}; peak {peak} MiB", watch.Elapsed);
        foreach (var line in program.Output.Split('\n').SkipWhile(l => !l.Contains(" accounts compared with ", StringComparison.Ordinal))) Console.Out.WriteLine("  " + line);
    }

    private static long PeakMiB(int process)
    {
        try
        {
            return long.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture) / 1024;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException) { return 0; }
    }

    private static Task ChangeAsync(School school, int people) => Task.Run(() => school.Domain.AsAdministrator(link =>
    {
        for (var i = 0; i < people; i += OneIn)
            link.Set(link.Find($"(sAMAccountName={FilledDomain.Login(i)})").Single().Name, [new("title", "изменено вручную")]);
    }));

    // From the press of the portal's button to the first bind that opens.
    private static async Task HandOverAsync(School school)
    {
        var times = new List<double>();
        for (var i = 0; i < HandOvers; i++)
        {
            var next = $"семь вёсел и {i} руль";
            var person = await school.TeacherAsync($"handover{i}");
            await school.ActivateAsync(person);
            await Eventually.HoldsAsync("the first password opens", () => school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
            using var browser = await school.AtPasswordAsync(person, Person.Password);
            var watch = Stopwatch.StartNew();
            await browser.SubmitAsync(("Old", Person.Password), ("New", next));
            await Eventually.HoldsAsync("the new one opens", () => school.Domain.BindOpens($"{person.Login}@zao.obr.test", next));
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        Console.Out.WriteLine($"password changed at the portal until the directory takes it, {HandOvers} people one after another: median {times[HandOvers / 2]:F0} ms, p95 {times[HandOvers * 95 / 100]:F0} ms");
    }

    private static async Task WriteAsync(School school, FilledDomain filled)
    {
        var passwords = school.Service.School.Services.GetRequiredService<IWorkplacePasswords>();
        var count = Math.Min(Writes, filled.Ids.Count);
        await using var connection = await school.Service.Source.OpenConnectionAsync();
        var sealed_ = new List<string>();
        for (var i = 0; i < count; i++) sealed_.Add((await passwords.SealAsync(filled.Ids[i].ToString(), $"девять лисичек {i}", default))!);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++) await passwords.KeepAsync(connection, filled.Ids[i], sealed_[i], new PortalPassword(null, DateTimeOffset.UtcNow), $"bench{i}", default);
        await Until(school, "select not exists (select 1 from workplace.password)");
        Console.Out.WriteLine($"{count} passwords at once: {count / watch.Elapsed.TotalSeconds:F1} a second; each also opens its account");
    }

    private static async Task Until(School school, string sql)
    {
        while (!await school.QueryAsync<bool>(sql)) await Task.Delay(50);
    }

    private static async Task TimedAsync(string what, Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        Say(what, watch.Elapsed);
    }

    private static void Say(string what, TimeSpan time) => Console.Out.WriteLine($"{what}: {time.TotalSeconds:F1} s");
}
