using System.CommandLine;
using Aupd.Kernel.Facts;
using Aupd.Portal.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>What the portal has to tell the school, and what the school has not taken for more than an hour.</summary>
internal static class PortalEventsCommand
{
    private const int LongestList = 1000;
    private const string Receivers = IAccounts.EventReceivers;

    public static Command Create() => new("events", "What the portal tells the school: changed passwords and identifiers, closed accounts.") { State(), Dead(), Replay() };

    private static Command State() => Make("state", "How many wait, and how many were given up.", async (facts, _, output, ct) =>
    {
        var all = await facts.CountsAsync(Receivers, ct);
        var dead = all.Sum(c => c.Dead);
        var since = all.Min(c => c.OldestAt) is { } oldest ? $", the oldest since {oldest:yyyy-MM-dd HH:mm} UTC" : "";
        await output.WriteLineAsync($"{all.Sum(c => c.Waiting)} wait{since}; {all.Sum(c => c.Retried)} of them have failed and are tried again; {dead} given up{(dead > 0 ? ": see \"portal events dead\"" : "")}.");
    });

    private static Command Dead() => Make("dead", "Events that were given up after twelve attempts, with the last error.", async (facts, _, output, ct) =>
    {
        foreach (var d in await facts.ListAsync(Receivers, LongestList, ct))
            await output.WriteLineAsync($"{d.Key,-36}  {d.Receiver,-32} {d.CreatedAt:yyyy-MM-dd HH:mm}, given up {d.DeadAt:yyyy-MM-dd HH:mm}  {d.Error}");
    });

    private static Command Replay()
    {
        var account = new Option<string?>("--account") { Description = "Of one account alone: its id, phone, e-mail or login; without it, all that were given up." };
        var command = Make("replay", "Tries again; a changed password goes along for three days after the change.", async (facts, services, output, ct) =>
        {
            var asked = services.Parsed.GetValue(account);
            var key = asked is null ? null : (await services.Scope.GetRequiredService<IAccounts>().FindAsync(asked, ct) ?? throw new CommandException("There is no such account.")).Id.ToString();
            await output.WriteLineAsync($"{await facts.ReplayAsync(Receivers, key, "portal.events-replayed", "command", ct)} tried again.");
        });
        command.Options.Add(account);
        return command;
    }

    private static Command Make(string name, string description, Func<DeadFacts, (ParseResult Parsed, IServiceProvider Scope), TextWriter, CancellationToken, Task> work)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, ct) =>
        {
            await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
            await using var services = CommandServices.Portal(shared);
            await using var scope = services.CreateAsyncScope();
            await work(scope.ServiceProvider.GetRequiredService<DeadFacts>(), (parsed, scope.ServiceProvider), parsed.InvocationConfiguration.Output, ct);
            return CommandLine.Done;
        });
        return command;
    }
}
