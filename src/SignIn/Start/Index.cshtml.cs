using Aupd.SignIn.PortalSignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Start;

/// <summary>The start page. Whoever is signed in goes straight on.</summary>
internal sealed class IndexModel(Sessions.Sessions sessions, SignInSettings settings) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    public SignInSettings Settings { get; } = settings;
    public string CodeUrl => WayBack.With(Qr.ScreenModel.Path, RequestId);
    public string PortalUrl => WayBack.With("/signin/start", RequestId);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) =>
        await sessions.CurrentAsync(HttpContext, ct) is null ? Page() : Redirect(WayBack.With(Continue.Path, RequestId));
}
