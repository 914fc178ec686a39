using System.Text.Json;
using System.Text.RegularExpressions;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Clients;

/// <summary>What makes a client's registration safe and complete. One place, whatever way the client comes in by.</summary>
internal static partial class ClientRules
{
    private const string EmptySecretHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const int MaxWords = 100;

    /// <summary>Everything that is wrong, each naming its member; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(OpenIdClient client) =>
    [
        .. Words(client), .. Authentication(client), .. Keys(client), .. ClientUriRules.Check(client), .. Grants(client), .. Scopes(client),
        .. Tokens(client), .. Fapi2(client), .. Consent(client),
    ];

    private static IEnumerable<string> Words(OpenIdClient client)
    {
        if (!ClientId().IsMatch(client.ClientId ?? "")) yield return "clientId must be 1 to 100 of the characters A-Z a-z 0-9 . _ -";
        if (!IsName(client.Name)) yield return "name must be 1 to 200 characters without control characters.";
        if (client.NameEnglish is not null && !IsName(client.NameEnglish))
            yield return "nameEnglish must be 1 to 200 characters without control characters.";
        if (client.Type is not ("confidential" or "public")) yield return "type must be confidential or public.";
        if (client.Roles is null || client.Roles.Any(r => !Role().IsMatch(r ?? ""))) yield return "roles must be words of a-z and -.";
    }

    private static bool IsName(string? name) =>
        name?.Length is > 0 and <= 200 && !name.Any(char.IsControl) && !string.IsNullOrWhiteSpace(name);

    private static IEnumerable<string> Authentication(OpenIdClient client)
    {
        if (client.SecretHashes is null) { yield return "secretHashes must be a list."; yield break; }
        if (client.Authentication is not ("secret" or "private_key_jwt")) yield return "authentication must be secret or private_key_jwt.";
        var byKey = client.Authentication == "private_key_jwt";
        if (client.IsPublic && client.SecretHashes.Count > 0) yield return "secret: a public client has none, everyone could read it there.";
        if (client.IsPublic && byKey) yield return "authentication: a public client has nothing to prove itself by.";
        if (!client.IsPublic && byKey && client.SecretHashes.Count > 0) yield return "secret: a client with private_key_jwt has none.";
        if (!client.IsPublic && byKey && client.Jwks is null && client.JwksUri is null)
            yield return "jwks or jwksUri is needed for private_key_jwt.";
        if (!client.IsPublic && !byKey && client.SecretHashes.Count is 0 or > 4)
            yield return "secret: a confidential client has one to four.";
        if (client.SecretHashes.Any(h => !Sha256().IsMatch(h ?? "")))
            yield return "secretHashes must each be a SHA-256 in 64 lower-case hexadecimal digits.";
        if (client.SecretHashes.Contains(EmptySecretHash)) yield return "secret must not be empty.";
    }

    private static IEnumerable<string> Keys(OpenIdClient client)
    {
        if (client.Jwks is not null && client.JwksUri is not null) yield return "jwks and jwksUri exclude each other (RFC 7591 §2).";
        if (client.RequestObjectAlg is not null && client.Jwks is null && client.JwksUri is null)
            yield return "jwks or jwksUri is needed to check request objects.";
        if (client.Jwks is not { } written) yield break;
        var raw = written.GetRawText();
        if (!written.CanBeKept()) { yield return "jwks holds a NUL, half a character or a number beyond all measure."; yield break; }
        if (JwkSet.TryParse(raw) is not { } set || !set.Keys.Any() || set.Keys.Count() != written.GetProperty("keys").GetArrayLength())
        {
            yield return "jwks must be a JWK set of EC or RSA public keys, each of them readable.";
            yield break;
        }
        if (written.GetProperty("keys").EnumerateArray().Any(IsPrivate)) yield return "jwks holds a private key: whoever made it must make another.";
        if (set.Keys.GroupBy(k => k.Kid).Any(g => g.Count() > 1)) yield return "jwks: every key needs a kid of its own.";
    }

    private static bool IsPrivate(JsonElement key) => key.TryGetProperty("d", out _) || key.TryGetProperty("k", out _);

    private static IEnumerable<string> Grants(OpenIdClient client)
    {
        if (client.GrantTypes is not { Count: > 0 } grants) { yield return "grantTypes must name at least one."; yield break; }
        foreach (var unknown in grants.Except(GrantTypes.All)) yield return $"grantTypes: \"{unknown}\" is none of {string.Join(", ", GrantTypes.All)}.";
        if (grants.Distinct().Count() < grants.Count) yield return "grantTypes names one twice.";
        if (client.Allows(GrantTypes.RefreshToken) && !client.Allows(GrantTypes.AuthorizationCode) && !client.Allows(GrantTypes.DeviceCode))
            yield return "grantTypes: refresh_token needs a grant of a person to refresh.";
        if (client.IsPublic && (client.Allows(GrantTypes.ClientCredentials) || client.Allows(GrantTypes.TokenExchange)))
            yield return "grantTypes: client_credentials and token-exchange are for confidential clients.";
        if (client.Allows(GrantTypes.TokenExchange) && client.Audiences is { Count: 0 })
            yield return "audiences: a client with token-exchange needs one, since it may exchange what was issued for it alone.";
        if (client.Allows(GrantTypes.TokenExchange) && client.Resources is { Count: 0 })
            yield return "resources: a client with token-exchange needs one, since it may go on to these alone.";
        // Nobody can be asked for a consent there.
        if (client.Allows(GrantTypes.TokenExchange) && client.ThirdParty) yield return "grantTypes: token-exchange is not for a third party.";
    }

    private static bool ServesPeople(OpenIdClient client) =>
        client.Allows(GrantTypes.AuthorizationCode) || client.Allows(GrantTypes.DeviceCode);

    private static IEnumerable<string> Scopes(OpenIdClient client)
    {
        if (client.GrantTypes is not null && ServesPeople(client) && client.Scopes?.Contains("openid") != true)
            yield return "scopes must hold openid.";
        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
        if (client.Scopes is null || client.Scopes.Count > MaxWords || client.Scopes.Any(s => !ScopeToken().IsMatch(s ?? "")))
            yield return "scopes must be words without spaces, quotes and backslashes.";
        if (client.Claims is not null && (client.Claims.Count > MaxWords || client.Claims.Any(s => !ScopeToken().IsMatch(s ?? ""))))
            yield return "claims must be words without spaces, quotes and backslashes.";
    }

    private static IEnumerable<string> Tokens(OpenIdClient client)
    {
        if (client.IdTokenAlg is not ("ES256" or "RS256" or "PS256")) yield return "idTokenAlg must be ES256, RS256 or PS256.";
        if (client.RequestObjectAlg is not (null or "ES256" or "RS256" or "PS256"))
            yield return "requestObjectAlg must be ES256, RS256 or PS256.";
        if (client.AccessTokenFormat is not ("opaque" or "jwt")) yield return "accessTokenFormat must be opaque or jwt.";
        if (client.SessionMinutes is < 5 or > 525_600) yield return "sessionMinutes must be from 5 to 525600.";
    }

    // FAPI 2.0 Security Profile §5.3.2, §5.4.
    private static IEnumerable<string> Fapi2(OpenIdClient client)
    {
        if (client.Profile is not (null or "fapi2")) yield return "profile must be fapi2, or absent.";
        if (!client.IsFapi2) yield break;
        if (client.IsPublic || client.Authentication != "private_key_jwt")
            yield return "profile fapi2 needs a confidential client with authentication private_key_jwt.";
        if (client.IdTokenAlg == "RS256" || client.RequestObjectAlg == "RS256") yield return "profile fapi2 forbids RS256: take ES256 or PS256.";
    }

    private static IEnumerable<string> Consent(OpenIdClient client)
    {
        if (client.ThirdParty && client.Owner is null) yield return "owner is needed: people must read who the third party is.";
        if (client.Owner is not null && !IsName(client.Owner)) yield return "owner must be 1 to 200 characters without control characters.";
        if (client.OwnerEnglish is not null && !IsName(client.OwnerEnglish))
            yield return "ownerEnglish must be 1 to 200 characters without control characters.";
        if (client.ConsentDays is < 1 or > 730) yield return "consentDays must be from 1 to 730.";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z")] private static partial Regex ClientId();
    [GeneratedRegex(@"\A[a-z][a-z-]{0,49}\z")] private static partial Regex Role();
    [GeneratedRegex(@"\A[0-9a-f]{64}\z")] private static partial Regex Sha256();
    [GeneratedRegex(@"\A[\x21\x23-\x5B\x5D-\x7E]{1,100}\z")] private static partial Regex ScopeToken();
}
