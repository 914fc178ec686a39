using System.Globalization;
using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Kernel.Pages;

/// <summary>The language of this request. Both texts stand side by side where they are used, so that neither can be forgotten:
/// <c>@L["Войти", "Sign in"]</c>.</summary>
/// <remarks>Chosen by <c>?lang=</c> (which sets a cookie), <c>ui_locales</c>, the cookie, Accept-Language; Russian otherwise.</remarks>
public sealed class Language(IHttpContextAccessor accessor)
{
    public const string Cookie = "aupd_lang";
    private string? _code;

    /// <summary><c>ru</c> or <c>en</c>.</summary>
    public string Code => _code ??= Choose(accessor.HttpContext);

    public bool IsRussian => Code == "ru";

    public string this[string russian, string english] => IsRussian ? russian : english;

    /// <summary>"1 сентября, 8:30" or "1 September, 8:30", in the region's time zone.</summary>
    public string DateAndTime(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString("d MMMM, H:mm", Culture);
    }

    /// <summary>"1 сентября 2027" or "1 September 2027", in the region's time zone.</summary>
    public string Date(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("d MMMM yyyy", Culture);

    public CultureInfo Culture => CultureInfo.GetCultureInfo(IsRussian ? "ru-RU" : "en-GB");

    /// <summary>Whether the site is reached by https; behind a proxy that is not trusted the request does not know.</summary>
    public static bool IsHttps(HttpContext http) => http.RequestServices?.GetService<SiteIdentity>()?.IsHttps ?? http.Request.IsHttps;

    private static string Choose(HttpContext? http)
    {
        if (http is null) return "ru";
        var asked = http.Request.Query["lang"].ToString();
        if (asked is "ru" or "en")
        {
            http.Response.Cookies.Append(Cookie, asked, new CookieOptions
            {
                Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(365), IsEssential = true, Secure = IsHttps(http),
            });
            return asked;
        }
        return Known(http.Request.Query["ui_locales"]) ?? Known(http.Request.Cookies[Cookie]) ?? Known(http.Request.Headers.AcceptLanguage) ?? "ru";
    }

    // The first tag of the list that is ours; weights are ignored, browsers send them in order.
    private static string? Known(string? list) => list?.Split(',', ' ', ';')
        .Select(t => t.Trim()).FirstOrDefault(t => t.StartsWith("ru", StringComparison.OrdinalIgnoreCase) || t.StartsWith("en", StringComparison.OrdinalIgnoreCase))
        ?[..2].ToLowerInvariant();
}
