using System.ComponentModel.DataAnnotations;

namespace Aupd.OpenId;

/// <summary>Lifetimes and limits of the OpenID Connect providers. Section <c>OpenId</c>; both sites read the same one.</summary>
public sealed record OpenIdSettings
{
    public const string Section = "OpenId";

    /// <summary>File with the clients of the school gateway, read at start; empty: none. A client that leaves the file is
    /// removed.</summary>
    public string ClientsFile { get; init; } = "";
    /// <summary>File with the clients of the portal, besides the school gateway; empty: none.</summary>
    public string PortalClientsFile { get; init; } = "";
    /// <summary>How long a person may take at our pages before an authorization request is forgotten, in seconds.</summary>
    [Range(300, 86_400)] public int RequestLifetimeSeconds { get; init; } = 3600;
    /// <summary>How long a pushed authorization request waits for the person's browser, in seconds. RFC 9126 §2.2 says 5 to 600, FAPI 2.0
    /// §5.3.2.2 less than 600.</summary>
    [Range(5, 599)] public int PushedRequestLifetimeSeconds { get; init; } = 60;
    /// <summary>How long an authorization code may be redeemed, in seconds. RFC 6749 §4.1.2 allows at most 600.</summary>
    [Range(10, 600)] public int CodeLifetimeSeconds { get; init; } = 60;
    /// <summary>How long a person may take to let a device in, in seconds.</summary>
    [Range(60, 1800)] public int DeviceCodeLifetimeSeconds { get; init; } = 600;
    /// <summary>How often a device may ask whether it was let in, in seconds between two questions.</summary>
    [Range(1, 60)] public int DevicePollSeconds { get; init; } = 5;
    /// <summary>How many codes of devices may be typed from one network in 15 minutes; a school is behind one address.</summary>
    [Range(10, 10_000)] public int UserCodesPerNetwork { get; init; } = 300;
    /// <summary>How many codes of devices a signed-in person may type in 15 minutes.</summary>
    [Range(3, 1000)] public int UserCodesPerSession { get; init; } = 20;
    /// <summary>How long an access token is good, in seconds.</summary>
    [Range(60, 3600)] public int AccessTokenLifetimeSeconds { get; init; } = 600;
    /// <summary>How long an ID token is good, in seconds. It is read once, at sign-in.</summary>
    [Range(60, 3600)] public int IdTokenLifetimeSeconds { get; init; } = 600;
    /// <summary>How long an unused refresh token is good, in days; every use gives a new one.</summary>
    [Range(1, 90)] public int RefreshTokenIdleDays { get; init; } = 30;
    /// <summary>How long a grant can be refreshed at all, in days; then the person signs in again.</summary>
    [Range(1, 400)] public int GrantLifetimeDays { get; init; } = 90;
    /// <summary>How long a spent refresh token may be used once more, in seconds, for clients that lose answers. 0: any reuse ends the
    /// family.</summary>
    [Range(0, 60)] public int RefreshGraceSeconds { get; init; }
    /// <summary>How long a nonce for DPoP proofs is good, in seconds; 0: none is asked for, and the time in the proof is believed (RFC 9449
    /// §8).</summary>
    [Range(0, 3600)] public int DpopNonceSeconds { get; init; }
    /// <summary>How long a signing key is at work before the next one takes over, in days.</summary>
    [Range(2, 3650)] public int KeyLifetimeDays { get; init; } = 90;
    /// <summary>How long the next signing key stands in the JWKS document before it signs, in hours, so that every client has seen
    /// it.</summary>
    [Range(1, 40)] public int KeyPublishAheadHours { get; init; } = 24;
    /// <summary>How long a client may take to answer when we call it (back-channel logout, its keys at jwksUri), in seconds. A logout is
    /// tried again later.</summary>
    [Range(1, 30)] public int BackchannelTimeoutSeconds { get; init; } = 5;
    /// <summary>Whether clients may be called (back-channel logout, their keys at jwksUri) at private and loopback addresses. Not set: only
    /// when the issuer is http://localhost.</summary>
    public bool? AllowPrivateBackchannel { get; init; }
}
