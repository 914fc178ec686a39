using Aupd.OpenId.Authorize;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Consents;

/// <summary><c>/consent</c>: may this third party have what it asks for? The answer is written down and the request goes on, where everything
/// is looked at again; nothing is granted here. Whatever else stands in the way is left to it as well.</summary>
internal sealed class ConsentPages(
    PendingRequests pending, AuthorizeSteps steps, IEndUser endUser, ConsentStore consents, ScopeTexts texts, QuestionSeal questions,
    IAntiforgery antiforgery, ProviderIdentity provider, TimeProvider clock)
{
    public const string Path = "/consent";

    private sealed record Turn(Handle Id, AuthorizeRequest Request, EndUserSession Session)
    {
        public IReadOnlyList<string> About =>
            [Request.Client.ClientId, Request.Client.Owner ?? "", $"{Request.Client.ConsentDays}", .. Request.Scopes];
    }

    /// <summary>Where the browser goes to be asked.</summary>
    public static string UrlFor(Handle request) => $"{Path}?request={request.Text}";

    public async Task AskAsync(HttpContext http)
    {
        if (await ReadAsync(http, RequestParameters.FromQuery(http.Request)["request"]) is { } turn) await PageAsync(http, turn);
    }

    /// <summary>The person has pressed one of the two buttons. Anything else, an empty form too, puts the question again.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        if (await OwnForm.ReadAsync(http, antiforgery, "request", "question", "answer") is not { } form) { await TooLateAsync(http); return; }
        if (await ReadAsync(http, form["request"]) is not { } turn) return;
        var (request, session) = (turn.Request, turn.Session);
        switch (form["answer"])
        {
            case not null when !questions.Fits(form["question"], turn.Id.Text, session, turn.About): await PageAsync(http, turn); return;
            case "allow":
                await consents.GiveAsync(session.Subject, request.Client, request.Scopes, http.RequestAborted);
                Answers.SeeOther(http, AuthorizeEndpoint.ResumeUrl(turn.Id));
                return;
            case "refuse":
                await consents.RefusedAsync(session.Subject, request.Client, request.Scopes, http.RequestAborted);
                await AuthorizationResponse.ErrorAsync(http, request, provider.Issuer, OAuthError.AccessDenied("The person did not consent."));
                return;
            default: await PageAsync(http, turn); return;
        }
    }

    // Null when the browser has been answered already.
    private async Task<Turn?> ReadAsync(HttpContext http, string? name)
    {
        var ct = http.RequestAborted;
        var id = Handle.TryParse(name);
        if (await pending.FindAsync(id, AuthorizeEndpoint.Kind, ct) is not { } kept) { await TooLateAsync(http); return null; }
        var request = new AuthorizeRequest(kept.Parameters, kept.AskedAt) { Pushed = kept.Pushed };
        if (await steps.RunAsync(request, At.Resumed, ct) is null && request.Client.ThirdParty
            && await endUser.CurrentAsync(http, ct) is { Subject.Length: > 0 } session
            && await consents.UntilAsync(session.Subject, request.Client, request.Scopes, request.ConsentAfter, ct) is null)
            return new Turn(id!, request, session);
        Answers.SeeOther(http, AuthorizeEndpoint.ResumeUrl(id!));
        return null;
    }

    private Task PageAsync(HttpContext http, Turn turn) =>
        Answers.PageAsync(http, "/OpenId/Consents/AskConsent.cshtml", new AskConsent(
            turn.Id.Text, questions.For(turn.Id.Text, turn.Session, turn.About), turn.Request.Client,
            texts.Of(turn.Request.Client, turn.Request.Scopes), clock.GetUtcNow() + TimeSpan.FromDays(turn.Request.Client.ConsentDays)),
            StatusCodes.Status200OK);

    private static Task TooLateAsync(HttpContext http) => Answers.PageAsync(http, "/OpenId/Authorize/Refusal.cshtml",
        OAuthError.InvalidRequest("The question is too old or was not put here; go back to the service."), StatusCodes.Status400BadRequest);
}

/// <param name="RequestId">Names the kept request.</param>
/// <param name="Question">Seal of this very question.</param>
/// <param name="Until">When a consent of now would end.</param>
internal sealed record AskConsent(string RequestId, string Question, OpenIdClient Client, IReadOnlyList<ScopeText> Scopes, DateTimeOffset Until);

/// <summary>What is asked for and by whom: part of every page that asks for a consent.</summary>
internal sealed record AskedData(OpenIdClient Client, IReadOnlyList<ScopeText> Scopes, DateTimeOffset Until);
