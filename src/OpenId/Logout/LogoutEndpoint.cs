using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Logout;

/// <summary><c>/connect/logout</c> (GET, POST), its question and its last page.</summary>
internal sealed partial class LogoutEndpoint(
    LogoutSteps steps, IEndUser endUser, IGrants grants, PendingRequests pending, IAntiforgery antiforgery, ProviderIdentity provider,
    TimeProvider clock,
    ILogger<LogoutEndpoint> log)
{
    public const string Path = "/connect/logout", ResumePath = Path + "/resume", ConfirmPath = Path + "/confirm", DonePath = Path + "/done";
    private const string Kind = "logout";

    public async Task GetAsync(HttpContext http) => await RunAsync(http, RequestParameters.FromQuery(http.Request));

    // Browsers send no SameSite=Lax cookie with a post from another site: the request goes on as a GET of our own.
    public async Task PostAsync(HttpContext http)
    {
        var request = new LogoutRequest(await RequestParameters.FromFormAsync(http.Request, http.RequestAborted));
        if (await steps.RunAsync(request, http.RequestAborted) is { } error) { await RefuseAsync(http, error); return; }
        Answers.SeeOther(http, $"{ResumePath}?request={await KeepAsync(http, request)}");
    }

    public async Task ResumeAsync(HttpContext http)
    {
        if (await FindAsync(http, RequestParameters.FromQuery(http.Request)) is { } parameters) await RunAsync(http, parameters);
    }

    /// <summary>The person has said yes on our page.</summary>
    public async Task ConfirmAsync(HttpContext http)
    {
        if (await OwnForm.ReadAsync(http, antiforgery, "request") is not { } named)
        {
            await RefuseAsync(http, OAuthError.InvalidRequest("The page is too old; go back, reload it and press the button again."));
            return;
        }
        if (await FindAsync(http, named) is not { } parameters) return;
        var request = new LogoutRequest(parameters);
        if (await steps.RunAsync(request, http.RequestAborted) is { } error) { await RefuseAsync(http, error); return; }
        await SignOutAsync(http, request, await endUser.CurrentAsync(http, http.RequestAborted));
    }

    public Task DoneAsync(HttpContext http) =>
        Answers.PageAsync<object?>(http, "/OpenId/Logout/Done.cshtml", null, StatusCodes.Status200OK);

    private async Task RunAsync(HttpContext http, RequestParameters parameters)
    {
        var ct = http.RequestAborted;
        var request = new LogoutRequest(parameters);
        if (await steps.RunAsync(request, ct) is { } error) { await RefuseAsync(http, error); return; }
        var session = await endUser.CurrentAsync(http, ct);
        // A link on a foreign page must not sign anyone out: without a token of this very session the person is asked.
        if (session is not null && !IsOf(request.Hint, session))
            await Answers.PageAsync(http, "/OpenId/Logout/Confirm.cshtml",
                new ConfirmLogout(await KeepAsync(http, request), request.Client), StatusCodes.Status200OK);
        else await SignOutAsync(http, request, session);
    }

    private async Task SignOutAsync(HttpContext http, LogoutRequest request, EndUserSession? session)
    {
        // Whoever brings no hint and no session has not shown that the client sent them.
        var finalUrl = session is null && request.Hint is null ? null : request.ReturnUrl;
        var next = finalUrl ?? provider.Issuer + DonePath;
        if (session is not null)
        {
            await grants.EndSessionsAsync([session.SessionId], http.RequestAborted);
            next = await endUser.SignOutAsync(http, next, http.RequestAborted);
            SignedOut(log, provider.Name, request.Client?.ClientId ?? "(none)", session.Subject);
        }
        Answers.SeeOther(http, next);
    }

    private static bool IsOf(Hint? hint, EndUserSession session) =>
        hint is not null && string.Equals(hint.Subject, session.Subject, StringComparison.Ordinal)
        && (hint.SessionId is null || string.Equals(hint.SessionId, session.SessionId, StringComparison.Ordinal));

    private async Task<string> KeepAsync(HttpContext http, LogoutRequest request)
    {
        var id = pending.NewId();
        await pending.KeepAsync(id, Kind, new PendingRequest(request.Parameters, clock.GetUtcNow(), SelectionShown: false),
            http.RequestAborted);
        return id.Text;
    }

    private async Task<RequestParameters?> FindAsync(HttpContext http, RequestParameters parameters)
    {
        var found = await pending.FindAsync(Handle.TryParse(parameters["request"]), Kind, http.RequestAborted);
        if (found is null) await RefuseAsync(http, OAuthError.InvalidRequest("The page is too old; start signing out again."));
        return found?.Parameters;
    }

    private Task RefuseAsync(HttpContext http, OAuthError error)
    {
        Refused(log, provider.Name, error.Code, error.Detail);
        return Answers.PageAsync(http, "/OpenId/Logout/LogoutRefusal.cshtml", error, error.Status);
    }

    [LoggerMessage(EventId = 2501, Level = LogLevel.Information, Message = "{Provider}: logout request refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string error, string detail);

    [LoggerMessage(EventId = 2502, Level = LogLevel.Information, Message = "{Provider}: subject {Subject} signed out by way of {ClientId}")]
    private static partial void SignedOut(ILogger logger, string provider, string clientId, string subject);
}

/// <param name="RequestId">Names the kept request.</param>
/// <param name="Client">Who sent the person, if known.</param>
internal sealed record ConfirmLogout(string RequestId, OpenIdClient? Client);
