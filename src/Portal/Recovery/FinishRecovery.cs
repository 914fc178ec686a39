using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Aupd.Portal.Passwords;
using Aupd.Portal.SecondFactor;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Recovery;

internal abstract record FinishRecoveryOutcome
{
    private FinishRecoveryOutcome() { }
    internal sealed record Done : FinishRecoveryOutcome;
    internal sealed record PasswordRefused(PasswordFault Fault) : FinishRecoveryOutcome;
    internal sealed record Busy(TimeSpan RetryAfter) : FinishRecoveryOutcome;
    /// <summary>Another request has finished it, or the account is no more.</summary>
    internal sealed record Over : FinishRecoveryOutcome;
}

/// <summary>Sets the new password of a proved recovery, once; every session of the account ends and the person is told.</summary>
internal sealed class FinishRecovery(AccountStore accounts, ReplacePassword replace, KnownDevices devices, FlowStore flows, TellPerson tell,
    Factors factors, SchoolPasswordSettings school, TimeProvider clock)
{
    public async Task<FinishRecoveryOutcome> RunAsync(HttpContext http, Flow<RecoveryState> flow, string password, CancellationToken ct)
    {
        if (flow.State is not { Proved: true, AccountId: { } accountId }) throw new InvalidOperationException("This recovery is not proved.");
        if (await accounts.FindAsync(accountId, ct) is not { IsDisabled: false } account) return new FinishRecoveryOutcome.Over();
        // Asked again: a second factor may have come since the code was typed.
        var state = await factors.OfAsync(accountId, ct);
        if (state.Any && !flow.State.SecondStepTaken && !state.ResetHolds(clock.GetUtcNow())) return new FinishRecoveryOutcome.Over();
        if (PasswordRules.Check(password, PasswordOwner.Of(account), school) is { } fault) return new FinishRecoveryOutcome.PasswordRefused(fault);
        // Finished first: of thirty presses one sets the password. A crash in between costs the person another code, never the account.
        if (!await flows.FinishAsync(RecoveryState.Kind, flow, new RecoveryState { ReturnUrl = flow.State.ReturnUrl }, accountId, ct))
            return new FinishRecoveryOutcome.Over();
        switch (await replace.RunAsync(accountId, password, keep: null, actor: accountId.ToString(), ct))
        {
            case ChangePasswordOutcome.Changed:
                // A phone that was stolen gets the code, too: where there is a second step, only that makes a browser known.
                if (!state.Any || flow.State.SecondStepTaken) devices.Remember(http, accountId);
                await tell.PasswordChangedAsync(account, ct);
                return new FinishRecoveryOutcome.Done();
            case ChangePasswordOutcome.Busy busy:
                await flows.ReopenAsync(RecoveryState.Kind, flow, ct);
                return new FinishRecoveryOutcome.Busy(busy.RetryAfter);
            case ChangePasswordOutcome.NewRefused refused:
                await flows.ReopenAsync(RecoveryState.Kind, flow, ct);
                return new FinishRecoveryOutcome.PasswordRefused(refused.Fault);
            default:
                return new FinishRecoveryOutcome.Over();
        }
    }
}
