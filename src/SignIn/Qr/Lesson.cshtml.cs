using System.Globalization;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Qr;

/// <summary>Where a panel stays during a lesson: the services open beside it, and one large button ends all of them.</summary>
internal sealed class LessonModel(
    Sessions.Sessions sessions, SituationReader situations, SignOutHere signOut, Continue next, RegionSettings region, TimeProvider clock) : PageModel
{
    internal const string Path = "/panel/lesson";

    internal Visitor Visitor { get; private set; } = null!;
    internal HeldRole? Role { get; private set; }
    internal IReadOnlyList<Service> Services { get; private set; } = [];
    public string EndsAt => TimeZoneInfo.ConvertTime(Visitor.ExpiresAt, region.Zone()).ToString("H:mm", CultureInfo.InvariantCulture);

    internal string EntranceOf(Service service) => next.EntranceOf(service);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var now = await situations.ReadAsync(await sessions.CurrentAsync(HttpContext, ct), null, ct);
        if (now.Visitor is not { Kind: SessionKind.Panel } visitor) return Redirect(now.Visitor is null ? PanelModel.Path : Continue.Path);
        Visitor = visitor;
        Role = now.Roles.FirstOrDefault(r => r.Id == visitor.ActiveRole);
        Services = Role is null || visitor.DisabledAt is not null ? [] : NextStep.Open(Role, now.Services);
        // When the time is over nothing of the lesson stays on the wall.
        Response.Headers["Refresh"] = string.Create(CultureInfo.InvariantCulture,
            $"{Math.Max(1, (int)(visitor.ExpiresAt - clock.GetUtcNow()).TotalSeconds + 1)};url={PanelModel.Path}");
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct) => Redirect(await signOut.RunAsync(HttpContext, PanelModel.Path, ct));
}
