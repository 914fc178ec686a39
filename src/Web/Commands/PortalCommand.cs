using System.CommandLine;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>What an operator of the portal decides: whose СНИЛС is confirmed, which account is closed.</summary>
internal static class PortalCommand
{
    public static Command Create() => new("portal", "Decisions of the portal's operator.") { Waiting(), Decide("confirm-snils", confirm: true), Decide("decline-snils", confirm: false), Disable(), Enable(),
        Administrator("admin", mark: true), Administrator("not-admin", mark: false), AllowReset(), CancelReset(),
        PortalEventsCommand.Create() };

    private static Command Waiting()
    {
        var command = new Command("waiting", "Lists СНИЛС that wait for a decision, the oldest first.");
        command.SetAction((parsed, ct) => WithAsync<ISnilsDecisions>(parsed, async decisions =>
        {
            foreach (var w in await decisions.WaitingAsync("command", ct: ct)) await parsed.InvocationConfiguration.Output.WriteLineAsync($"{w.AccountId}  {w.AskedAt:yyyy-MM-dd HH:mm}  {w.Snils.Formatted}  {w.Name.Reveal()}");
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

    private static Command Disable() => OnAccount<IAccounts>("disable", "Closes an account: its sessions end, nobody signs in to it.",
        (accounts, id, _, ct) => accounts.DisableAsync(id, "command", ct));

    private static Command Enable() => OnAccount<IAccounts>("enable", "Opens a closed account again: its owner signs in as before.",
        (accounts, id, _, ct) => accounts.EnableAsync(id, "command", ct));

    private static Command Administrator(string name, bool mark) => OnAccount<IAdministrators>(name, mark
        ? "Marks an account as an administrator's: it opens nothing before it has a second factor, and keeps at least one."
        : "Takes that mark off; what the account has stays.", async (administrators, id, _, ct) =>
    {
        if (!await (mark ? administrators.MarkAsync(id, "command", ct) : administrators.UnmarkAsync(id, "command", ct)))
            throw new CommandException("This account was not marked as an administrator's.");
    });

    private static Command AllowReset() => OnAccount<ISecondFactorResets>("allow-reset",
        "Lets a person in without a lost second factor, after a wait in which he is told and can cancel it. First check who he is, by a document: not by letter, call or SMS.",
        async (resets, id, output, ct) =>
        {
            if (await resets.AllowAsync(id, "command", ct) is not ResetOutcome.Waiting waiting) throw new CommandException("This account has no second factor.");
            await output.WriteLineAsync($"From {waiting.From:yyyy-MM-dd HH:mm} to {waiting.Until:yyyy-MM-dd HH:mm} UTC the password alone signs in once, unless it is cancelled.");
        });

    private static Command CancelReset() => OnAccount<ISecondFactorResets>("cancel-reset", "Cancels such a permission.", async (resets, id, _, ct) =>
    {
        if (await resets.CancelAsync(id, "command", ct) is not ResetOutcome.Cancelled) throw new CommandException("There is nothing to cancel.");
    });

    private static Command OnAccount<T>(string name, string description, Func<T, Guid, TextWriter, CancellationToken, Task> work) where T : notnull
    {
        var account = new Argument<string>("ACCOUNT") { Description = "Id, phone, e-mail or login of the account." };
        var command = new Command(name, description) { account };
        command.SetAction((parsed, ct) => WithAsync<T>(parsed, async (door, services) =>
        {
            var found = await services.GetRequiredService<IAccounts>().FindAsync(parsed.GetValue(account)!, ct) ?? throw new CommandException("There is no such account.");
            await work(door, found.Id, parsed.InvocationConfiguration.Output, ct);
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
