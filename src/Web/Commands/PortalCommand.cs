using System.CommandLine;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>What an operator of the portal decides: whose СНИЛС is confirmed, which account is closed.</summary>
internal static class PortalCommand
{
    public static Command Create() => new("portal", "Decisions of the portal's operator.") { Waiting(), Decide("confirm-snils", confirm: true), Decide("decline-snils", confirm: false), Disable() };

    private static Command Waiting()
    {
        var command = new Command("waiting", "Lists СНИЛС that wait for a decision, the oldest first.");
        command.SetAction((parsed, ct) => WithAsync<ISnilsDecisions>(parsed, async decisions =>
        {
            foreach (var w in await decisions.WaitingAsync("command", ct: ct)) await Console.Out.WriteLineAsync($"{w.AccountId}  {w.AskedAt:yyyy-MM-dd HH:mm}  {w.Snils.Formatted}  {w.Name.Reveal()}");
            return CommandLine.Done;
        }, ct));
        return command;
    }

    private static Command Decide(string name, bool confirm)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "Id, phone, e-mail or login of the account." };
        var snils = new Argument<string>("SNILS") { Description = "The number that was judged, as listed by \"waiting\"; if another stands there by now, nothing is decided." };
        var command = new Command(name, confirm ? "Confirms the СНИЛС of an account." : "Declines the СНИЛС of an account.") { account, snils };
        command.SetAction((parsed, ct) => WithAsync<ISnilsDecisions>(parsed, async (decisions, services) =>
        {
            var found = await services.GetRequiredService<IAccounts>().FindAsync(parsed.GetValue(account)!, ct) ?? throw new CommandException("There is no such account.");
            var judged = Snils.TryParse(parsed.GetValue(snils)) ?? throw new CommandException("That is no valid СНИЛС.");
            var outcome = confirm ? await decisions.ConfirmAsync(found.Id, "command", judged, ct) : await decisions.DeclineAsync(found.Id, "command", judged, ct);
            return outcome switch
            {
                SnilsDecisionOutcome.Decided => CommandLine.Done,
                SnilsDecisionOutcome.Unchanged => CommandLine.Done,
                SnilsDecisionOutcome.NoAccount => throw new CommandException("There is no such account."),
                SnilsDecisionOutcome.NothingEntered => throw new CommandException("No СНИЛС waits for that decision on this account."),
                SnilsDecisionOutcome.ConfirmedForAnother => throw new CommandException("The same СНИЛС is confirmed for another account."),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }, ct));
        return command;
    }

    private static Command Disable()
    {
        var account = new Argument<string>("ACCOUNT") { Description = "Id, phone, e-mail or login of the account." };
        var command = new Command("disable", "Closes an account: its sessions end, nobody signs in to it.") { account };
        command.SetAction((parsed, ct) => WithAsync<IAccounts>(parsed, async accounts =>
        {
            var found = await accounts.FindAsync(parsed.GetValue(account)!, ct) ?? throw new CommandException("There is no such account.");
            await accounts.DisableAsync(found.Id, "command", ct);
            return CommandLine.Done;
        }, ct));
        return command;
    }

    private static Task<int> WithAsync<T>(ParseResult parsed, Func<T, Task<int>> work, CancellationToken ct) where T : notnull => WithAsync<T>(parsed, (door, _) => work(door), ct);

    private static async Task<int> WithAsync<T>(ParseResult parsed, Func<T, IServiceProvider, Task<int>> work, CancellationToken ct) where T : notnull
    {
        await using var shared = await SharedParts.OpenAsync(CommonOptions.Settings(parsed), ct: ct);
        await using var services = CommandServices.Portal(shared);
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<T>(), scope.ServiceProvider);
    }
}
