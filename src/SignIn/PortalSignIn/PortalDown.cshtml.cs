using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.PortalSignIn;

internal sealed class PortalDownModel : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    public string AgainUrl => WayBack.With("/signin/start", RequestId);

    public void OnGet()
    {
        Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        Response.Headers.RetryAfter = "30";
    }
}
