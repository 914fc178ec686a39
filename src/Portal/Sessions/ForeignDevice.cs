using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Sessions;

/// <summary>Whether a person signs in on somebody else's device: said on the sign-in page, or to the service that sent him here; kept in a session
/// cookie until the sign-in is done, whichever way it goes. Such a sign-in is short, and the browser remembers nothing of it.</summary>
internal sealed class ForeignDevice(SiteIdentity site)
{
    /// <summary>Beside the words of RFC 8176 in how a person signed in; tells the gateway to end its session as soon.</summary>
    internal const string Method = "foreign_device";
    private static readonly object ItemKey = new();
    private string CookieName => site.CookieName("foreign");

    public bool IsSaid(HttpContext http) => http.Items.TryGetValue(ItemKey, out var said) ? (bool)said! : http.Request.Cookies[CookieName] == "1";

    public void Say(HttpContext http, bool isForeign)
    {
        http.Items[ItemKey] = isForeign;
        if (isForeign) http.Response.Cookies.Append(CookieName, "1", Options());
        else http.Response.Cookies.Delete(CookieName, Options());
    }

    /// <summary>The sign-in is done: the next one in this browser is asked anew. For the rest of this request it stays said.</summary>
    public bool Take(HttpContext http)
    {
        var isSaid = IsSaid(http);
        http.Items[ItemKey] = isSaid;
        if (isSaid) http.Response.Cookies.Delete(CookieName, Options());
        return isSaid;
    }

    private CookieOptions Options() => new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsHttps, IsEssential = true };
}
