using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.OpenId.RelyingParty;
using Aupd.SignIn.Cabinet;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>Sends the browser to the portal; a trace number is made here and goes with the person to the end.</summary>
internal sealed class StartPortalSignIn(PortalClient portal, PendingSignInCookie pending, RequestStore requests, AuditTrail audit, Language language)
{
    /// <summary>Word for <c>prompt</c> (OpenID Connect Core §3.1.2.1): the password even of a person whom the portal knows; or no page at all,
    /// so that whoever it does not know comes back at once and sees the ways in.</summary>
    internal const string Anew = "login", Quiet = "none";

    /// <param name="page">A word of <see cref="CabinetReturn"/>: a page of the cabinet that wants fresh data or a fresh proof; anything else leads on as usual.</param>
    /// <param name="foreign">The device is somebody else's: its owner's sign-in at the portal must not be taken for the person's.</param>
    internal async Task<string> RunAsync(HttpContext http, string? requestId, string? prompt, string? page, bool foreign, CancellationToken ct)
    {
        if (foreign) prompt = Anew;
        var request = await requests.FindAsync(requestId, ct);
        var back = new WayBack(request?.RequestId, TraceNumber.New().Digits, CabinetReturn.PageOf(page) is null ? null : page, prompt == Quiet, foreign,
            request is { IsForAnotherScreen: false } ? request.ResumeUrl : null);
        var begun = await portal.Client.BeginAsync(new SignInRequest
        {
            ReturnData = back.Write(), Prompt = prompt, LoginHint = request?.LoginHint, UiLocales = language.Code, ForeignDevice = foreign,
        }, ct);
        if (begun is not BeginOutcome.Ready ready) return back.To("/portal-down");
        pending.Write(http, ready.Pending);
        await audit.WriteAsync(new AuditLine("signin.begun", "visitor", request?.ClientId, back.Journey), ct);
        return ready.Url;
    }
}

/// <summary>What a sign-in remembers while the browser is at the portal; sealed in the cookie of the attempt.</summary>
/// <param name="ResumeUrl">Of the request: who may go on at once is not sent through the dispatcher first.</param>
internal sealed record WayBack(string? RequestId, string Trace, string? Page = null, bool IsQuiet = false, bool IsForeign = false, string? ResumeUrl = null)
{
    internal TraceNumber? Journey => TraceNumber.TryParse(Trace);

    /// <summary>Where a sign-in that has come off leads.</summary>
    internal string Onward => RequestId is null && CabinetReturn.PageOf(Page) is { } page ? page : ResumeUrl ?? To(Continue.Path);

    internal string Write() => JsonSerializer.Serialize(this);

    internal static WayBack? Read(string? text) => text is null ? null : JsonSerializer.Deserialize<WayBack>(text);

    /// <summary>A page of ours with the pending request kept in its address.</summary>
    internal string To(string page) => With(page, RequestId);

    internal static string With(string page, string? requestId) =>
        requestId is null ? page : $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}request={Uri.EscapeDataString(requestId)}";
}
