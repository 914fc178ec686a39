using System.CommandLine;
using Aupd.Web.Sites;
using Aupd.Workplace.Doors;

namespace Aupd.Web.Commands;

/// <summary>The accounts in the schools' directory and in Teams: what waits, what a person must decide.</summary>
internal static class WorkplaceCommand
{
    private const int LongestList = 1000;

    public static Command Create() => new("workplace", "Accounts in the schools' directory and in Teams.") { State(), Check(), Conflicts(), Adopt(), Twins(), Dead(), Replay(), Refresh(), Reconcile(), TeamsNames() };

    private static Command State() => Make("state", "How many accounts are in order, wait, were given up, or need a decision.", async (accounts, _, ct) =>
    {
        foreach (var c in await accounts.CountsAsync(ct))
        {
            await Console.Out.WriteLineAsync($"{c.Target}: {c.InOrder} in order, {c.Waiting} wait, {c.Dead} given up, {c.Conflicts} need a decision; {c.Left} of people who have left.");
            if (c.AwaySince is { } since) await Console.Out.WriteLineAsync($"{c.Target}: away since {since:yyyy-MM-dd HH:mm}. {c.AwayReason}");
        }
    });

    private static Command Check() => Make("check", "Opens the directory and Teams as the worker does, and says why it cannot.", async (accounts, parsed, ct) =>
    {
        foreach (var line in await accounts.CheckAsync(ct)) await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
    });

    private static Command Conflicts() => Make("conflicts", "Logins that need a person's decision: put it right there and replay, or adopt.", async (accounts, _, ct) =>
    {
        foreach (var c in await accounts.ConflictsAsync(LongestList, ct))
            await Console.Out.WriteLineAsync($"{c.Login,-20} {c.Target,-9} {c.Since:yyyy-MM-dd HH:mm}  {c.Reason,-18} {c.Sentence}\n{"",-20} {c.EntryName}");
    });

    private static Command Adopt()
    {
        var login = new Argument<string>("LOGIN") { Description = "As listed by \"conflicts\"." };
        var target = new Option<string>("--in") { Description = "directory or teams.", DefaultValueFactory = _ => "directory" };
        target.AcceptOnlyFromAmong("directory", "teams");
        var command = Make("adopt", "Decides that the account in question is that person's own.", async (accounts, parsed, ct) =>
        {
            if (!await accounts.AdoptAsync(parsed.GetValue(login)!, parsed.GetValue(target)!, "command", ct)) throw new CommandException("No such decision waits for that login there.");
        });
        command.Arguments.Add(login);
        command.Options.Add(target);
        return command;
    }

    private static Command Twins() => Make("twins", "Accounts of the directory that look like one person's, with the evidence.", async (accounts, _, ct) =>
    {
        await foreach (var group in accounts.TwinsAsync(ct))
        {
            await Console.Out.WriteLineAsync($"Same {group.Evidence}:");
            foreach (var a in group.Accounts)
                await Console.Out.WriteLineAsync($"  {a.Login,-20} {a.ShownName}; made {a.CreatedOn:yyyy-MM-dd}, last used {(a.LastUsedOn is { } used ? $"{used:yyyy-MM-dd}" : "never")}"
                    + $"{(a.IsDisabled ? ", disabled" : "")}{(a.IsManaged ? ", kept by us" : "")}\n  {"",-20} {a.EntryName}");
        }
    });

    private static Command Dead() => Make("dead", "Accounts that were refused again and again, with the reason.", async (accounts, _, ct) =>
    {
        foreach (var d in await accounts.DeadAsync(LongestList, ct)) await Console.Out.WriteLineAsync($"{d.Login,-20} {d.Target,-9} {d.Since:yyyy-MM-dd HH:mm}  {d.Error}");
    });

    private static Command Replay()
    {
        var login = new Option<string?>("--login") { Description = "One login alone; without it all that were given up or need a decision." };
        var command = Make("replay", "Tries again.", async (accounts, parsed, ct) =>
            await Console.Out.WriteLineAsync($"{await accounts.ReplayAsync(parsed.GetValue(login), "command", ct)} tried again."));
        command.Options.Add(login);
        return command;
    }

    private static Command Refresh() => Make("refresh", "Reads anew what is so of everyone who is activated: after a directory was set up.", async (accounts, _, ct) =>
        await Console.Out.WriteLineAsync($"{await accounts.RefreshAsync(ct)} to be delivered."));

    private static Command TeamsNames()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "Lines \"login;name@domain\", UTF-8." };
        var command = Make("teams-names", "Takes a list of Teams names that people had before: they keep them.", async (accounts, parsed, ct) =>
        {
            try
            {
                using var lines = parsed.GetValue(file)!.OpenText();
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"{await accounts.ImportTeamsNamesAsync(lines, "command", ct)} names taken.");
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException) { throw new CommandException(e.Message); }
        });
        command.Arguments.Add(file);
        return command;
    }

    private static Command Reconcile()
    {
        var reportOnly = new Option<bool>("--report-only") { Description = "Tells what differs and repairs nothing." };
        var target = new Option<string>("--in") { Description = "directory or teams.", DefaultValueFactory = _ => "directory" };
        target.AcceptOnlyFromAmong("directory", "teams");
        var command = Make<IReconcile>("reconcile", "Compares every account with the directory, or with Teams, and repairs what differs; goes on where it was broken off.", async (reconcile, parsed, ct) =>
        {
            var report = await reconcile.RunAsync(parsed.GetValue(target)!, parsed.GetValue(reportOnly), "command", new ReconcileLines(), ct) ?? throw new CommandException("A comparison runs already.");
            foreach (var f in await reconcile.FindingsAsync(report.Run, LongestList, ct)) await Console.Out.WriteLineAsync($"{f.Login,-20} {f.Kind,-21} {f.Detail}");
            await Console.Out.WriteLineAsync($"{report.Accounts} accounts compared with {report.Entries} entries in {report.Duration.TotalSeconds:F0} s; {report.Repaired} put into the queue of deliveries.");
            foreach (var k in report.Kinds) await Console.Out.WriteLineAsync($"{k.Count,9}  {k.Kind}: {k.Sentence}");
            if (parsed.GetValue(target) == "directory") await Console.Out.WriteLineAsync("Passwords are not compared: a directory gives none out.");
        });
        command.Options.Add(reportOnly);
        command.Options.Add(target);
        return command;
    }

    // Every few seconds a line, and in order.
    private sealed class ReconcileLines : IProgress<ReconcileProgress>
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
        private long _last;

        public void Report(ReconcileProgress value)
        {
            if (_last != 0 && System.Diagnostics.Stopwatch.GetElapsedTime(_last) < Pause) return;
            _last = System.Diagnostics.Stopwatch.GetTimestamp();
            Console.Out.WriteLine($"Reconcile {value.Run}: {value.Percent} %, {value.Entries} entries read, {value.Accounts} accounts looked for");
        }
    }

    private static Command Make(string name, string description, Func<IWorkplaceAccounts, ParseResult, CancellationToken, Task> work) =>
        Make<IWorkplaceAccounts>(name, description, work);

    private static Command Make<T>(string name, string description, Func<T, ParseResult, CancellationToken, Task> work) where T : notnull
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.School(shared);
            try { await work(services.GetRequiredService<T>(), parsed, ct); }
            catch (DirectoryUnusableException e) { throw new CommandException(e.Message); }
            return CommandLine.Done;
        });
        return command;
    }
}
