using System.Text.Json;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Clients;

/// <summary>A client as people write it in clients.json: an <see cref="OpenIdClient"/> that may have its secret in clear.</summary>
internal sealed record WrittenClient
{
    public required string ClientId { get; init; }
    public required string Name { get; init; }
    public string? NameEnglish { get; init; }
    public string Type { get; init; } = "confidential";
    public string Authentication { get; init; } = "secret";
    public string? Secret { get; init; }
    public IReadOnlyList<string> SecretHashes { get; init; } = [];
    public JsonElement? Jwks { get; init; }
    public string? JwksUri { get; init; }
    public IReadOnlyList<string> GrantTypes { get; init; } = [Doors.GrantTypes.AuthorizationCode];
    public IReadOnlyList<string> RedirectUris { get; init; } = [];
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];
    public string? BackchannelLogoutUri { get; init; }
    public string? InitiateLoginUri { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = ["openid"];
    public IReadOnlyList<string>? Claims { get; init; }
    public IReadOnlyList<string> Roles { get; init; } = [];
    public string? Profile { get; init; }
    public string IdTokenAlg { get; init; } = "ES256";
    public bool RequirePushedRequests { get; init; }
    public bool DpopBoundTokens { get; init; }
    public string? RequestObjectAlg { get; init; }
    public string AccessTokenFormat { get; init; } = "opaque";
    public IReadOnlyList<string> Resources { get; init; } = [];
    public IReadOnlyList<string> Audiences { get; init; } = [];
    public int? SessionMinutes { get; init; }
    public bool ThirdParty { get; init; }
    public string? Owner { get; init; }
    public string? OwnerEnglish { get; init; }
    public int ConsentDays { get; init; } = 365;

    public OpenIdClient ToClient() => new()
    {
        ClientId = ClientId, Name = Name, NameEnglish = NameEnglish, Type = Type, Authentication = Authentication,
        SecretHashes = Secret is null ? SecretHashes : [.. SecretHashes, ClientJson.Hash(Secret)], Jwks = Jwks, JwksUri = JwksUri,
        GrantTypes = GrantTypes, RedirectUris = RedirectUris, PostLogoutRedirectUris = PostLogoutRedirectUris,
        BackchannelLogoutUri = BackchannelLogoutUri, InitiateLoginUri = InitiateLoginUri, Scopes = Scopes, Claims = Claims, Roles = Roles,
        Profile = Profile, IdTokenAlg = IdTokenAlg, RequirePushedRequests = RequirePushedRequests, DpopBoundTokens = DpopBoundTokens,
        RequestObjectAlg = RequestObjectAlg, AccessTokenFormat = AccessTokenFormat, Resources = Resources, Audiences = Audiences,
        SessionMinutes = SessionMinutes, ThirdParty = ThirdParty, Owner = Owner, OwnerEnglish = OwnerEnglish, ConsentDays = ConsentDays,
    };
}
