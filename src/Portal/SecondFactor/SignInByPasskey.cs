using Aupd.Kernel.Audit;
using Aupd.Portal.Authentication;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.SecondFactor;

internal abstract record PasskeySignInOutcome
{
    private PasskeySignInOutcome() { }
    internal sealed record SignedIn : PasskeySignInOutcome;
    internal sealed record Disabled : PasskeySignInOutcome;
    internal sealed record Refused(PasskeyProof Why) : PasskeySignInOutcome;
    internal sealed record MustWait(TimeSpan For) : PasskeySignInOutcome;
}

/// <summary>A person signs in by a passkey alone. It is two proofs in one, something he has and the finger, face or code that opens it, which
/// the authenticator vouches for (user verification).</summary>
internal sealed class SignInByPasskey(ProveByPasskey prove, PortalSessions sessions)
{
    public async Task<PasskeySignInOutcome> RunAsync(HttpContext http, string? state, string? answer, CancellationToken ct)
    {
        switch (await prove.RunAsync(http, PasskeyAsk.ToSignIn, expected: null, state, answer, ct))
        {
            case PasskeyProof.Right(var account, _) when account.IsDisabled: return new PasskeySignInOutcome.Disabled();
            case PasskeyProof.Right(var account, var method):
                await sessions.StartAsync(http, account, [method, "mfa"], "passkey", ct);
                return new PasskeySignInOutcome.SignedIn();
            case PasskeyProof.MustWait wait: return new PasskeySignInOutcome.MustWait(wait.For);
            case var why: return new PasskeySignInOutcome.Refused(why);
        }
    }
}
