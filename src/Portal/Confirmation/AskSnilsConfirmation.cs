using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Confirmation;

/// <summary>Leaves it to an operator: <c>aupd portal confirm-snils</c>.</summary>
internal sealed class OperatorDecides : ISnilsConfirmation
{
    public Task<SnilsAnswer> AskAsync(SnilsQuestion question, CancellationToken ct) => Task.FromResult(SnilsAnswer.Later);
}

/// <summary>Asks the door about a СНИЛС that was typed in, and does what it answers at once.</summary>
internal sealed class AskSnilsConfirmation(IServiceScopeFactory scopes, ISnilsConfirmation door) : IFactReceiver
{
    public const string ReceiverName = "portal.ask-snils-confirmation";
    private const string Actor = "snils-confirmation";

    public string Name => ReceiverName;
    public string Topic => SnilsEntered.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var accountId = fact.Payload.Deserialize<SnilsEntered>(JsonSerializerOptions.Web)!.AccountId;
        await using var scope = scopes.CreateAsyncScope();
        var account = await scope.ServiceProvider.GetRequiredService<AccountStore>().FindAsync(accountId, ct);
        // Another number since, confirmed, or taken off: that is another fact's matter.
        if (account is not { SnilsState: SnilsState.Entered, Snils: { } snils }) return;
        var answer = await door.AskAsync(new SnilsQuestion(account.Id, account.Name, snils, account.BirthDate), ct);
        var decisions = scope.ServiceProvider.GetRequiredService<ISnilsDecisions>();
        if (answer == SnilsAnswer.Confirmed) await decisions.ConfirmAsync(accountId, Actor, snils, ct);
        else if (answer == SnilsAnswer.Declined) await decisions.DeclineAsync(accountId, Actor, snils, ct);
    }
}
