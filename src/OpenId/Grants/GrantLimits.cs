using Aupd.OpenId.Doors;
using Aupd.OpenId.Token;

namespace Aupd.OpenId.Grants;

/// <summary>How long a client may use a sign-in: while the session can last, and no longer than its registration says
/// (<see cref="OpenIdClient.SessionMinutes"/>).</summary>
internal static class GrantLimits
{
    /// <summary>The person must have proved who they are after this moment; null: any session will do.</summary>
    public static DateTimeOffset? AuthenticatedAfter(OpenIdClient client, DateTimeOffset now) =>
        client.SessionMinutes is { } minutes ? now - TimeSpan.FromMinutes(minutes) : null;

    /// <summary>A grant of these scopes, made under the session, ends by this moment; null: no such limit.</summary>
    public static DateTimeOffset? Until(OpenIdClient client, EndUserSession session, IReadOnlyCollection<string> scopes) =>
        Earlier(Until(client, session.AuthenticatedAt), scopes.Contains(Granted.OfflineAccess) ? null : session.ExpiresAt);

    /// <summary>The same by the moment when the person proved who they are.</summary>
    public static DateTimeOffset? Until(OpenIdClient client, DateTimeOffset authenticatedAt) =>
        client.SessionMinutes is { } minutes ? authenticatedAt + TimeSpan.FromMinutes(minutes) : null;

    /// <summary>The stricter of two.</summary>
    public static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;

    /// <inheritdoc cref="Later"/>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one < other || other is null ? one : other;
}
