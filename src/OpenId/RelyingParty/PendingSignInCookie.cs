using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Http;
using Aupd.Kernel.Jose;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.RelyingParty;

/// <summary>Keeps a sign-in under way in a sealed cookie of its own, named after its state, so that two tabs do not disturb each other. The
/// cookie also binds the answer to the browser that began: state alone could be someone else's link.</summary>
public sealed class PendingSignInCookie(IDataProtectionProvider protection, SiteIdentity site, TimeProvider clock)
{
    /// <summary>How many one browser may have open; the oldest makes room. A header of more than 8 KiB is refused by many
    /// proxies.</summary>
    private const int MaxOpen = 4;

    private readonly IDataProtector _protector = protection.CreateProtector("aupd.openid.pending-sign-in");

    private string Prefix => site.CookieName("signin-");

    public void Write(HttpContext http, PendingSignIn pending)
    {
        var open = http.Request.Cookies.Where(c => c.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(c => (c.Key, Open(c.Value)?.BegunAt)).OrderByDescending(c => c.BegunAt ?? DateTimeOffset.MinValue).ToList();
        foreach (var (name, _) in open.Skip(MaxOpen - 1)) Delete(http, name);
        http.Response.Cookies.Append(NameOf(pending.State), Seal(pending), Options(PendingSignIn.Lifetime));
    }

    /// <summary>The attempt that the <c>state</c> of the query names, and removes its cookie; null when this browser has none.</summary>
    public PendingSignIn? Take(HttpContext http)
    {
        if ((string?)http.Request.Query["state"] is not { Length: > 0 and <= 256 } state) return null;
        var name = NameOf(state);
        if (!http.Request.Cookies.TryGetValue(name, out var value)) return null;
        Delete(http, name);
        return Open(value) is { } pending && pending.State == state
            && clock.GetUtcNow() - pending.BegunAt < PendingSignIn.Lifetime ? pending : null;
    }

    private string NameOf(string state) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 6));

    private string Seal(PendingSignIn pending) => StrictBase64Url.Encode(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(pending)));

    private PendingSignIn? Open(string value)
    {
        try
        {
            return StrictBase64Url.Decode(value) is { } bytes
                ? JsonSerializer.Deserialize<PendingSignIn>(_protector.Unprotect(bytes)) : null;
        }
        // A cookie of another key ring or version, or tampered with: as good as none.
        catch (Exception e) when (e is CryptographicException or JsonException) { return null; }
    }

    private void Delete(HttpContext http, string name) => http.Response.Cookies.Append(name, "", Options(TimeSpan.Zero));

    // Lax: the browser comes back by a link from the provider's site.
    private CookieOptions Options(TimeSpan age) =>
        new() { HttpOnly = true, Secure = site.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = age, IsEssential = true };
}
