using Aupd.Kernel.Http;
using Aupd.SignIn.Devices;
using Aupd.SignIn.PortalSignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Start;

/// <summary>The start page. Whoever is signed in goes straight on.</summary>
internal sealed class IndexModel(Sessions.Sessions sessions, RecogniseDevice recognise, SignInSettings settings) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    public SignInSettings Settings { get; } = settings;
    /// <summary>Not on a phone: that is the one to confirm with.</summary>
    public bool IsCodeOffered => !DeviceLabel.IsPhone(Request.Headers.UserAgent);
    public string CodeUrl => WayBack.With(Qr.ScreenModel.Path, RequestId);
    public string BadgeUrl => WayBack.With(Badges.BadgeModel.Path, RequestId);
    public string ForeignUrl => WayBack.With("/signin/start?foreign=1", RequestId);
    /// <summary>Whose device was copied gives the password anew: the portal may know the browser that the thief sits at.</summary>
    public string PortalUrl => WayBack.With(IsDeviceCopied ? "/signin/start?anew=1" : "/signin/start", RequestId);

    /// <summary>The page for whoever was signed out because the mark of the device was copied.</summary>
    internal const string DeviceCopied = "/?device=copied";
    [BindProperty(SupportsGet = true, Name = "device")] public string? Device { get; set; }
    public bool IsDeviceCopied { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not null) return Redirect(WayBack.With(Continue.Path, RequestId));
        IsDeviceCopied = await recognise.RunAsync(HttpContext, null, ct) is Recognition.Copied || Device == "copied";
        return Page();
    }
}
