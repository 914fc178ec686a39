using Aupd.SignIn.Cabinet.Home;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Activation;

/// <summary>The issued login and everything it is for.</summary>
internal sealed class ActivatedModel(Sessions.Sessions sessions, SituationReader situations, LoginUses uses) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    internal LoginUse Use { get; private set; } = null!;
    public string ContinueUrl => WayBack.With(Continue.Path, RequestId);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Login: { } login } visitor) return Redirect(ContinueUrl);
        Use = uses.Of(login, situations.RolesOf(visitor));
        return Page();
    }
}
