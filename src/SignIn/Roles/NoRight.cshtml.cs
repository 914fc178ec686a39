using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Roles;

/// <summary>A service that none of the person's roles opens, or a profile that was switched off.</summary>
internal sealed class NoRightModel(Sessions.Sessions sessions, RequestStore requests, SituationReader situations) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    public bool IsDisabled { get; private set; }
    internal PendingRequest? Asked { get; private set; }
    internal IReadOnlyList<HeldRole> Roles { get; private set; } = [];
    public string Trace { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Asked = await requests.FindAsync(RequestId, ct);
        var now = await situations.ReadAsync(await sessions.CurrentAsync(HttpContext, ct), Asked, ct);
        if (now.Step is not (Step.NoRight or Step.Disabled)) return Redirect(WayBack.With(Continue.Path, Asked?.RequestId));
        IsDisabled = now.Step is Step.Disabled;
        Roles = now.Roles;
        Trace = now.Visitor!.Trace.Formatted;
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Page();
    }
}
