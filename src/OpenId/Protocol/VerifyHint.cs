using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Protocol;

/// <param name="Audience">The client it was issued to.</param>
/// <param name="SessionId">The session it was issued in, as the site names it.</param>
internal sealed record Hint(string Subject, string Audience, string? SessionId);

/// <summary>Reads an id_token_hint: an ID token that this provider signed, however long ago. Never one of another issuer, another kind
/// or another algorithm.</summary>
internal sealed class VerifyHint(ISigningKeys keys, ProviderIdentity provider)
{
    // ID tokens are signed without typ or with JWT; a logout+jwt or secevent+jwt of ours is no hint.
    private static readonly JwsPolicy Policy = new(SignatureAlgorithm.Signing, [null, "JWT"]);

    /// <summary>Null when it is not ours.</summary>
    public async ValueTask<Hint?> RunAsync(string token, CancellationToken ct)
    {
        var published = await keys.PublicAsync(ct);
        if (Jws.Verify(token, published.Known, Policy) is not JwsOutcome.Verified verified) return null;
        if (JwtClaims.TryParse(verified.Payload) is not { } claims) return null;
        if (!string.Equals(claims.Issuer, provider.Issuer, StringComparison.Ordinal)) return null;
        return claims is { Subject: { } subject, Audiences: [var audience] } ? new Hint(subject, audience, claims.Text("sid")) : null;
    }
}
