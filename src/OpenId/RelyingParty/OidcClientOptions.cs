using Aupd.Kernel.Jose;

namespace Aupd.OpenId.RelyingParty;

/// <summary>How one of our applications is known to one OpenID Connect provider.</summary>
/// <param name="Issuer">Exactly as the provider writes it; the discovery document and every token must say the same, byte for byte.</param>
/// <param name="RedirectUri">Where the browser comes back to; registered with the provider.</param>
public sealed record OidcClientOptions(string Issuer, string ClientId, string? ClientSecret, string RedirectUri)
{
    public IReadOnlyList<string> Scopes { get; init; } = ["openid"];

    /// <summary>Algorithms of ID tokens, logout tokens and security events that are taken; anything else is refused.</summary>
    public IReadOnlyList<SignatureAlgorithm> Algorithms { get; init; } = SignatureAlgorithm.Signing;

    /// <summary>Refuse an authorization response without <c>iss</c> (RFC 9207). Switch off only for a provider that does not send it;
    /// one that advertises it is held to it anyway.</summary>
    public bool ResponseIssuerRequired { get; init; } = true;

    /// <summary>Ask UserInfo at the end of a sign-in.</summary>
    public bool AsksUserInfo { get; init; } = true;

    /// <summary>How far the clocks may be apart.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(60);

    public override string ToString() => $"client {ClientId} of {Issuer}";
}
