using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Qr;

/// <summary>Begins the session that a phone has allowed this browser: under a new id, with a proof as old as the phone's, and nothing of the
/// portal's, which this browser has not been at. Returns where the browser goes.</summary>
internal sealed class EnterScreen(
    ScreenCodes codes, ScreenCookie cookie, Sessions.Sessions sessions, EndSessions end, RequestStore requests, IMatching matching, Services services,
    Continue next, Places places, SignInSettings settings)
{
    /// <summary>RFC 8176 has no word for it; added to how the person proved himself on the phone.</summary>
    internal const string Method = "qr";

    /// <summary>Null when there is nothing to take: it was taken, or the phone's session has ended since.</summary>
    internal async Task<string?> RunAsync(HttpContext http, byte[] screen, CancellationToken ct)
    {
        if (await codes.SpendAsync(screen, ct) is not { } allowed) return null;
        var before = await sessions.CurrentAsync(http, ct);
        if (before is not null && before.AccountId != allowed.AccountId) await end.OneAsync(before.Sid, before.AccountId, "another-person", ct);
        var trace = TraceNumber.TryParse(allowed.Trace)!;
        var isPanel = allowed.Kind == SessionKind.Panel;
        await sessions.BeginAsync(http, new NewSession(allowed.AccountId, allowed.AuthenticatedAt, [.. allowed.Methods, Method], null, null, trace)
        {
            Kind = allowed.Kind, Role = allowed.Role, IdleMinutes = isPanel ? settings.Qr.PanelMinutes : null,
            Longest = isPanel ? TimeSpan.FromMinutes(settings.Qr.PanelMinutes) : null,
        }, before, new AuditLine("signin.screen-entered", allowed.AccountId.ToString(), null, trace, new
        {
            way = allowed.Kind, role = allowed.Role, phone = allowed.PhoneTrace, device = DeviceLabel.From(http.Request.Headers.UserAgent), place = places.Of(http),
        }), ct);
        cookie.Drop(http);
        return isPanel ? LessonModel.Path : await WhereToAsync(allowed, ct);
    }

    private async Task<string> WhereToAsync(AllowedScreen allowed, CancellationToken ct)
    {
        if (allowed.RequestId is not null)
        {
            if (allowed.Role is not null) await requests.ChooseRoleAsync(allowed.RequestId, allowed.Role, ct);
            return WayBack.With(Continue.Path, allowed.RequestId);
        }
        // The role was chosen on the phone: the chooser would ask the same once more.
        var role = (await matching.RolesAsync(allowed.Subject, ct)).FirstOrDefault(r => r.Id == allowed.Role);
        var home = role is null ? null : NextStep.Open(role, await services.AllAsync(ct)).FirstOrDefault();
        return home is null ? Continue.Path : next.EntranceOf(home);
    }
}
