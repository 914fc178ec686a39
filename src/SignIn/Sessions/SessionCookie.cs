using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Sessions;

/// <summary>The session cookie holds 256 random bits and nothing else; the database knows their hash.</summary>
internal sealed class SessionCookie(SiteIdentity site)
{
    private const int IdLength = 32;
    private string SessionName => site.CookieName("session");

    internal byte[]? ReadSession(HttpContext http) => Hash(http.Request.Cookies[SessionName]);

    /// <summary>Sets a new session id and returns its hash.</summary>
    internal byte[] SetSession(HttpContext http)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdLength));
        http.Response.Cookies.Append(SessionName, id, Options());
        return Hash(id)!;
    }

    internal void DropSession(HttpContext http) => http.Response.Cookies.Delete(SessionName, Options());

    private CookieOptions Options() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = site.IsHttps, IsEssential = true };

    private static byte[]? Hash(string? id) =>
        id is { Length: 43 } && Base64Url.IsValid(id) ? SHA256.HashData(Encoding.ASCII.GetBytes(id)) : null;
}
