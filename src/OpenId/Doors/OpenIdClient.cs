namespace Aupd.OpenId.Doors;

/// <summary>A registered relying party, as it stands in clients.json. Validated in one place however it comes in.</summary>
public sealed record OpenIdClient
{
    public required string ClientId { get; init; }
    /// <summary>Name shown to people, in Russian and in English.</summary>
    public required string Name { get; init; }
    public string? NameEnglish { get; init; }
    /// <summary><c>confidential</c> (has a secret) or <c>public</c> (has none and can keep none).</summary>
    public string Type { get; init; } = "confidential";
    /// <summary>SHA-256 (hex) of each secret that is valid now; two at once allow a smooth rotation. In clients.json a plain
    /// <c>secret</c> may stand instead and is hashed when read.</summary>
    public IReadOnlyList<string> SecretHashes { get; init; } = [];
    public IReadOnlyList<string> RedirectUris { get; init; } = [];
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];
    public string? BackchannelLogoutUri { get; init; }
    /// <summary>Where a person can start signing in to this service from our pages.</summary>
    public string? InitiateLoginUri { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = ["openid"];
    /// <summary>Roles that may enter (<c>staff</c>, <c>pupil</c>, <c>guardian</c>); empty: anyone. Read by the site, not by the
    /// engine.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
    /// <summary>ES256 or RS256.</summary>
    public string IdTokenAlg { get; init; } = "ES256";
    public bool Refresh { get; init; }
}
