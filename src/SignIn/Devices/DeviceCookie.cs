using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Devices;

/// <summary>Carries the token of a bound device. It signs nobody in: the session does.</summary>
internal sealed class DeviceCookie(SiteIdentity site, SignInSettings settings)
{
    private string Name => site.CookieName("device");

    internal bool IsPresent(HttpContext http) => http.Request.Cookies.ContainsKey(Name);

    internal DeviceToken? Read(HttpContext http) => DeviceToken.TryParse(http.Request.Cookies[Name]);

    internal void Set(HttpContext http, DeviceToken token)
    {
        var options = Options();
        options.MaxAge = TimeSpan.FromDays(settings.Devices.KeepDays);
        http.Response.Cookies.Append(Name, token.Text, options);
    }

    internal void Drop(HttpContext http) => http.Response.Cookies.Delete(Name, Options());

    private CookieOptions Options() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = site.IsHttps, IsEssential = true };
}
