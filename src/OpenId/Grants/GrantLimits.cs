using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Grants;

/// <summary>How long a client may use a sign-in, where its registration says so (<see cref="OpenIdClient.SessionMinutes"/>).</summary>
internal static class GrantLimits
{
    /// <summary>The person must have proved who they are after this moment; null: any session will do.</summary>
    public static DateTimeOffset? AuthenticatedAfter(OpenIdClient client, DateTimeOffset now) =>
        client.SessionMinutes is { } minutes ? now - TimeSpan.FromMinutes(minutes) : null;

    /// <summary>Grants made under the session end by this moment; null: no such limit.</summary>
    public static DateTimeOffset? Until(OpenIdClient client, EndUserSession session) => Until(client, session.AuthenticatedAt);

    /// <summary>The same by the moment when the person proved who they are.</summary>
    public static DateTimeOffset? Until(OpenIdClient client, DateTimeOffset authenticatedAt) =>
        client.SessionMinutes is { } minutes ? authenticatedAt + TimeSpan.FromMinutes(minutes) : null;

    /// <summary>The stricter of two.</summary>
    public static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;

    /// <inheritdoc cref="Later"/>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one < other || other is null ? one : other;
}
