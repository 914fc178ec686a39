using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.Authentication;

/// <summary>Signing out is asked for by a form: a link or a picture on someone's page cannot do it.</summary>
internal sealed class LogoutModel(PortalSessions sessions) : PageModel
{
    public async Task<IActionResult> OnGetAsync(CancellationToken ct) =>
        await sessions.CurrentAsync(HttpContext, ct) is null ? Redirect("/login") : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        await sessions.EndAsync(HttpContext, ct);
        return Redirect("/login");
    }
}
