using System.Diagnostics;
using System.Globalization;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Aupd.Web.Sites;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Aupd.Bench;

/// <summary>How long after an import the roles have followed: people sign in (are matched one by one), then one guardian in a hundred, then
/// one in ten, changes in the registry, and the worker is timed from the end of the import until nobody waits to be compared anew.</summary>
internal static class RematchBenchmark
{
    private const int AtOnce = 8;
    private const string WaitingSql = """
        select (select count(*) from registries.import where spread_at is null) + (select count(*) from registries.touched_account)
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 450_000;
        var accounts = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : rows / 10;
        using var folder = new BenchFolder();
        GeneratedRegion.Write(folder.Files, rows);
        await using var shared = await SharedParts.OpenAsync(folder.Configuration);
        var services = new ServiceCollection();
        shared.AddTo(services);
        Registries.RegistriesModule.AddRegistries(services.AddLogging(), folder.Configuration);
        await using var provider = Registries.RegistriesModule.AddRegistriesWorker(services, folder.Configuration).BuildServiceProvider();
        var bench = new Bench(provider, folder.Files);
        await bench.ImportAsync();
        await bench.SignInAsync(GeneratedAccounts.Write(folder.Files, accounts));
        foreach (var worker in provider.GetServices<IHostedService>()) await worker.StartAsync(default);
        await bench.FollowAsync();
        foreach (var every in (int[])[100, 10])
        {
            ChangeEvery(every, Path.Combine(folder.Files, "guardians.csv"));
            await bench.ImportAsync();
            await bench.FollowAsync();
        }
        return 0;
    }

    private sealed class Bench(IServiceProvider provider, string files)
    {
        private readonly NpgsqlDataSource _source = provider.GetRequiredService<NpgsqlDataSource>();

        public async Task ImportAsync()
        {
            var watch = Stopwatch.StartNew();
            var order = new ImportOrder(files, DryRun: false, AllowLargeRemoval: false, Changes: false, "bench");
            var outcome = await provider.GetRequiredService<IImport>().RunAsync(order, new Progress<string>(), default);
            var changed = outcome is ImportOutcome.Applied applied ? applied.Counts.Sum(c => c.Changed) : -1;
            Console.Out.WriteLine($"import: {watch.Elapsed.TotalSeconds:F1} s, {changed} rows changed");
        }

        public async Task SignInAsync(string path)
        {
            var (matching, watch, count) = (provider.GetRequiredService<IMatching>(), Stopwatch.StartNew(), 0);
            await Parallel.ForEachAsync(File.ReadLines(path).Skip(1), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (line, ct) =>
            {
                await matching.MatchAsync(Facts(line.Split(';')), ct);
                Interlocked.Increment(ref count);
            });
            Console.Out.WriteLine($"matched one by one, {AtOnce} at once: {count} accounts, {count / watch.Elapsed.TotalSeconds:F0} a second");
        }

        public async Task FollowAsync()
        {
            var (watch, most) = (Stopwatch.StartNew(), 0L);
            for (long waiting; (waiting = await WaitingAsync()) > 0; await Task.Delay(100)) most = Math.Max(most, waiting);
            Console.Out.WriteLine($"roles have followed after {watch.Elapsed.TotalSeconds:F1} s; seen waiting: {most} accounts");
        }

        private async Task<long> WaitingAsync()
        {
            await using var command = _source.CreateCommand(WaitingSql);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    // account_id;last_name;first_name;middle_name;snils;snils_confirmed;phone;email;birth_date;created_at;made_from_record_id
    private static AccountFacts Facts(string[] f) => new(
        f[0], PersonName.TryCreate(f[1], f[2], f[3])!, Snils.TryParse(f[4]), SnilsInvalid: false, f[5] == "yes",
        Phone.TryParse(f[6]) is { } phone ? [phone] : [], Email.TryParse(f[7]) is { } email ? [email] : [],
        f[8].Length > 0 ? DateOnly.Parse(f[8], CultureInfo.InvariantCulture) : null,
        DateTimeOffset.Parse(f[9], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), f[10].Length > 0 ? f[10] : null);

    private static void ChangeEvery(int every, string path)
    {
        var lines = File.ReadAllLines(path);
        for (var i = 1; i < lines.Length; i += every) lines[i] = lines[i].Replace("@example.", $"@every{every}.example.", StringComparison.Ordinal);
        File.WriteAllLines(path, lines);
    }
}
