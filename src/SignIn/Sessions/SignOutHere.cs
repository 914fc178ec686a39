using System.Security.Cryptography;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.SignIn.PortalSignIn;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Sessions;

/// <summary>Ends this browser's session and its grants, then sends the browser through the portal's own sign-out to where it is to end up.</summary>
internal sealed class SignOutHere(
    Sessions sessions, EndSessions end, SessionCookie cookie, PortalClient portal, SiteIdentity site, IDataProtectionProvider protection, AuditTrail audit)
{
    internal const string Page = "/signed-out";
    private readonly ITimeLimitedDataProtector _finalUrls = protection.CreateProtector("signin.final-url").ToTimeLimitedDataProtector();
    private static readonly TimeSpan FinalUrlLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Where the browser goes next; <paramref name="finalUrl"/> is an address that the engine has checked, or our own page.</summary>
    internal async Task<string> RunAsync(HttpContext http, string finalUrl, CancellationToken ct)
    {
        var visitor = await sessions.CurrentAsync(http, ct);
        cookie.DropSession(http);
        if (visitor is null) return finalUrl;
        var idToken = await sessions.IdTokenAsync(visitor, ct);
        await end.OneAsync(visitor.Sid, visitor.AccountId, "sign-out", ct);
        await audit.WriteAsync(new AuditLine("signin.signed-out", visitor.AccountId.ToString(), null, visitor.Trace), ct);
        // A screen that a phone has let in has not been at the portal.
        if (idToken is null) return finalUrl;
        return await portal.Client.LogoutUrlAsync(idToken, site.PublicUrl + Page, _finalUrls.Protect(finalUrl, FinalUrlLifetime), ct) ?? finalUrl;
    }

    /// <summary>The address that came back from the portal in <c>state</c>; null unless it is one that we sent.</summary>
    internal string? FinalUrl(string? state)
    {
        if (string.IsNullOrEmpty(state)) return null;
        try { return _finalUrls.Unprotect(state); }
        catch (CryptographicException) { return null; }
    }
}
