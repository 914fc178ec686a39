using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aupd.OpenId.Doors;

/// <summary>A registered client, as it stands in clients.json. Validated in one place however it comes in.</summary>
public sealed record OpenIdClient
{
    public required string ClientId { get; init; }
    /// <summary>Name shown to people, in Russian and in English.</summary>
    public required string Name { get; init; }
    public string? NameEnglish { get; init; }
    /// <summary><c>confidential</c> (proves who it is) or <c>public</c> (has nothing to prove it by).</summary>
    public string Type { get; init; } = "confidential";
    /// <summary>How a confidential client proves who it is: <c>secret</c> (client_secret_basic or client_secret_post) or
    /// <c>private_key_jwt</c> (RFC 7523 §2.2).</summary>
    public string Authentication { get; init; } = "secret";
    /// <summary>SHA-256 (hex) of each secret that is valid now; two at once allow a smooth rotation. In clients.json a plain
    /// <c>secret</c> may stand instead and is hashed when read.</summary>
    public IReadOnlyList<string> SecretHashes { get; init; } = [];
    /// <summary>The client's public keys (RFC 7517 §5), for private_key_jwt and signed request objects. Either these or
    /// <see cref="JwksUri"/>.</summary>
    public JsonElement? Jwks { get; init; }
    /// <summary>Where the client publishes its keys, so that it can change them by itself.</summary>
    public string? JwksUri { get; init; }

    /// <summary>What it may ask the token endpoint for; see <see cref="Doors.GrantTypes"/>.</summary>
    public IReadOnlyList<string> GrantTypes { get; init; } = [Doors.GrantTypes.AuthorizationCode];
    public IReadOnlyList<string> RedirectUris { get; init; } = [];
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];
    public string? BackchannelLogoutUri { get; init; }
    /// <summary>Where a person can start signing in to this service from our pages.</summary>
    public string? InitiateLoginUri { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = ["openid"];
    /// <summary>Claims it may have, of those that its scopes allow; null: all of those.</summary>
    public IReadOnlyList<string>? Claims { get; init; }
    /// <summary>Roles that may enter (<c>staff</c>, <c>pupil</c>, <c>guardian</c>); empty: anyone. Read by the site, not by the
    /// engine.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary><c>fapi2</c>: held to the FAPI 2.0 Security Profile; null: to OAuth 2.1.</summary>
    public string? Profile { get; init; }
    /// <summary>ES256, RS256 or PS256.</summary>
    public string IdTokenAlg { get; init; } = "ES256";
    /// <summary>Authorization requests must be pushed (RFC 9126 §6).</summary>
    public bool RequirePushedRequests { get; init; }
    /// <summary>Access tokens must be bound to a key of the client's (RFC 9449 §5.2, dpop_bound_access_tokens). Without it a client may
    /// bind them.</summary>
    public bool DpopBoundTokens { get; init; }
    /// <summary>Authorization requests must be objects signed by this algorithm (RFC 9101 §10.5); null: they need not be.</summary>
    public string? RequestObjectAlg { get; init; }
    /// <summary><c>opaque</c>, or <c>jwt</c> (RFC 9068) for resource servers that read tokens themselves.</summary>
    public string AccessTokenFormat { get; init; } = "opaque";
    /// <summary>Resource servers (RFC 8707) that it may ask access tokens for, by their identifiers.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];
    /// <summary>Identifiers of this client as a resource server: it may introspect, and exchange, access tokens for these.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>How long after the person proved who they are this client may use the sign-in, in minutes; null: as long as the session
    /// and the settings allow.</summary>
    public int? SessionMinutes { get; init; }
    /// <summary>Belongs to someone other than the region: the person is asked before anything is told to it.</summary>
    public bool ThirdParty { get; init; }
    /// <summary>Who it belongs to, as people read it on the consent page. Required of a third party.</summary>
    public string? Owner { get; init; }
    public string? OwnerEnglish { get; init; }
    /// <summary>For how long a person's consent is good, in days.</summary>
    public int ConsentDays { get; init; } = 365;

    /// <summary>Since when there is a client of this id; what was issued before was another's. Null: not known.</summary>
    [JsonIgnore] public DateTimeOffset? RegisteredAt { get; init; }

    [JsonIgnore] public bool IsPublic => Type == "public";
    [JsonIgnore] public bool IsFapi2 => Profile == "fapi2";
    [JsonIgnore] public bool MustPush => RequirePushedRequests || IsFapi2;
    [JsonIgnore] public bool MustBindTokens => DpopBoundTokens || IsFapi2;

    /// <param name="grantType">One of <see cref="Doors.GrantTypes"/>.</param>
    public bool Allows(string grantType) => GrantTypes.Contains(grantType, StringComparer.Ordinal);
}
