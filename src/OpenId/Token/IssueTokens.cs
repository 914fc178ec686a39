using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Authorize;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Token;

/// <summary>The last step of every grant: the site is asked whether this person may still have a token, then the answer is written. The ID
/// token says who signed in, when and how; everything else about a person is at UserInfo, since ID tokens travel in URLs as
/// hints, unless the client asked for a claim of theirs by name.</summary>
internal sealed class IssueTokens(IClaimsSource claims, ContextClasses classes, AccessTokens accessTokens, GrantHandles handles, ITokenSigner signer, RevokeGrant revoke,
    ProviderIdentity provider, OpenIdSettings settings, TimeProvider clock)
{
    /// <param name="scopes">Those of this access token, at most those of the grant.</param>
    /// <param name="resources">Those asked for now; null: those of the grant.</param>
    public async Task<TokenOutcome> RunAsync(Granted granted, IReadOnlyList<string> scopes, NewAccessToken access, string[]? resources,
        NewGrantHandle? refresh, CancellationToken ct)
    {
        scopes = AskedScopes.Still(granted.Client, scopes);
        // Also refused here and not only at sign-in: a person may have been disabled since (identity-servers.md §3.3, 8 and 35).
        var ask = granted.ToAsk(scopes, granted.Scopes.Contains(Granted.OfflineAccess));
        if (granted.Standing is not { } standing || !claims.Admits(standing, ask))
        {
            await revoke.RunAsync(granted.GrantId, granted.GrantExpiresAt, ct);
            return new TokenOutcome.Refused(OAuthError.InvalidGrant($"the site refuses claims for subject {granted.Subject}"));
        }
        var audiences = Resources.Audiences(granted.Client, provider.Issuer, resources, granted.Resources);
        if (audiences.Length == 0)
            return new TokenOutcome.Refused(OAuthError.InvalidTarget("None of the resources that were granted is registered any more."));
        // A token is good while its grant is, which may end sooner.
        if (granted.GrantExpiresAt < access.ExpiresAt) access = access with { ExpiresAt = granted.GrantExpiresAt };
        var text = await accessTokens.TextAsync(access, new AccessTokenContent(granted.Client, granted.Subject, scopes, audiences)
        {
            Grant = granted.Key, AuthenticatedAt = granted.AuthenticatedAt,
        }, ct);
        var body = AccessTokens.Body(access, text, scopes);
        if (refresh is not null) body["refresh_token"] = handles.Text(refresh, granted.Key, refresh.ExpiresAt);
        if (scopes.Contains("openid")) body["id_token"] = await SignAsync(granted, ask, text, ct);
        return new TokenOutcome.Issued(body);
    }

    // OpenID Connect Core §2, §3.1.3.6.
    private async ValueTask<string> SignAsync(Granted granted, ClaimsAsk ask, string access, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var content = new Dictionary<string, object>
        {
            ["iss"] = provider.Issuer, ["sub"] = granted.Subject, ["aud"] = granted.Client.ClientId,
            ["exp"] = now + settings.IdTokenLifetimeSeconds,
            ["iat"] = now, ["auth_time"] = granted.AuthenticatedAt.ToUnixTimeSeconds(), ["sid"] = granted.SessionId,
            ["at_hash"] = HalfHash(access),
        };
        if (granted.Nonce is not null) content["nonce"] = granted.Nonce;
        if (granted.Methods.Count > 0) content["amr"] = granted.Methods;
        var asked = granted.Claims is { } kept ? ClaimsRequest.ReadKept(kept) : null;
        if ((asked?.KeptClass ?? classes.Of(granted.Methods)) is { } acr) content["acr"] = acr;
        if (asked is not null && granted.Holder is { } holder)
            foreach (var (name, value) in ClaimsFor.IdToken(claims, holder, ask, asked) ?? [])
                content.TryAdd(name, value);
        var algorithm = SignatureAlgorithm.Find(granted.Client.IdTokenAlg)!;
        return await signer.SignAsync(algorithm, "JWT", JsonSerializer.SerializeToUtf8Bytes(content), ct);
    }

    // Both algorithms in use hash by SHA-256.
    private static string HalfHash(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)).AsSpan(0, 16));
}
