using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Example;

/// <summary>The region's service, as this one talks to it: discovery, keys, claims, refresh.</summary>
public sealed class RegionProvider(RegionSettings settings)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
    private static readonly TimeSpan BetweenKeyLooks = TimeSpan.FromSeconds(30), ClockSkew = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = TimeSpan.FromSeconds(15) };
    private JsonElement? _document, _keys;
    private DateTimeOffset _keysAt;

    public string Issuer => settings.Issuer;

    public async Task<(string Authorization, string Token)> EndpointsAsync(CancellationToken ct) =>
        (await AddressAsync("authorization_endpoint", ct), await AddressAsync("token_endpoint", ct));

    /// <summary>Where the browser goes to sign out everywhere.</summary>
    public async Task<string> SignOutUrlAsync(string idToken, string back, CancellationToken ct) =>
        QueryHelpers.AddQueryString(await AddressAsync("end_session_endpoint", ct), new Dictionary<string, string?> { ["id_token_hint"] = idToken, ["post_logout_redirect_uri"] = back });

    /// <summary>The person with the claims of now.</summary>
    public async Task<ClaimsPrincipal> PersonAsync(string accessToken, string sub, string sid, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, await AddressAsync("userinfo_endpoint", ct));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = (await _http.SendAsync(request, ct)).EnsureSuccessStatusCode();
        var info = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        // OpenID Connect Core §5.3.2: claims of another person than the ID token's are not used.
        if (info.GetProperty("sub").GetString() != sub) throw new InvalidOperationException("UserInfo speaks of another person.");
        List<Claim> claims = [new("sub", sub), new("sid", sid)];
        if (info.TryGetProperty("name", out var name)) claims.Add(new("name", name.GetString()!));
        if (info.TryGetProperty("active_role", out var role)) claims.Add(new("role", role.GetProperty("role").GetString()!));
        if (info.TryGetProperty("children", out var children)) claims.Add(new("children", children.GetRawText()));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, "region", "name", "role"));
    }

    /// <summary>The next access and refresh token; null when the person may no longer come in. A fault that passes throws.</summary>
    public async Task<(string Access, string Refresh)?> RefreshAsync(string refreshToken, CancellationToken ct)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken, ["client_id"] = settings.ClientId, ["client_secret"] = settings.ClientSecret });
        using var response = await _http.PostAsync(await AddressAsync("token_endpoint", ct), form, ct);
        if ((int)response.StatusCode >= 500) response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        if (response.IsSuccessStatusCode) return (answer.GetProperty("access_token").GetString()!, answer.GetProperty("refresh_token").GetString()!);
        return answer.GetProperty("error").GetString() == "invalid_grant" ? null : throw new InvalidOperationException("Refresh: " + answer);
    }

    /// <summary>The session that a logout token ends (OpenID Connect Back-Channel Logout §2.6); null when the token proves nothing.</summary>
    public async Task<string?> EndedSessionAsync(string logoutToken, CancellationToken ct) =>
        await VerifyAsync(logoutToken, "logout+jwt", ct) is { } claims && claims.TryGetProperty("events", out var events) && events.TryGetProperty(LogoutEvent, out _)
            && !claims.TryGetProperty("nonce", out _) && claims.TryGetProperty("sid", out var sid) ? sid.GetString() : null;

    /// <summary>Claims of a JWT that the region has signed for this service and that is good now; null for any other.</summary>
    public async Task<JsonElement?> VerifyAsync(string token, string type, CancellationToken ct)
    {
        try
        {
            if (token.Split('.') is not [var header, var payload, var signature]) return null;
            var head = Part(header);
            // The registration says ES256, so nothing else is looked at, whatever the token says of itself.
            if (head.GetProperty("alg").GetString() != "ES256" || head.GetProperty("typ").GetString() != type) return null;
            if (await KeyAsync(head.GetProperty("kid").GetString()!, ct) is not { } key) return null;
            using var verifier = key;
            if (!verifier.VerifyData(Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256)) return null;
            var claims = Part(payload);
            var expires = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64());
            return claims.GetProperty("iss").GetString() == Issuer && IsForUs(claims.GetProperty("aud")) && expires > DateTimeOffset.UtcNow - ClockSkew ? claims : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or CryptographicException) { return null; }
    }

    private bool IsForUs(JsonElement audience) => audience.ValueKind == JsonValueKind.Array
        ? audience.EnumerateArray().Any(a => a.GetString() == settings.ClientId) : audience.GetString() == settings.ClientId;

    private static JsonElement Part(string part) => JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(part));

    // A key that is not known yet is looked for, but made-up names cause no flood of requests.
    private async Task<ECDsa?> KeyAsync(string kid, CancellationToken ct)
    {
        if (Find(kid) is { } known) return known;
        if (DateTimeOffset.UtcNow - _keysAt < BetweenKeyLooks) return null;
        _keysAt = DateTimeOffset.UtcNow;
        _keys = await _http.GetFromJsonAsync<JsonElement>(await AddressAsync("jwks_uri", ct), ct);
        return Find(kid);
    }

    private ECDsa? Find(string kid)
    {
        if (_keys is not { } keys) return null;
        var key = keys.GetProperty("keys").EnumerateArray().FirstOrDefault(k => k.GetProperty("kid").GetString() == kid && k.GetProperty("kty").GetString() == "EC");
        if (key.ValueKind == JsonValueKind.Undefined) return null;
        var point = new ECPoint { X = Base64Url.DecodeFromChars(key.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(key.GetProperty("y").GetString()) };
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
    }

    // Read at the first sign-in, so that the service starts while the region's is away.
    private async Task<string> AddressAsync(string name, CancellationToken ct)
    {
        if (_document is null)
        {
            var document = await _http.GetFromJsonAsync<JsonElement>(Issuer + "/.well-known/openid-configuration", ct);
            if (document.GetProperty("issuer").GetString() != Issuer) throw new InvalidOperationException("Region:Issuer is not what the region's service calls itself.");
            _document = document;
        }
        return _document.Value.GetProperty(name).GetString()!;
    }
}
