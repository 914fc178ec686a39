using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.RelyingParty;

/// <summary>Why a token was not taken: its signature part, or the provider's keys.</summary>
internal sealed record TokenRefusal(JwsFault? Fault, ProviderFault? Provider, string Why);

/// <summary>Checks what the provider signs: ID tokens, logout tokens, security events. Each has its own rules and its own typ, so that none
/// passes for another (RFC 8725 §3.11).</summary>
internal sealed class TokenReader(OidcClientOptions options, ProviderKnowledge provider, TimeProvider clock)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>Logout tokens and events older than this are not taken, in spite of their signature: longer than a provider
    /// retries.</summary>
    private static readonly TimeSpan LogoutTokenAge = TimeSpan.FromHours(1), SecurityEventAge = OidcClient.LongestEventAge;

    private static readonly IReadOnlyList<string?> IdTokenTypes =
        ["JWT", null], LogoutTypes = ["logout+jwt", "JWT", null], EventTypes = ["secevent+jwt"];

    /// <summary>OpenID Connect Core §3.1.3.7; <paramref name="nonce"/> and <paramref name="maxAge"/> as they were asked for.</summary>
    public async Task<(JwtClaims? Claims, IdTokenFault Fault, ProviderFault? Provider)> ReadIdTokenAsync(
        string token, string? nonce, int? maxAge, string accessToken, CancellationToken ct)
    {
        var (verified, refusal) = await VerifyAsync(token, IdTokenTypes, ct);
        if (verified is null) return (null, FaultOf(refusal!), refusal!.Provider);
        var claims = JwtClaims.TryParse(verified.Payload);
        return claims is null ? (null, IdTokenFault.Malformed, null)
            : CheckIdToken(claims, verified.Algorithm, nonce, maxAge, accessToken) is { } fault ? (null, fault, null)
            : (claims, default, null);
    }

    public async Task<LogoutTokenOutcome> ReadLogoutTokenAsync(
        string token, Func<string, DateTimeOffset, Task<bool>>? firstSeen, CancellationToken ct)
    {
        var (verified, refusal) = await VerifyAsync(token, LogoutTypes, ct);
        if (refusal?.Provider is { } down) return new LogoutTokenOutcome.ProviderDown(down);
        if (verified is null) return new LogoutTokenOutcome.Invalid(refusal!.Why);
        if (JwtClaims.TryParse(verified.Payload) is not { } claims)
            return new LogoutTokenOutcome.Invalid("the claims are not a JSON object, or have a member twice");
        if (Why(claims.Check(Rules(options.ClientId) with { MaxAge = LogoutTokenAge }, clock.GetUtcNow())) is { } why)
            return new LogoutTokenOutcome.Invalid(why);
        // Back-Channel Logout §2.4 and §2.6: no nonce, so that no ID token passes for a logout token.
        if (claims.Has("nonce")) return new LogoutTokenOutcome.Invalid("nonce is prohibited");
        if (OneEvent(claims) is not { } found || found.Name != LogoutEvent)
            return new LogoutTokenOutcome.Invalid("events does not have the logout event alone");
        if (claims.Id is not { Length: > 0 } id) return new LogoutTokenOutcome.Invalid("jti is missing");
        if ((claims.Has("sub") && claims.Subject is null) || (claims.Has("sid") && claims.Text("sid") is null))
            return new LogoutTokenOutcome.Invalid("sub or sid is not a string");
        if (claims.Subject is null && claims.Text("sid") is null) return new LogoutTokenOutcome.Invalid("neither sub nor sid");
        if (firstSeen is not null && !await firstSeen(id, claims.IssuedAt!.Value + LogoutTokenAge + 2 * options.Skew))
            return new LogoutTokenOutcome.Invalid("jti was seen before");
        return new LogoutTokenOutcome.Valid(new LogoutNotice(claims.Subject, claims.Text("sid"), id, claims.IssuedAt!.Value));
    }

    public async Task<SecurityEventOutcome> ReadSecurityEventAsync(string token, string audience, CancellationToken ct)
    {
        var (verified, refusal) = await VerifyAsync(token, EventTypes, ct);
        if (refusal?.Provider is { } down) return new SecurityEventOutcome.ProviderDown(down);
        // RFC 8935 §2.4 names the errors.
        if (verified is null)
        {
            var isAboutKey = refusal!.Fault is JwsFault.UnknownKey or JwsFault.AmbiguousKey or JwsFault.BadSignature or JwsFault.AlgorithmNotAllowed;
            return Invalid(isAboutKey ? "invalid_key" : "invalid_request", refusal.Why);
        }
        if (JwtClaims.TryParse(verified.Payload) is not { } claims)
            return Invalid("invalid_request", "the claims are not a JSON object, or have a member twice");
        var fault = claims.Check(Rules(audience) with { ExpiryRequired = false, MaxAge = SecurityEventAge }, clock.GetUtcNow());
        if (Why(fault) is { } why)
        {
            return Invalid(
                fault switch { JwtFault.Issuer => "invalid_issuer", JwtFault.Audience => "invalid_audience", _ => "invalid_request" }, why);
        }
        if (claims.Id is not { Length: > 0 } id) return Invalid("invalid_request", "jti is missing");
        if (OneEvent(claims) is not { } found) return Invalid("invalid_request", "events does not have exactly one event");
        // Shared Signals Framework 1.0 §4.1: whom the event is about stands in sub_id, and sub is not used.
        if (claims.Has("sub") || SubjectOf(claims) is not { } subject)
            return Invalid("invalid_request", "sub_id is not iss_sub of this issuer, or sub is there");
        return new SecurityEventOutcome.Valid(new SecurityEvent(id, found.Name, subject, claims.IssuedAt!.Value, found.Value));
    }

    private async Task<(JwsOutcome.Verified?, TokenRefusal?)> VerifyAsync(string token, IReadOnlyList<string?> types, CancellationToken ct)
    {
        var (keys, fault) = await provider.KeysAsync(ct);
        if (keys is null) return (null, new TokenRefusal(null, fault, "the provider's keys cannot be had"));
        var policy = new JwsPolicy(options.Algorithms, types);
        var outcome = Jws.Verify(token, keys, policy);
        if (outcome is JwsOutcome.Refused { Fault: JwsFault.UnknownKey } && await provider.NewerKeysAsync(keys, ct) is { } newer)
            outcome = Jws.Verify(token, newer, policy);
        return outcome is JwsOutcome.Refused no ? (null, new TokenRefusal(no.Fault, null, no.Why)) : ((JwsOutcome.Verified)outcome, null);
    }

    private IdTokenFault? CheckIdToken(JwtClaims claims, string algorithm, string? nonce, int? maxAge, string accessToken)
    {
        switch (claims.Check(Rules(options.ClientId), clock.GetUtcNow()))
        {
            case null: break;
            case JwtFault.Issuer: return IdTokenFault.Issuer;
            case JwtFault.Audience: return IdTokenFault.Audience;
            case JwtFault.Expired: return IdTokenFault.Expired;
            case JwtFault.Malformed: return IdTokenFault.Malformed;
            default: return IdTokenFault.IssuedAt;
        }
        // §3.1.3.7 (4, 5): with several audiences azp says which of them asked; where it stands, it is us.
        if (claims.Has("azp") ? claims.Text("azp") != options.ClientId : claims.Audiences.Count > 1) return IdTokenFault.AuthorizedParty;
        if (claims.Subject is not { Length: > 0 and <= 255 }) return IdTokenFault.Subject;
        if (nonce is not null ? !SameSecret(claims.Text("nonce"), nonce) : claims.Has("nonce") && claims.Text("nonce") is null)
            return IdTokenFault.Nonce;
        if (claims.Has("events")) return IdTokenFault.Malformed;
        if (!AuthTimeFits(claims, maxAge)) return IdTokenFault.AuthTime;
        return claims.Has("at_hash") && claims.Text("at_hash") != HashOf(accessToken, algorithm) ? IdTokenFault.AccessTokenHash : null;
    }

    // §3.1.3.7 (13): when max_age was asked for, the person signed in no longer ago than that.
    private bool AuthTimeFits(JwtClaims claims, int? maxAge)
    {
        if (maxAge is null) return !claims.Has("auth_time") || claims.Time("auth_time") is not null;
        var now = clock.GetUtcNow();
        return claims.Time("auth_time") is { } at && at <= now + options.Skew
            && now - at <= TimeSpan.FromSeconds(maxAge.Value) + options.Skew;
    }

    // §3.1.3.6: the left half of the hash that the signature's algorithm uses.
    private static string HashOf(string accessToken, string algorithm)
    {
        var text = Encoding.UTF8.GetBytes(accessToken);
        var hash = algorithm[^3..] switch { "384" => SHA384.HashData(text), "512" => SHA512.HashData(text), _ => SHA256.HashData(text) };
        return StrictBase64Url.Encode(hash.AsSpan(0, hash.Length / 2));
    }

    private JwtRules Rules(string audience) => new(options.Issuer, audience) { Skew = options.Skew };

    private static JsonProperty? OneEvent(JwtClaims claims)
    {
        if (!claims.Root.TryGetProperty("events", out var events) || events.ValueKind != JsonValueKind.Object
            || events.GetPropertyCount() != 1)
            return null;
        var one = events.EnumerateObject().First();
        return one.Value.ValueKind == JsonValueKind.Object ? one : null;
    }

    private string? SubjectOf(JwtClaims claims) =>
        claims.Root.TryGetProperty("sub_id", out var id) && id.Text("format") == "iss_sub"
        && string.Equals(id.Text("iss"), options.Issuer, StringComparison.Ordinal)
        && id.Text("sub") is { Length: > 0 and <= 255 } subject ? subject : null;

    private static bool SameSecret(string? found, string expected) =>
        found is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(found), Encoding.UTF8.GetBytes(expected));

    private static SecurityEventOutcome.Invalid Invalid(string error, string description) => new(error, description);

    private static string? Why(JwtFault? fault) => fault switch
    {
        null => null,
        JwtFault.Issuer => "iss is another issuer",
        JwtFault.Audience => "aud does not name this client",
        JwtFault.Expired => "exp is missing or has passed",
        JwtFault.NotYetValid => "nbf has not come yet",
        JwtFault.IssuedAt => "iat is missing, too old or in the future",
        _ => "exp, nbf or iat is not a number",
    };

    private static IdTokenFault FaultOf(TokenRefusal refusal) => refusal.Fault switch
    {
        JwsFault.AlgorithmNotAllowed => IdTokenFault.Algorithm,
        JwsFault.UnknownKey or JwsFault.AmbiguousKey or JwsFault.BadSignature => IdTokenFault.Signature,
        _ => IdTokenFault.Malformed,
    };
}
