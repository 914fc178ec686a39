using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Badges;

/// <summary>What a browser that has shown a badge holds instead of it: 256 random bits for one sign-in, kept hashed, and which badge it was.</summary>
internal sealed record BadgeState(byte[] Hash, Guid Badge);

internal sealed class BadgeCookie(SiteIdentity site)
{
    private const int SecretLength = 32, SecretLetters = 43;
    private string Name => site.CookieName("badge");

    /// <summary>A secret that the browser does not hold yet, with its hash.</summary>
    internal static (string Secret, byte[] Hash) New()
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
        return (secret, SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
    }

    internal void Set(HttpContext http, string secret, Guid badge) => http.Response.Cookies.Append(Name, $"{secret}.{badge:N}", Options());

    /// <summary>Null when there is none, or something else.</summary>
    internal BadgeState? Read(HttpContext http) =>
        http.Request.Cookies[Name]?.Split('.') is [{ Length: SecretLetters } secret, var id] && Base64Url.IsValid(secret) && Guid.TryParseExact(id, "N", out var badge)
            ? new BadgeState(SHA256.HashData(Encoding.ASCII.GetBytes(secret)), badge) : null;

    internal void Drop(HttpContext http) => http.Response.Cookies.Delete(Name, Options());

    private CookieOptions Options() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", Secure = site.IsHttps, IsEssential = true };
}
