using Aupd.Kernel.Audit;
using Aupd.Portal.Accounts;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Authentication;

internal abstract record SignInOutcome
{
    private SignInOutcome() { }
    internal sealed record SignedIn(PortalSession Session) : SignInOutcome;
    /// <summary>The password was right; the second step waits at <see cref="SecondFactor.SecondStep"/>.</summary>
    internal sealed record SecondStepFirst : SignInOutcome;
    /// <summary>Which of the two was wrong is not told.</summary>
    internal sealed record Wrong : SignInOutcome;
    /// <summary>The password was right, so the person may know.</summary>
    internal sealed record Disabled : SignInOutcome;
    internal sealed record MustWait(TimeSpan For) : SignInOutcome;
    internal sealed record Busy(TimeSpan RetryAfter) : SignInOutcome;
}

/// <summary>A person types an identifier and a password.</summary>
internal sealed class SignInByPassword(FindAccount find, PasswordTries tries, KnownDevices devices, PortalSessions sessions, Factors factors,
    SecondStep second, Resets resets, AuditTrail audit, TimeProvider clock)
{
    /// <param name="back">Where a second step leads, a local path.</param>
    public async Task<SignInOutcome> RunAsync(HttpContext http, TypedIdentifier typed, string password, string? back, CancellationToken ct = default)
    {
        var account = await find.RunAsync(typed, ct);
        var place = devices.PlaceOf(http, account?.Id);
        switch (await tries.TryAsync(account, account?.Id.ToString() ?? typed.Key, password, place, ct))
        {
            case TryOutcome.Wrong:
                // Also where there is no such account: the time of the answer must not tell.
                await audit.WriteAsync(
                    new AuditLine("portal.password-wrong", account?.Id.ToString() ?? "visitor", Details: new { known = place.IsKnown }), ct);
                return new SignInOutcome.Wrong();
            case TryOutcome.MustWait wait:
                return new SignInOutcome.MustWait(wait.For);
            case TryOutcome.Busy busy:
                return new SignInOutcome.Busy(busy.RetryAfter);
        }
        if (account!.IsDisabled) return new SignInOutcome.Disabled();
        var state = await factors.OfAsync(account.Id, ct);
        var isReset = state.Any && state.ResetHolds(clock.GetUtcNow()) && await resets.CarryOutAsync(account.Id, ct);
        if (state.Any && !isReset)
        {
            await second.BeginAsync(http, account, back, ct);
            return new SignInOutcome.SecondStepFirst();
        }
        return new SignInOutcome.SignedIn(await sessions.StartAsync(http, account, ["pwd"], "password", ct));
    }
}
