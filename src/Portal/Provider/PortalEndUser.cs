using Aupd.OpenId.Doors;
using Aupd.Portal.Authentication;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Aupd.Portal.Provider;

/// <summary>Tells the OpenID engine who sits at this browser; whoever is not signed in, or must prove it anew, sees the sign-in page
/// first.</summary>
internal sealed class PortalEndUser(PortalSessions sessions) : IEndUser
{
    public async ValueTask<EndUserAnswer> AskAsync(HttpContext http, AuthorizationAsk ask, CancellationToken ct)
    {
        var session = await sessions.CurrentAsync(http, ct);
        if (session is null) return SignInFirst(ask, again: false);
        var isStale = ask.AuthenticatedAfter is { } after && session.AuthenticatedAt < after;
        var isAnother = ask.SubjectHint is { } subject && subject != session.AccountId.ToString();
        if (isStale || isAnother) return SignInFirst(ask, again: true);
        if (session.MustChangePassword)
            return new EndUserAnswer.MustAct(FirstPasswords.NewPasswordPage.Path + new QueryBuilder { { "return", ask.ResumeUrl } }.ToQueryString(), Interaction.InteractionRequired);
        // An administrator without a second factor goes nowhere from here before he has one.
        return session.MustSetUpFactor
            ? new EndUserAnswer.MustAct("/profile/second-step" + new QueryBuilder { { "return", ask.ResumeUrl } }.ToQueryString(), Interaction.InteractionRequired)
            : new EndUserAnswer.SignedIn(Told(session));
    }

    public async ValueTask<EndUserSession?> CurrentAsync(HttpContext http, CancellationToken ct) =>
        await sessions.CurrentAsync(http, ct) is { } session ? Told(session) : null;

    public async Task<string> SignOutAsync(HttpContext http, string finalUrl, CancellationToken ct)
    {
        await sessions.EndAsync(http, ct);
        return finalUrl;
    }

    private static EndUserAnswer.MustAct SignInFirst(AuthorizationAsk ask, bool again)
    {
        var query = new QueryBuilder { { "return", ask.ResumeUrl } };
        if (again) query.Add("again", "true");
        if (ask.ForeignDevice) query.Add("foreign", "true");
        if (ask.LoginHint is { Length: > 0 and <= TypedIdentifier.MaxLength } hint) query.Add("hint", hint);
        return new EndUserAnswer.MustAct("/login" + query.ToQueryString(), Interaction.LoginRequired);
    }

    private static EndUserSession Told(PortalSession session) =>
        new(session.Id.ToString(), session.AccountId.ToString(), session.AuthenticatedAt, session.Methods) { ExpiresAt = session.ExpiresAt };
}
