using System.Security.Cryptography;
using System.Buffers.Text;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Throttling;
using Aupd.Registries.Doors;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Qr;

/// <summary>Where a phone stands that has come with a code.</summary>
internal abstract record PhoneStep
{
    private PhoneStep() { }
    /// <summary>Unknown, run out, or answered.</summary>
    internal sealed record TooLate : PhoneStep;
    /// <summary>This browser was let in by a code itself, or is somebody else's: it cannot let in others, or a short sign-in would go on for
    /// ever.</summary>
    internal sealed record MayNot(bool IsForeign) : PhoneStep;
    /// <summary>A page of the sign-in comes first, and leads back.</summary>
    internal sealed record GoTo(string Url) : PhoneStep;
    internal sealed record Ask(ScreenCode Code, PendingRequest? Service, Visitor Visitor, HeldRole Role) : PhoneStep;
}

/// <summary>The phone's side of a code: finds it, leads through what must come before the question, and writes the answer down.</summary>
internal sealed class ScreenQuestions(
    ScreenCodes codes, Sessions.Sessions sessions, RequestStore requests, SituationReader situations, Throttle throttle, AuditTrail audit,
    RegionSettings region, SignInSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>Whether one more number may be tried. Right ones count too: whoever has one right number must not buy guesses with it.</summary>
    internal async Task<bool> MayTryAsync(HttpContext http, CancellationToken ct)
    {
        var byNetwork = await throttle.HitAsync(new ThrottleRule("signin.screen-number/network", settings.Qr.NumbersPerNetwork, Window), AddressPrefix.Of(http), ct);
        if (await sessions.CurrentAsync(http, ct) is not { } visitor) return byNetwork.Allowed;
        var byPerson = new ThrottleRule("signin.screen-number/person", settings.Qr.NumbersPerPerson, Window);
        return (await throttle.HitAsync(byPerson, visitor.AccountId.ToString(), ct)).Allowed && byNetwork.Allowed;
    }

    /// <param name="asked">The request that this browser was led away with before, if it was.</param>
    internal async Task<PhoneStep> ReadAsync(HttpContext http, string? linkText, string? asked, CancellationToken ct)
    {
        if (ScreenLink.TryParse(linkText) is not { } link || await codes.OfLinkAsync(link, ct) is not { } code) return new PhoneStep.TooLate();
        var service = await requests.FindAsync(code.RequestId, ct);
        if (code.RequestId is not null && service is null) return new PhoneStep.TooLate();
        var visitor = await sessions.CurrentAsync(http, ct);
        if (visitor?.Kind == SessionKind.Foreign) return new PhoneStep.MayNot(IsForeign: true);
        // Nor does a child's badge: a screen rests on a proof at least as good as a password.
        if (visitor?.Kind == SessionKind.Badge || visitor?.Methods.Contains(EnterScreen.Method) == true) return new PhoneStep.MayNot(IsForeign: false);
        var kept = await requests.FindAsync(asked, ct);
        var request = kept?.ResumeUrl == ResumeUrl(link, asked) ? kept : RequestOf(code, service);
        var situation = await situations.ReadAsync(visitor, request, ct);
        if (situation.Step is Step.Issue issue) return new PhoneStep.Ask(code, service, situation.Visitor!, issue.Role);
        if (request != kept) await requests.AddAsync(request, ct);
        return new PhoneStep.GoTo(PortalSignIn.WayBack.With(Continue.Path, request.RequestId));
    }

    internal async Task OpenAsync(PhoneStep.Ask ask, CancellationToken ct)
    {
        if (ask.Code.OpenedAt is not null) return;
        await codes.OpenAsync(ask.Code, ct);
        await WriteAsync("signin.screen-opened", ask, null, ct);
    }

    /// <summary>False when somebody was quicker, or the time is over.</summary>
    internal async Task<bool> AllowAsync(PhoneStep.Ask ask, CancellationToken ct)
    {
        if (!await codes.DecideAsync(ask.Code, ask.Visitor, ask.Role.Id, allowed: true, ct)) return false;
        await WriteAsync("signin.screen-allowed", ask, null, ct);
        return true;
    }

    /// <param name="why"><c>not-me</c> or <c>wrong-number</c>.</param>
    internal async Task<bool> RefuseAsync(PhoneStep.Ask ask, string why, CancellationToken ct)
    {
        if (!await codes.DecideAsync(ask.Code, ask.Visitor, null, allowed: false, ct)) return false;
        await WriteAsync("signin.screen-refused", ask, why, ct);
        return true;
    }

    // In the trail of the screen and in that of the phone, each with the number of the other.
    private async Task WriteAsync(string act, PhoneStep.Ask ask, string? why, CancellationToken ct)
    {
        var (actor, client, screen) = (ask.Visitor.AccountId.ToString(), ask.Service?.ClientId, TraceNumber.TryParse(ask.Code.Trace)!);
        var (way, role) = (ask.Code.Kind, ask.Role.Id);
        await audit.WriteAsync(new AuditLine(act, actor, client, screen, new { way, role, why, phone = ask.Visitor.Trace.Digits }), ct);
        await audit.WriteAsync(new AuditLine(act, actor, client, ask.Visitor.Trace, new { way, role, why, screen = screen.Digits }), ct);
    }

    // What the screen's service has asked for holds for the phone that answers for it: the roles, and how fresh the proof must be.
    private PendingRequest RequestOf(ScreenCode code, PendingRequest? service)
    {
        var id = PendingRequest.ScreenPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var request = service ?? new PendingRequest
        {
            ClientName = code.IsPanel ? "Панель в классе" : region.SchoolName, ClientNameEnglish = code.IsPanel ? "The panel in the classroom" : region.SchoolNameEnglish,
            ClientRoles = code.IsPanel ? [RoleWords.Staff] : [],
        };
        return request with { RequestId = id, ResumeUrl = ResumeUrl(code.Link, id), SelectAsked = true, ChosenRole = null, LoginHint = null, AskedAt = clock.GetUtcNow() };
    }

    private static string ResumeUrl(ScreenLink link, string? asked) => $"{EnterNumberModel.Path}/{link.Text}?asked={asked}";
}
