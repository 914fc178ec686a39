using Aupd.Kernel.Audit;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Flows;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.SecondFactor;

/// <summary>A sign-in between its two steps, as it lies sealed in its flow: the password was right, nobody is signed in.</summary>
/// <param name="Stamp">Of the account at that moment: a password changed since ends the step.</param>
/// <param name="Back">A local path.</param>
internal sealed record SecondStepState(Guid AccountId, string Stamp, string? Back, DateTimeOffset Until)
{
    public const string Kind = "second-step";
}

/// <summary>A step that can be taken.</summary>
internal sealed record OpenStep(Flow<SecondStepState> Flow, PortalAccount Account)
{
    public string Onward => Flow.State.Back ?? "/profile";
}

/// <summary>The second step of a sign-in: begun by a right password, bound to this browser by a secret of its own that opens nothing else,
/// finished once.</summary>
internal sealed class SecondStep(FlowStore flows, AccountStore accounts, PortalSessions sessions,
    SecondFactorSettings settings, TimeProvider clock)
{
    /// <summary>A new secret each time: one that was planted in the browser is worth nothing.</summary>
    public Task BeginAsync(HttpContext http, PortalAccount account, string? back, CancellationToken ct) => flows.StartAsync(http, SecondStepState.Kind,
        new SecondStepState(account.Id, account.SecurityStamp, LocalUrl.Check(back), clock.GetUtcNow() + settings.Step), ct);

    /// <summary>The step of this browser; null when there is none, it took too long, or the account is not what it was.</summary>
    public async Task<OpenStep?> FindAsync(HttpContext http, CancellationToken ct)
    {
        var flow = await flows.FindAsync<SecondStepState>(http, SecondStepState.Kind, ct);
        if (flow is null or { IsFinished: true } || flow.State.Until <= clock.GetUtcNow()) return null;
        return await accounts.FindAsync(flow.State.AccountId, ct) is { IsDisabled: false } account && account.SecurityStamp == flow.State.Stamp
            ? new OpenStep(flow, account) : null;
    }

    /// <summary>Signs in; false when another request of this browser was quicker.</summary>
    /// <param name="proof">How the second step was taken, in words of RFC 8176.</param>
    public async Task<bool> FinishAsync(HttpContext http, OpenStep step, string proof, string by, CancellationToken ct)
    {
        var rest = step.Flow.State with { Stamp = "" };
        if (!await flows.FinishAsync(SecondStepState.Kind, step.Flow, rest, step.Account.Id, ct)) return false;
        await sessions.StartAsync(http, step.Account, ["pwd", proof, "mfa"], "password+" + by, ct);
        return true;
    }
}
