using Aupd.Kernel.Pages;
using Aupd.OpenId.Consents;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Authorize;

/// <summary><c>/connect/authorize</c> (GET, POST) and <c>/connect/authorize/resume</c>, where the browser comes back from the site's
/// pages.</summary>
internal sealed partial class AuthorizeEndpoint(
    AuthorizeSteps steps, IEndUser endUser, ConsentStore consents, ContextClasses classes, IssueCode codes, PendingRequests pending, ProviderIdentity provider,
    TimeProvider clock,
    ILogger<AuthorizeEndpoint> log)
{
    public const string Path = "/connect/authorize", ResumePath = Path + "/resume";
    internal const string Kind = "authorize";

    /// <summary>The request on its way, and the row it has in the database, if it has waited already.</summary>
    private sealed record Turn(AuthorizeRequest Request, Handle Id, bool Kept, bool SelectionShown)
    {
        /// <summary>Begun anew because the sign-in grew too old for the client while the person was at our pages.</summary>
        public bool Anew { get; init; }
        /// <summary>The person proves anew who he is: the sign-in that there is was not of the class that the client demands.</summary>
        public DateTimeOffset? ProveAfter { get; init; }
    }

    public async Task GetAsync(HttpContext http)
    {
        var request = new AuthorizeRequest(RequestParameters.FromQuery(http.Request), clock.GetUtcNow());
        await RunAsync(http, new Turn(request, pending.NewId(), Kept: false, SelectionShown: false), At.Authorize);
    }

    // Browsers send no SameSite=Lax cookie with a post from another site: the request goes on as a GET of our own.
    public async Task PostAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var request = new AuthorizeRequest(await RequestParameters.FromFormAsync(http.Request, ct), clock.GetUtcNow());
        if (await steps.RunAsync(request, At.Authorize, ct) is { } fault) { await RefuseAsync(http, request, fault); return; }
        var id = pending.NewId();
        await pending.KeepAsync(id, Kind, Kept(request, selectionShown: false), ct);
        Answers.SeeOther(http, ResumeUrl(id));
    }

    public async Task ResumeAsync(HttpContext http)
    {
        var id = Handle.TryParse(RequestParameters.FromQuery(http.Request)["request"]);
        if (await pending.FindAsync(id, Kind, http.RequestAborted) is not { } kept)
        {
            await TellPersonAsync(http,
                OAuthError.InvalidRequest("The sign-in took too long or was not begun here; go back to the service.",
                    "no such pending request"));
            return;
        }
        var request = new AuthorizeRequest(kept.Parameters, kept.AskedAt) { Pushed = kept.Pushed };
        await RunAsync(http, new Turn(request, id!, Kept: true, kept.SelectionShown), At.Resumed);
    }

    private async Task RunAsync(HttpContext http, Turn turn, At where)
    {
        var (request, ct) = (turn.Request, http.RequestAborted);
        if (await steps.RunAsync(request, where, ct) is { } fault) { await RefuseAsync(http, request, fault); return; }
        var after = GrantLimits.Later(request.AuthenticatedAfter, GrantLimits.AuthenticatedAfter(request.Client, clock.GetUtcNow()));
        after = GrantLimits.Later(after, turn.ProveAfter);
        var ask = new AuthorizationAsk(turn.Id.Text, ResumeUrl(turn.Id), request.Client, request.Scopes, after,
            request.Prompts.Contains("select_account") && !turn.SelectionShown, request.Parameters["login_hint"], request.SubjectHint) { IsResumed = turn.Kept, ForeignDevice = request.Parameters["foreign_device"] == "true" };
        switch (await endUser.AskAsync(http, ask, ct))
        {
            case EndUserAnswer.SignedIn signedIn: await GrantAsync(http, turn, signedIn.Session); return;
            case EndUserAnswer.MustAct must when request.Silent: await TellClientAsync(http, request, SilentFailure(must.Why)); return;
            case EndUserAnswer.MustAct must: await WaitAsync(http, turn, must); return;
            case EndUserAnswer.Refused refused: await TellClientAsync(http, request,
                OAuthError.AccessDenied(Printable(refused.Description))); return;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // The site has answered; what the client demanded is checked once more here, since it is this engine that vouches for it.
    private async Task GrantAsync(HttpContext http, Turn turn, EndUserSession session)
    {
        var request = turn.Request;
        if (!turn.Anew && !request.Silent && !(request.AuthenticatedAfter > session.AuthenticatedAt) && IsTooOld(request.Client, session))
        {
            await BeginAnewAsync(http, turn);
            return;
        }
        if (request.AuthenticatedAfter > session.AuthenticatedAt || IsTooOld(request.Client, session))
        {
            await TellClientAsync(http, request, OAuthError.LoginRequired("the site offered a session older than prompt or max_age allow"));
            return;
        }
        if (request.SubjectHint is { } expected && !string.Equals(expected, session.Subject, StringComparison.Ordinal))
        {
            await TellClientAsync(http, request, OAuthError.LoginRequired("another person than that of id_token_hint is signed in"));
            return;
        }
        if (request.Subjects?.Contains(session.Subject) == false)
        {
            await TellClientAsync(http, request, OAuthError.LoginRequired("another person than those that claims name is signed in"));
            return;
        }
        var said = classes.Said(session.Methods, request.ContextClasses);
        if (request.MustMeetClass && !request.ContextClasses!.Contains(said))
        {
            await DemandClassAsync(http, turn, session);
            return;
        }
        if (said != classes.Of(session.Methods)) request.Claims = ClaimsRequest.KeepClass(request.Claims, said!);
        if (session.LeavesNothing) request.Scopes = [.. request.Scopes.Where(s => s != Granted.OfflineAccess)];
        var until = GrantLimits.Until(request.Client, session, request.Scopes);
        if (request.Client.ThirdParty)
        {
            if (await ConsentAsync(http, turn, session) is not { } consented) return;
            until = GrantLimits.Earlier(until, consented);
        }
        if (await codes.RunAsync(request, session, until, http.RequestAborted) is not { } code)
        {
            await TellPersonAsync(http, OAuthError.InvalidRequestUri("a code was given for it while this page was open"));
            return;
        }
        await AuthorizationResponse.CodeAsync(http, request, provider.Issuer, code);
    }

    // Until when; null when there is none and the person or the client has been told so.
    private async Task<DateTimeOffset?> ConsentAsync(HttpContext http, Turn turn, EndUserSession session)
    {
        var request = turn.Request;
        var until = await consents.UntilAsync(session.Subject, request.Client, request.Scopes, request.ConsentAfter, http.RequestAborted);
        if (until is not null) return until;
        if (request.Silent) await TellClientAsync(http, request, OAuthError.ConsentRequired());
        else await WaitAsync(http, turn, new EndUserAnswer.MustAct(ConsentPages.UrlFor(turn.Id), Interaction.InteractionRequired));
        return null;
    }

    // OpenID Connect Core §5.5.1.1: a sign-in of now may be of the class that the client demands. If it is not, no code is given.
    private Task DemandClassAsync(HttpContext http, Turn turn, EndUserSession session)
    {
        var request = turn.Request;
        if (request.Silent) return TellClientAsync(http, request, OAuthError.LoginRequired("prompt=none and no session of the acr that is essential"));
        return turn.ProveAfter is null && session.AuthenticatedAt < request.AskedAt ? BeginAnewAsync(http, turn, proveAfter: clock.GetUtcNow())
            : TellClientAsync(http, request, OAuthError.UnmetAuthenticationRequirements("the person has signed in anew, and not by the acr that is essential"));
    }

    // The site answers by what it was asked first; a new request asks for a sign-in of now.
    private Task BeginAnewAsync(HttpContext http, Turn turn, DateTimeOffset? proveAfter = null)
    {
        var request = new AuthorizeRequest(turn.Request.Parameters, clock.GetUtcNow()) { Pushed = turn.Request.Pushed };
        return RunAsync(http, new Turn(request, pending.NewId(), Kept: false, turn.SelectionShown) { Anew = true, ProveAfter = proveAfter }, At.Resumed);
    }

    private bool IsTooOld(OpenIdClient client, EndUserSession session) =>
        GrantLimits.AuthenticatedAfter(client, clock.GetUtcNow()) > session.AuthenticatedAt;

    private async Task WaitAsync(HttpContext http, Turn turn, EndUserAnswer.MustAct must)
    {
        var (request, ct) = (turn.Request, http.RequestAborted);
        var selection = turn.SelectionShown || must.Why == Interaction.AccountSelectionRequired;
        if (!turn.Kept) await pending.KeepAsync(turn.Id, Kind, Kept(request, selection), ct);
        else if (selection && !turn.SelectionShown) await pending.MarkSelectionShownAsync(turn.Id, ct);
        Answers.SeeOther(http, request.Parameters["ui_locales"] is { } locales ? WithLocales(http, must.Url, locales) : must.Url);
    }

    // The first page gets the wish in its query; those after it read the cookie, which a choice of the person's own is never overwritten
    // in.
    private static string WithLocales(HttpContext http, string url, string locales)
    {
        var first = locales.Split(' ')[0].Split('-')[0].ToLowerInvariant();
        if (first is "ru" or "en" && !http.Request.Cookies.ContainsKey(Language.Cookie))
            http.Response.Cookies.Append(Language.Cookie, first, new CookieOptions
            {
                Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true, Secure = Language.IsHttps(http),
            });
        return url.Contains("ui_locales=", StringComparison.Ordinal) ? url
            : Answers.WithQuery(url, [KeyValuePair.Create("ui_locales", locales)]);
    }

    private Task RefuseAsync(HttpContext http, AuthorizeRequest request, AuthorizeFault fault) =>
        fault.Whom == TellTo.Client ? TellClientAsync(http, request, fault.Error) : TellPersonAsync(http, fault.Error);

    private Task TellPersonAsync(HttpContext http, OAuthError error)
    {
        RefusedToPerson(log, provider.Name, error.Code, error.Detail);
        return Answers.PageAsync(http, "/OpenId/Authorize/Refusal.cshtml", error, error.Status);
    }

    private Task TellClientAsync(HttpContext http, AuthorizeRequest request, OAuthError error)
    {
        RefusedToClient(log, provider.Name, request.Client.ClientId, error.Code, error.Detail);
        return AuthorizationResponse.ErrorAsync(http, request, provider.Issuer, error);
    }

    private static OAuthError SilentFailure(Interaction why) => why switch
    {
        Interaction.LoginRequired => OAuthError.LoginRequired("prompt=none and no fitting session"),
        Interaction.AccountSelectionRequired => OAuthError.AccountSelectionRequired("prompt=none and a choice is needed"),
        _ => OAuthError.InteractionRequired("prompt=none and a page is needed"),
    };

    // RFC 6749 §4.1.2.1 allows printable ASCII only.
    private static string Printable(string description) =>
        description.Length > 0 && description.All(c => c is >= ' ' and <= '~' and not ('"' or '\\')) ? description
            : "The person may not use this client.";

    private static PendingRequest Kept(AuthorizeRequest request, bool selectionShown) =>
        new(request.Parameters, request.AskedAt, selectionShown) { Pushed = request.Pushed };

    internal static string ResumeUrl(Handle id) => $"{ResumePath}?request={id.Text}";

    [LoggerMessage(EventId = 2201, Level = LogLevel.Information,
        Message = "{Provider}: authorization request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void RefusedToClient(ILogger logger, string provider, string clientId, string error, string detail);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Information,
        Message = "{Provider}: authorization request refused without redirect, {Error}: {Detail}")]
    private static partial void RefusedToPerson(ILogger logger, string provider, string error, string detail);
}
