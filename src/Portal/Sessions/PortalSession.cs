namespace Aupd.Portal.Sessions;

/// <summary>A live session of one browser. <paramref name="Id"/> may be shown and becomes <c>sid</c>; the secret in the cookie is
/// another.</summary>
/// <param name="Methods">How the person proved who they are, words of RFC 8176: <c>pwd</c>, <c>otp</c>, <c>hwk</c> or <c>swk</c> (a
/// passkey that stays in its device, or one that is copied between devices), <c>mfa</c>.</param>
/// <param name="DeviceLabel">"Chrome, Windows": for the list of sessions.</param>
/// <param name="AddressPrefix">Network the session was started from, not the whole address.</param>
internal sealed record PortalSession(
    Guid Id, Guid AccountId, IReadOnlyList<string> Methods, string DeviceLabel, string AddressPrefix, DateTimeOffset CreatedAt,
    DateTimeOffset AuthenticatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt)
{
    /// <summary>When the person last proved anew who he is, to change what proves it; null when not since the sign-in.</summary>
    public DateTimeOffset? ProvedAt { get; init; }
    /// <summary>An administrator without a second factor: nothing but setting one up is open to him.</summary>
    public bool MustSetUpFactor { get; init; }
    /// <summary>The password is a first one, set by a guardian: nothing but choosing one's own is open.</summary>
    public bool MustChangePassword { get; init; }
}
