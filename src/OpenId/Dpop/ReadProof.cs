using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Dpop;

/// <summary>Reads the DPoP header and checks all of RFC 9449 §4.3 but the reuse of its jti, which is the database's to say.</summary>
internal sealed class ReadProof(DpopNonces nonces, ProviderIdentity provider, TimeProvider clock)
{
    public const string Header = "DPoP", NonceHeader = "DPoP-Nonce", Scheme = "DPoP";

    /// <summary>FAPI 2.0 Security Profile §5.4.1 leaves RS256 out; a proof is short-lived, so nobody needs it.</summary>
    public static readonly IReadOnlyList<SignatureAlgorithm> Algorithms = [SignatureAlgorithm.Es256, SignatureAlgorithm.Ps256];

    /// <summary>How old a proof may be, and how far ahead its clock. The suite of the OpenID Foundation wants ten seconds both ways.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(60), MaxAhead = TimeSpan.FromSeconds(30);

    private static readonly JwsPolicy Policy = new(Algorithms, ["dpop+jwt"]) { MaxLength = 8 * 1024 };

    private delegate string? Check(ReadProof self, JwtClaims claims, HttpContext http, string path, string? accessToken);

    private static readonly Check[] Table =
    [
        (_, c, _, _, _) => c.Id is { Length: > 0 and <= ReplayStore.MaxIdLength } ? null : "jti",
        (_, c, http, _, _) => string.Equals(c.Text("htm"), http.Request.Method, StringComparison.Ordinal) ? null : "htm",
        (s, c, _, path, _) => SameTarget(c.Text("htu"), s._issuer + path) ? null : "htu",
        (s, c, _, _, _) => s.OfNow(c) ? null : "iat, nbf or exp",
        (_, c, _, _, token) => token is null || string.Equals(c.Text("ath"), HashOf(token), StringComparison.Ordinal) ? null : "ath",
    ];

    private readonly string _issuer = provider.Issuer;

    /// <param name="path">Of the endpoint; the address is the issuer's, whatever name the request was sent to.</param>
    /// <param name="accessToken">The token that comes with it, at a resource; null at the endpoints that give tokens.</param>
    public ReadProofOutcome Run(HttpContext http, string path, string? accessToken = null)
    {
        if (nonces.AreAsked) http.Response.Headers[NonceHeader] = nonces.Make();
        var headers = http.Request.Headers[Header];
        if (headers.Count == 0) return ReadProofOutcome.Nothing;
        if (headers.Count > 1) return Refuse("there is more than one DPoP header");
        if (Jws.VerifyProof(headers[0], Policy, out var key) is not JwsOutcome.Verified verified) return Refuse("form, header or signature");
        if (JwtClaims.TryParse(verified.Payload) is not { } claims) return Refuse("no claims");
        foreach (var check in Table)
            if (check(this, claims, http, path, accessToken) is { } fault) return Refuse(fault);
        // RFC 9449 §8: a proof made ahead of time knows no nonce of ours.
        if (nonces.AreAsked && !nonces.IsGood(claims.Text("nonce"))) return new ReadProofOutcome.Refused(OAuthError.UseDpopNonce());
        return new ReadProofOutcome.Read(new DpopProof(key!.Thumbprint(), claims.Id!, claims.IssuedAt!.Value + MaxAge));
    }

    private bool OfNow(JwtClaims claims)
    {
        var now = clock.GetUtcNow();
        return claims.IssuedAt is { } issued && issued > now - MaxAge && issued <= now + MaxAhead
            && (!claims.Has("exp") || claims.ExpiresAt is { } expires && expires > now - MaxAhead)
            && (!claims.Has("nbf") || claims.Time("nbf") is { } from && from <= now + MaxAhead);
    }

    // §4.3: without query and fragment, after the normalisation of RFC 3986 §6.2.2 and §6.2.3.
    private static bool SameTarget(string? claimed, string expected) =>
        Uri.TryCreate(claimed, UriKind.Absolute, out var left) && left.UserInfo.Length == 0
        && Uri.TryCreate(expected, UriKind.Absolute, out var right) && string.Equals(Target(left), Target(right), StringComparison.Ordinal);

    private static string Target(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    // §4.2.
    private static string HashOf(string token) => StrictBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    private static ReadProofOutcome.Refused Refuse(string detail) => new(OAuthError.InvalidDpopProof(detail));
}
