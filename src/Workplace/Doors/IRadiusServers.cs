namespace Aupd.Workplace.Doors;

/// <summary>The RADIUS servers that may ask us who may join the Wi-Fi; every change goes to the audit trail.</summary>
public interface IRadiusServers
{
    Task<IReadOnlyList<RadiusServerLine>> AllAsync(CancellationToken ct);

    /// <summary>Makes a server known.</summary>
    /// <param name="name">1 to 32 small Latin letters, digits and hyphens.</param>
    /// <param name="schools">NSI ids of the schools whose people it lets in; empty: all.</param>
    /// <returns>Its key, which is kept nowhere; null when there is a server of that name.</returns>
    Task<string?> AddAsync(string name, IReadOnlyList<string> schools, string actor, CancellationToken ct);

    /// <summary>A new key; the one before works on for a day. Null: there is no such server.</summary>
    Task<string?> NewKeyAsync(string name, string actor, CancellationToken ct);

    /// <summary>Its keys open nothing any more, within seconds on every node. False: there is no such server.</summary>
    Task<bool> RemoveAsync(string name, string actor, CancellationToken ct);

    /// <summary>Refusals of the last days, the newest first.</summary>
    /// <param name="login">One person's; null: everybody's.</param>
    /// <returns>Null when nobody who is activated has the login.</returns>
    Task<IReadOnlyList<WifiRefusalLine>?> RefusalsAsync(string? login, int limit, CancellationToken ct);
}

public sealed record RadiusServerLine(string Name, IReadOnlyList<string> Schools, DateTimeOffset MadeAt, DateTimeOffset? OldKeyUntil);

/// <param name="Login">Null: nobody has the login that was typed.</param>
public sealed record WifiRefusalLine(DateTimeOffset LastAt, string? Login, string Reason, int Times, string Server, string AccessPoint, string Trace);
