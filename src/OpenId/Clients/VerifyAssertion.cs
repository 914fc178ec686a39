using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token;

namespace Aupd.OpenId.Clients;

/// <summary>private_key_jwt (RFC 7523 §2.2 and §3, OpenID Connect Core §9): the client signs who it is, for us, for now, once.</summary>
internal sealed class VerifyAssertion(ClientKeys keys, ReplayStore replays, ProviderIdentity provider, TimeProvider clock)
{
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    // Nobody else's signed messages, and no other kind of the client's own. draft-ietf-oauth-rfc7523bis §4 gives them a typ.
    private static readonly string?[] Types = [null, "JWT", "client-authentication+jwt"];
    private static readonly JwsPolicy Any = new(SignatureAlgorithm.Signing, Types);
    // FAPI 2.0 Security Profile §5.4.1 forbids RS256.
    private static readonly JwsPolicy Fapi2 = new([SignatureAlgorithm.Es256, SignatureAlgorithm.Ps256], Types);

    /// <summary>Who the assertion says it is from, unchecked; null when it cannot be read.</summary>
    public static string? ClaimedClient(string assertion) => Payload(assertion)?.Subject;

    /// <summary>Null when the client has proved who it is; else why not, for the log.</summary>
    /// <param name="endpoint">The path that was called: RFC 9126 §2 allows its address as audience too.</param>
    public async ValueTask<string?> FaultAsync(OpenIdClient client, string assertion, string endpoint, CancellationToken ct)
    {
        if (await keys.VerifyAsync(client, assertion, client.IsFapi2 ? Fapi2 : Any, ct) is not JwsOutcome.Verified verified)
            return "the client assertion is not of our form or not signed by a key of the client";
        if (JwtClaims.TryParse(verified.Payload) is not { } claims) return "the client assertion holds no claims";
        if (!string.Equals(claims.Subject, client.ClientId, StringComparison.Ordinal)) return "sub of the client assertion is not the client_id";
        if (Audience(client, claims, endpoint) is not { } audience) return "aud of the client assertion is not this provider alone";
        var now = clock.GetUtcNow();
        if (claims.Check(new JwtRules(client.ClientId, audience) { Skew = Skew, IssuedAtRequired = false }, now) is { } fault)
            return $"the client assertion fails by {fault}";
        if (claims.ExpiresAt!.Value > now + ReplayStore.MaxLifetime + Skew) return "the client assertion is good for more than an hour";
        if (claims.Id is not { Length: > 0 and <= ReplayStore.MaxIdLength } id)
            return $"the client assertion has no jti of 1 to {ReplayStore.MaxIdLength} characters";
        // Last, so that only the client itself can use a jti up.
        return await replays.TryUseAsync(ReplayKind.ClientAssertion, client.ClientId, id, claims.ExpiresAt.Value + Skew, ct)
            ? null : "the client assertion was used before";
    }

    // One meant for others besides us could be used by them against us, so a list may hold our own names alone. FAPI 2.0 §5.3.2.1: the
    // issuer, as one string.
    private string? Audience(OpenIdClient client, JwtClaims claims, string endpoint)
    {
        if (client.IsFapi2) return claims.Text("aud") == provider.Issuer ? provider.Issuer : null;
        string[] ours = [provider.Issuer, provider.Issuer + TokenEndpoint.Path, provider.Issuer + endpoint];
        return claims.Audiences is { Count: > 0 } named && named.All(ours.Contains) ? named[0] : null;
    }

    private static JwtClaims? Payload(string assertion)
    {
        var parts = assertion.Split('.', 4);
        return parts.Length == 3 && StrictBase64Url.Decode(parts[1]) is { } payload ? JwtClaims.TryParse(payload) : null;
    }
}
