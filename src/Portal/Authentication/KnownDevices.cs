using System.Security.Cryptography;
using Aupd.Kernel.Http;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Authentication;

/// <summary>Remembers, in a sealed cookie, which accounts were signed in to from this browser. It lets nobody in: it only keeps the tries
/// of strangers elsewhere from counting against the person here.</summary>
internal sealed class KnownDevices(IDataProtectionProvider protection, SiteIdentity site, ForeignDevice foreign, SessionSettings settings)
{
    // A family's computer knows a few people; a computer class forgets the oldest.
    private const int MostAccounts = 8;
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("aupd.portal.device").ToTimeLimitedDataProtector();
    private string CookieName => site.CookieName("device");

    public TryPlace PlaceOf(HttpContext http, Guid? accountId) =>
        accountId is { } id && Read(http) is { } device && device.Accounts.Contains(id) ? new TryPlace($"device {device.Id}", IsKnown: true)
            : new TryPlace(AddressPrefix.Of(http), IsKnown: false);

    /// <summary>From now on this browser is known for the account: after a sign-in, a registration, a recovery. Somebody else's device keeps
    /// nothing.</summary>
    public void Remember(HttpContext http, Guid accountId)
    {
        if (foreign.IsSaid(http)) return;
        var device = Read(http) ?? new Device(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), []);
        var accounts = device.Accounts.Where(a => a != accountId).Prepend(accountId).Take(MostAccounts);
        var lifetime = TimeSpan.FromDays(settings.KnownDeviceDays);
        var value = _protector.Protect($"{device.Id} {string.Join(' ', accounts.Select(a => a.ToString("N")))}", lifetime);
        http.Response.Cookies.Append(CookieName, value, new CookieOptions
        {
            Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsHttps, IsEssential = true, MaxAge = lifetime,
        });
    }

    private sealed record Device(string Id, IReadOnlyList<Guid> Accounts);

    private Device? Read(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is not { Length: < 2000 } cookie) return null;
        try
        {
            var parts = _protector.Unprotect(cookie).Split(' ');
            return new Device(parts[0], parts.Skip(1).Select(p => Guid.ParseExact(p, "N")).ToList());
        }
        catch (CryptographicException) { return null; }
    }
}
