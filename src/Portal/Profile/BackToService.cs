using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.OpenId.Doors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.Portal.Profile;

/// <summary>A service that sent a person here to change something, and the way back to it. The address names the service by its client id
/// (<c>?back=school</c>); where that leads is the service's registration, never the address.</summary>
internal sealed class BackToService(IClients clients, SiteIdentity site, Language language)
{
    private const string Parameter = "back";
    private const int LongestId = 100;

    private string Cookie => site.CookieName("back");

    /// <summary>Remembers who sent the person, for as long as the browser is open.</summary>
    public void Note(HttpContext http)
    {
        if (http.Request.Query[Parameter].ToString() is { Length: > 0 and <= LongestId } id && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            http.Response.Cookies.Append(Cookie, id, new CookieOptions { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsHttps, IsEssential = true });
    }

    /// <summary>The way back; null when nobody sent the person, or nobody who is registered with an entrance.</summary>
    public async Task<(string Name, string Url)?> FindAsync(HttpContext http, CancellationToken ct)
    {
        var asked = http.Request.Query[Parameter].ToString();
        var id = asked.Length > 0 ? asked : http.Request.Cookies[Cookie];
        if (string.IsNullOrEmpty(id)) return null;
        var client = (await clients.AllAsync(ct)).FirstOrDefault(c => c.ClientId == id);
        // OpenID Connect Core §4: the service begins a sign-in, by which it learns what is new here.
        return client?.InitiateLoginUri is { } entrance
            ? (language[client.Name, client.NameEnglish ?? client.Name], QueryHelpers.AddQueryString(entrance, "iss", site.PublicUrl)) : null;
    }
}
