using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.SignOutPages;

/// <summary>Asks first: a link from elsewhere must not sign anyone out.</summary>
internal sealed class SignOutModel(Sessions.Sessions sessions, SignOutHere signOut) : PageModel
{
    public async Task<IActionResult> OnGetAsync(CancellationToken ct) =>
        await sessions.CurrentAsync(HttpContext, ct) is null ? Redirect(SignOutHere.Page) : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct) => Redirect(await signOut.RunAsync(HttpContext, SignOutHere.Page, ct));
}
