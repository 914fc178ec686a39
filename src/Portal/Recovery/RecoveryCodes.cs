using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Codes;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Recovery;

/// <summary>Sends the code of a recovery to the account's own confirmed phone or e-mail, never to a place that was typed. For an unknown account the
/// same is done up to the sending, and the answer takes as long.</summary>
internal sealed class RecoveryCodes(FindAccount find, Sealer sealer, IssueCode issue, MessageTexts texts, CodeSettings settings, TimeProvider clock)
{
    /// <summary>Longer than either way takes, so that the time of the answer says nothing.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    public CodeBinding Bind(Flow<RecoveryState> flow) => new(flow.Id, CodePurpose.Recover, sealer.Index("portal/recovery", flow.State.Typed!));

    /// <summary>The account that a typed identifier names, if it can be recovered.</summary>
    public async Task<PortalAccount?> FindAsync(TypedIdentifier typed, CancellationToken ct) =>
        await find.RunAsync(typed, ct) is { IsDisabled: false } account && (account.Phone is not null || account.Email is not null) ? account : null;

    public async Task<IssueCodeOutcome> SendAsync(HttpContext http, Flow<RecoveryState> flow, TypedIdentifier typed, CancellationToken ct)
    {
        var pace = Task.Delay(Pace, clock, ct);
        var account = await FindAsync(typed, ct);
        // Found anew each time; if what was typed names another by now, the code must not open the one that it named at first.
        var letter = account?.Id == flow.State.AccountId && account is not null && ContactOf(account, typed) is { } to ? Letter(to) : new CodeLetter.Nobody();
        var outcome = await issue.RunAsync(new CodeAsk(Bind(flow), AddressPrefix.Of(http), CostsSms: typed.Email is null, letter), ct);
        await pace;
        return outcome;
    }

    public async Task<int> WaitSecondsAsync(Flow<RecoveryState> flow, CancellationToken ct) =>
        CodeWords.SecondsUntil(await issue.NextAtAsync(Bind(flow), ct), clock.GetUtcNow());

    private CodeLetter Letter(ContactPoint to)
    {
        var until = clock.GetUtcNow() + settings.Lifetime;
        return new CodeLetter.WithCode(to, code => texts.RecoveryCode(to, code, until));
    }

    // Whoever typed an e-mail reads e-mail; everyone else has the phone at hand.
    private static ContactPoint? ContactOf(PortalAccount account, TypedIdentifier typed)
    {
        ContactPoint? phone = account.Phone is null ? null : new ContactPoint.ByPhone(account.Phone);
        ContactPoint? email = account.Email is null ? null : new ContactPoint.ByEmail(account.Email);
        return typed.Email is not null ? email ?? phone : phone ?? email;
    }
}
