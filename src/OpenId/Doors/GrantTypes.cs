namespace Aupd.OpenId.Doors;

/// <summary>The values of <c>grant_type</c> that this engine knows. A client may use those that its registration names
/// (<c>grant_types</c>, RFC 7591 §2).</summary>
public static class GrantTypes
{
    /// <summary>RFC 6749 §4.1.</summary>
    public const string AuthorizationCode = "authorization_code";
    /// <summary>RFC 6749 §6.</summary>
    public const string RefreshToken = "refresh_token";
    /// <summary>RFC 6749 §4.4: the client for itself, no person.</summary>
    public const string ClientCredentials = "client_credentials";
    /// <summary>RFC 8628 §3.4.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";
    /// <summary>RFC 8693 §2.1: a service goes on to another service for the person who called it.</summary>
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    public static IReadOnlyList<string> All { get; } = [AuthorizationCode, RefreshToken, ClientCredentials, DeviceCode, TokenExchange];
}
