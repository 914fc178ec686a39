using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.Entries;

internal static class SeeOtherPages
{
    /// <summary>RFC 9700 §4.12: after a password or a code was posted the browser goes on by GET, whatever it thinks of 302.</summary>
    public static IActionResult SeeOther(this PageModel page, string localUrl)
    {
        page.Response.Headers.Location = localUrl;
        return new StatusCodeResult(StatusCodes.Status303SeeOther);
    }
}
