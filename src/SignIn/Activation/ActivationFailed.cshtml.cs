using Aupd.Kernel.Http;
using Aupd.SignIn.PortalSignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Activation;

/// <summary>An activation that did not work out, and its three ways on: again, support, the old entrance.</summary>
internal sealed class ActivationFailedModel(Sessions.Sessions sessions, SignInSettings settings, SiteAddresses addresses) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    [BindProperty(SupportsGet = true, Name = "why")] public string? Why { get; set; }
    public SignInSettings Settings { get; } = settings;
    public string AgainUrl => WayBack.With("/activate", RequestId);
    public string RecoveryUrl => addresses.Portal + "/recover";
    public string Trace { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { } visitor) return Redirect(WayBack.With(Continue.Path, RequestId));
        Trace = visitor.Trace.Formatted;
        return Page();
    }
}
