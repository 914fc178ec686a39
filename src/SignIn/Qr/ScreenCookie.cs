using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Http;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Qr;

/// <summary>What one browser wants to be signed in for: the service that asked, or the lesson on a panel.</summary>
internal sealed record ScreenPurpose(bool IsPanel, string? RequestId)
{
    internal string Kind => IsPanel ? Sessions.SessionKind.Panel : Sessions.SessionKind.Qr;
}

/// <summary>Two cookies. The screen's holds 256 random bits that alone can take the session that a phone has allowed. The phone's remembers that
/// the number was typed in this browser, so that whoever has read it from the screen is not asked which number it shows.</summary>
internal sealed class ScreenCookie(SiteIdentity site, IDataProtectionProvider protection)
{
    private const int SecretLength = 32;
    private static readonly TimeSpan TypedLifetime = TimeSpan.FromMinutes(15);
    private readonly ITimeLimitedDataProtector _typed = protection.CreateProtector("signin.typed-number").ToTimeLimitedDataProtector();
    private string ScreenName => site.CookieName("screen");
    private string TypedName => site.CookieName("typed");

    /// <summary>What this browser's codes for the purpose are kept under; null when it has shown none.</summary>
    internal byte[]? Read(HttpContext http, ScreenPurpose purpose) => Hash(http.Request.Cookies[ScreenName], purpose);

    /// <summary>The same; a browser that has no secret gets one.</summary>
    internal byte[] ReadOrSet(HttpContext http, ScreenPurpose purpose)
    {
        if (Read(http, purpose) is { } known) return known;
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
        http.Response.Cookies.Append(ScreenName, secret, Options());
        return Hash(secret, purpose)!;
    }

    internal void Drop(HttpContext http) => http.Response.Cookies.Delete(ScreenName, Options());

    internal void SetTyped(HttpContext http, ScreenLink link) =>
        http.Response.Cookies.Append(TypedName, _typed.Protect(link.Text, TypedLifetime), Options());

    internal bool WasTyped(HttpContext http, ScreenLink link)
    {
        if (http.Request.Cookies[TypedName] is not { Length: > 0 } kept) return false;
        try { return _typed.Unprotect(kept) == link.Text; }
        catch (CryptographicException) { return false; }
    }

    private CookieOptions Options() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = site.IsHttps, IsEssential = true };

    private static byte[]? Hash(string? secret, ScreenPurpose purpose) => secret is { Length: 43 } && Base64Url.IsValid(secret)
        ? SHA256.HashData(Encoding.UTF8.GetBytes($"{secret}\n{purpose.Kind}\n{purpose.RequestId}")) : null;
}

/// <summary>What the QR code leads to: 128 random bits. Hides itself.</summary>
internal sealed record ScreenLink
{
    private const int Bytes = 16, Letters = 22;

    private ScreenLink(string text) => Text = text;

    public string Text { get; }
    public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    public static ScreenLink New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    public static ScreenLink? TryParse(string? text) => text is { Length: Letters } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? new ScreenLink(text) : null;

    public override string ToString() => "(screen link)";
}
