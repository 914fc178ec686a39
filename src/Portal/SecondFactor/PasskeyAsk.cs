using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Http;
using Aupd.Portal.Accounts;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.SecondFactor;

/// <summary>What a page gives the browser to ask an authenticator with.</summary>
/// <param name="Options">JSON of WebAuthn Level 3 §5.1.9 and §5.1.10.</param>
/// <param name="State">Sealed; comes back with the answer.</param>
internal sealed record PasskeyQuestion(string Options, string State);

/// <summary>Asks for passkeys. A question costs the database nothing, since every view of the sign-in page holds one: it lies sealed in the page,
/// is bound to this browser and to what it is for, and is marked when it is answered.</summary>
internal sealed class PasskeyAsk(IPasskeyHandler<PortalAccount> handler, IDataProtectionProvider protection, SiteIdentity site, NpgsqlDataSource source,
    SecondFactorSettings settings, TimeProvider clock)
{
    public const string ToSignIn = "sign-in";

    private const string SpendSql = "insert into portal.spent_challenge (hash, expires_at) values (@hash, @expires) on conflict (hash) do nothing";

    private readonly IDataProtector _protector = protection.CreateProtector("aupd.portal.passkey");
    private string CookieName => site.CookieName("passkey");

    public static string ToProve(Guid accountId) => $"prove {accountId:N}";
    public static string ToCreate(Guid accountId, Guid sessionId) => $"create {accountId:N} {sessionId:N}";

    /// <param name="account">Only its passkeys may answer; null: any that the browser knows for this site.</param>
    public async Task<PasskeyQuestion> AskAsync(HttpContext http, string purpose, PortalAccount? account)
    {
        var options = await handler.MakeRequestOptionsAsync(account, http);
        return new PasskeyQuestion(options.RequestOptionsJson, Seal(http, purpose, options.AssertionState ?? ""));
    }

    public async Task<PasskeyQuestion> AskNewAsync(HttpContext http, PortalAccount account, Guid sessionId)
    {
        var name = account.Login ?? account.Phone?.Formatted ?? account.Email?.Address ?? account.Name.Reveal();
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = account.Id.ToString(), Name = name, DisplayName = account.Name.Reveal() }, http);
        return new PasskeyQuestion(options.CreationOptionsJson, Seal(http, ToCreate(account.Id, sessionId), options.AttestationState ?? ""));
    }

    /// <summary>The handler's state of a question that was asked of this browser for this purpose; null when it was not, was answered before, or
    /// is too old. From now on it is answered, whatever comes of it.</summary>
    public async Task<string?> TakeAsync(HttpContext http, string purpose, string? state, CancellationToken ct)
    {
        if (state is not { Length: > 0 and < 8000 } || http.Request.Cookies[CookieName] is not { } browser) return null;
        string[] parts;
        try { parts = _protector.Unprotect(state).Split('\n', 4); }
        catch (CryptographicException) { return null; }
        if (parts is not [var forWhat, var forWhom, var until, var inner] || forWhat != purpose || forWhom != Hash(browser)) return null;
        var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(until, CultureInfo.InvariantCulture));
        if (expires <= clock.GetUtcNow()) return null;
        await using var connection = await source.OpenConnectionAsync(ct);
        var first = await connection.ExecuteAsync(new CommandDefinition(SpendSql,
            new { hash = SHA256.HashData(Encoding.UTF8.GetBytes(inner)), expires }, cancellationToken: ct)) == 1;
        return first ? inner : null;
    }

    private string Seal(HttpContext http, string purpose, string inner)
    {
        var until = (clock.GetUtcNow() + settings.Challenge).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return _protector.Protect($"{purpose}\n{Hash(Browser(http))}\n{until}\n{inner}");
    }

    // Several pages of one browser may be open at once: the first one's mark is kept.
    private string Browser(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is { Length: > 20 and < 100 } known) return known;
        var fresh = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        http.Response.Cookies.Append(CookieName, fresh, new CookieOptions
        {
            Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsHttps, IsEssential = true,
        });
        return fresh;
    }

    private static string Hash(string browser) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(browser)))[..32];
}
