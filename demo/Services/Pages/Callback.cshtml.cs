using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace Aupd.Demo.Services.Pages;

/// <summary>The browser comes back from the gateway. Always a redirect, so that no code stays in the history.</summary>
internal sealed partial class CallbackPage(
    ServiceClients clients, SessionStore sessions, ServiceCookie cookie, PendingSignInCookie pending, ILogger<CallbackPage> log)
        : ServicePage
{
    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var outcome = await clients[Service].FinishAsync(Request.Query, pending.Take(HttpContext), ct);
        if (outcome is FinishOutcome.SignedIn signedIn)
        {
            await StartAsync(signedIn, ct);
            return Home();
        }
        SignInFailed(log, Service.Key, outcome.GetType().Name);
        return Trouble(outcome switch
        {
            FinishOutcome.ProviderDown => TroubleWord.GatewayDown,
            FinishOutcome.RefusedByProvider { Error: "access_denied" } => TroubleWord.Refused,
            FinishOutcome.RefusedByProvider { Error: "temporarily_unavailable" or "server_error" } => TroubleWord.GatewayDown,
            FinishOutcome.StateMismatch or FinishOutcome.TokenRefused { Error: "invalid_grant" } => TroubleWord.Expired,
            _ => TroubleWord.BadAnswer,
        });
    }

    // The session that was there, if any, gives way: another role, or another person.
    private async Task StartAsync(FinishOutcome.SignedIn signedIn, CancellationToken ct)
    {
        if (await cookie.SessionAsync(HttpContext, Service, ct) is { } old) await sessions.EndAsync(old, ct);
        var claims = signedIn.UserInfo ?? signedIn.IdToken.Root;
        var held = new HeldTokens(signedIn.Tokens.IdToken!, claims.GetRawText(), signedIn.Tokens.RefreshToken);
        cookie.Write(HttpContext, Service, await sessions.StartAsync(Service, signedIn.Subject, signedIn.IdToken.Text("sid"), held, ct));
    }

    [LoggerMessage(EventId = 6103, Level = LogLevel.Warning, Message = "A sign-in to {Service} failed: {Outcome}")]
    private static partial void SignInFailed(ILogger logger, string service, string outcome);
}
