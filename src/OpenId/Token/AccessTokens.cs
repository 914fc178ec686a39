using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Token;

/// <summary>An access token that is about to be given: named before the statement that stores it, written after.</summary>
internal sealed record NewAccessToken(DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>An opaque one with a row of its own.</summary>
    public Handle? Opaque { get; init; }
    /// <summary>An opaque one that says what its grant says.</summary>
    public NewGrantHandle? OfGrant { get; init; }
    public string? JwtId { get; init; }

    /// <summary>For the row; null: there is none.</summary>
    public byte[]? Hash => Opaque?.Hash;

    /// <summary>Thumbprint of the key that it is bound to (RFC 9449 §6); null: a bearer's.</summary>
    public string? Jkt { get; init; }

    /// <summary>What the answer calls it (RFC 6750 §4, RFC 9449 §5).</summary>
    public string Type => Jkt is null ? "Bearer" : "DPoP";
}

/// <summary>What a JWT access token says (RFC 9068 §2.2); an opaque one says nothing.</summary>
/// <param name="Subject">The person, or the client itself.</param>
internal sealed record AccessTokenContent(OpenIdClient Client, string Subject, IReadOnlyList<string> Scopes, IReadOnlyList<string> Audiences)
{
    /// <summary>The grant that it lives and dies with; null for a client's own.</summary>
    public GrantKey? Grant { get; init; }
    public DateTimeOffset? AuthenticatedAt { get; init; }
    /// <summary>The act claim (RFC 8693 §4.1).</summary>
    public JsonElement? Actor { get; init; }
}

/// <summary>Finds a grant in its one partition.</summary>
internal sealed record GrantKey(Guid Id, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"{Id:N}.{ExpiresAt.ToUnixTimeSeconds()}";

    public static GrantKey? TryParse(string? text)
    {
        var dot = text?.IndexOf('.') ?? -1;
        return dot > 0 && Guid.TryParseExact(text.AsSpan(0, dot), "N", out var id)
            && long.TryParse(text.AsSpan(dot + 1), System.Globalization.NumberStyles.None, null, out var seconds) && seconds < 1L << 38
            ? new GrantKey(id, DateTimeOffset.FromUnixTimeSeconds(seconds)) : null;
    }
}

/// <summary>The one place where access tokens are made, in whichever form the client is registered for.</summary>
internal sealed class AccessTokens(GrantHandles handles, ITokenSigner signer, ISigningKeys keys, ProviderIdentity provider, OpenIdSettings settings)
{
    /// <summary>RFC 9068 §2.1. Nothing else that we sign has it, and what has it is nothing else.</summary>
    public const string JwtType = "at+jwt";
    private const int IdLength = 16;

    private static readonly JwsPolicy Policy = new(SignatureAlgorithm.Signing, [JwtType]);

    /// <param name="noLaterThan">It expires then at the latest.</param>
    public NewAccessToken New(OpenIdClient client, DateTimeOffset now, DateTimeOffset? noLaterThan = null)
    {
        var lifetime = TimeSpan.FromSeconds(settings.AccessTokenLifetimeSeconds);
        if (noLaterThan is { } latest && latest - now < lifetime) lifetime = latest - now;
        if (client.AccessTokenFormat != "jwt")
        {
            var handle = Handle.New(now, lifetime);
            return new NewAccessToken(now, handle.ExpiresAt) { Opaque = handle };
        }
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        return new NewAccessToken(now, expiresAt) { JwtId = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(IdLength)) };
    }

    /// <summary>One of a person's grant. An opaque one needs no row, unless it is bound to a key or may say something else than its grant.</summary>
    /// <param name="differs">It has fewer scopes than the grant, or is for other than this provider.</param>
    public NewAccessToken OfGrant(OpenIdClient client, DateTimeOffset now, DpopProof? proof, bool differs)
    {
        if (client.AccessTokenFormat == "jwt" || proof is not null || differs) return New(client, now) with { Jkt = proof?.Thumbprint };
        var handle = GrantHandles.New(GrantHandleKind.AccessToken, now, TimeSpan.FromSeconds(settings.AccessTokenLifetimeSeconds));
        return new NewAccessToken(now, handle.ExpiresAt) { OfGrant = handle };
    }

    /// <summary>The token as the client gets it.</summary>
    public async ValueTask<string> TextAsync(NewAccessToken token, AccessTokenContent content, CancellationToken ct)
    {
        if (token.Opaque is { } handle) return handle.Text;
        if (token.OfGrant is { } ofGrant) return handles.Text(ofGrant, content.Grant!, token.ExpiresAt);
        var claims = new Dictionary<string, object>
        {
            ["iss"] = provider.Issuer, ["sub"] = content.Subject, ["aud"] = content.Audiences is [var only] ? only : content.Audiences,
            ["client_id"] = content.Client.ClientId, ["iat"] = token.IssuedAt.ToUnixTimeSeconds(),
            ["exp"] = token.ExpiresAt.ToUnixTimeSeconds(), ["jti"] = token.JwtId!,
        };
        if (content.Scopes.Count > 0) claims["scope"] = string.Join(' ', content.Scopes);
        if (content.AuthenticatedAt is { } at) claims["auth_time"] = at.ToUnixTimeSeconds();
        if (content.Grant is { } grant) claims["grant"] = grant.ToString();
        if (content.Actor is { } actor) claims["act"] = actor;
        if (token.Jkt is { } jkt) claims["cnf"] = new Dictionary<string, string> { ["jkt"] = jkt };
        return await signer.SignAsync(SignatureAlgorithm.Find(content.Client.IdTokenAlg)!, JwtType, JsonSerializer.SerializeToUtf8Bytes(claims), ct);
    }

    /// <summary>The members of a token response (RFC 6749 §5.1) that every grant has.</summary>
    public static Dictionary<string, object> Body(NewAccessToken token, string text, IReadOnlyList<string> scopes)
    {
        var body = new Dictionary<string, object>
        {
            ["access_token"] = text, ["token_type"] = token.Type,
            ["expires_in"] = Math.Max(0, token.ExpiresAt.ToUnixTimeSeconds() - token.IssuedAt.ToUnixTimeSeconds()),
        };
        if (scopes.Count > 0) body["scope"] = string.Join(' ', scopes);
        return body;
    }

    /// <summary>The claims of a JWT access token that this provider signed and that has not expired; null for anything else. Whether it was
    /// revoked is the database's to say.</summary>
    public async ValueTask<JwtClaims?> ReadJwtAsync(string token, DateTimeOffset now, CancellationToken ct)
    {
        var published = await keys.PublicAsync(ct);
        if (Jws.Verify(token, published.Set, Policy) is not JwsOutcome.Verified verified) return null;
        if (JwtClaims.TryParse(verified.Payload) is not { Subject: not null, Id: not null } claims) return null;
        return string.Equals(claims.Issuer, provider.Issuer, StringComparison.Ordinal) && claims.ExpiresAt > now ? claims : null;
    }

    /// <summary>Stands for a JWT that was revoked, in the table of tokens.</summary>
    public static byte[] HashOf(string jwtId) => SHA256.HashData(Encoding.UTF8.GetBytes("jti:" + jwtId));
}
