using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>A sign-in that came back from the portal without a person: refused there, interrupted, or without a full name.</summary>
internal sealed class StartAgainModel(SiteAddresses addresses) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    [BindProperty(SupportsGet = true, Name = "why")] public string? Why { get; set; }
    public string AgainUrl => WayBack.With("/signin/start", RequestId);
    public string ProfileUrl => addresses.Portal + "/profile";

    public void OnGet() { }
}
