using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Audit;
using Aupd.Workplace.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Wifi;

/// <param name="Schools">Whose people it lets in; empty: all.</param>
internal sealed record RadiusServer(string Name, string[] Schools);

/// <summary>The RADIUS servers and their keys, <c>name.secret</c>. A secret is 256 random bits, so SHA-256 is a hash good enough for it.</summary>
internal sealed class RadiusServers(NpgsqlDataSource source, AuditTrail audit, TimeProvider clock) : IRadiusServers
{
    /// <summary>How long a node believes what it has read of a server: a removed one is refused after that at the latest.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OldKeyTime = TimeSpan.FromDays(1);
    private const int LongestKey = 200;

    private const string FindSql = "select name, schools, secret_hash, old_secret_hash, old_until from workplace.radius_server where name = @name";
    private const string AllSql = "select name, schools, made_at, case when old_until > @now then old_until end as old_until from workplace.radius_server order by name";
    private const string AddSql = """
        insert into workplace.radius_server (name, schools, secret_hash, made_at) values (@name, @schools, @hash, @now) on conflict do nothing returning name
        """;
    private const string NewKeySql = """
        update workplace.radius_server set old_secret_hash = secret_hash, old_until = @until, secret_hash = @hash where name = @name returning name
        """;
    private const string RemoveSql = "delete from workplace.radius_server where name = @name returning name";
    private const string IsLoginSql = "select exists (select from workplace.account where lower(login) = lower(@login::text))";
    private const string RefusalsSql = """
        select r.last_at, a.login, r.reason, r.times, r.server, r.access_point, r.trace
          from workplace.wifi_refusal r left join workplace.account a on a.profile_id = r.profile_id
         where @login::text is null or lower(a.login) = lower(@login::text)
         order by r.last_at desc limit @limit
        """;

    private sealed record Row
    {
        public string Name { get; init; } = "";
        public string[] Schools { get; init; } = [];
        public byte[] SecretHash { get; init; } = [];
        public byte[]? OldSecretHash { get; init; }
        public DateTimeOffset? OldUntil { get; init; }
        public DateTimeOffset MadeAt { get; init; }
    }

    private sealed record RefusalRow
    {
        public DateTimeOffset LastAt { get; init; }
        public string? Login { get; init; }
        public string Reason { get; init; } = "";
        public int Times { get; init; }
        public string Server { get; init; } = "";
        public string AccessPoint { get; init; } = "";
        public string Trace { get; init; } = "";
    }

    // Servers that are there alone: nobody fills it with names.
    private readonly ConcurrentDictionary<string, (Row Row, DateTimeOffset At)> _known = new(StringComparer.Ordinal);

    /// <summary>Who asks; null for anything but a key in force. Takes as long for a wrong secret as for the right one.</summary>
    public async ValueTask<RadiusServer?> FindAsync(string? authorization, CancellationToken ct)
    {
        const string scheme = "Bearer ";
        if (authorization is null || authorization.Length > LongestKey || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var key = authorization[scheme.Length..].Trim().Split('.', 2);
        if (key.Length != 2 || !IsName(key[0]) || await ReadAsync(key[0], ct) is not { } row) return null;
        var hash = Hash(key[1]);
        var fits = CryptographicOperations.FixedTimeEquals(hash, row.SecretHash)
            | (row.OldUntil > clock.GetUtcNow() && CryptographicOperations.FixedTimeEquals(hash, row.OldSecretHash));
        return fits ? new RadiusServer(row.Name, row.Schools) : null;
    }

    public async Task<IReadOnlyList<RadiusServerLine>> AllAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(AllSql, new { now = clock.GetUtcNow() }, cancellationToken: ct)))
            .Select(r => new RadiusServerLine(r.Name, r.Schools, r.MadeAt, r.OldUntil)).ToList();
    }

    public async Task<string?> AddAsync(string name, IReadOnlyList<string> schools, string actor, CancellationToken ct)
    {
        if (!IsName(name)) throw new ArgumentException("Not a name of a RADIUS server.", nameof(name));
        var secret = NewSecret();
        var done = await ChangeAsync(AddSql, new { name, schools = schools.ToArray(), hash = Hash(secret), now = clock.GetUtcNow() },
            new AuditLine("workplace.radius-server-added", actor, name, Details: new { schools }), ct);
        return done ? $"{name}.{secret}" : null;
    }

    public async Task<string?> NewKeyAsync(string name, string actor, CancellationToken ct)
    {
        var secret = NewSecret();
        var done = await ChangeAsync(NewKeySql, new { name, hash = Hash(secret), until = clock.GetUtcNow() + OldKeyTime },
            new AuditLine("workplace.radius-server-new-key", actor, name), ct);
        return done ? $"{name}.{secret}" : null;
    }

    public Task<bool> RemoveAsync(string name, string actor, CancellationToken ct) =>
        ChangeAsync(RemoveSql, new { name }, new AuditLine("workplace.radius-server-removed", actor, name), ct);

    public async Task<IReadOnlyList<WifiRefusalLine>?> RefusalsAsync(string? login, int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (login is not null && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsLoginSql, new { login }, cancellationToken: ct))) return null;
        return (await connection.QueryAsync<RefusalRow>(new CommandDefinition(RefusalsSql, new { login, limit }, cancellationToken: ct)))
            .Select(r => new WifiRefusalLine(r.LastAt, r.Login, r.Reason, r.Times, r.Server, r.AccessPoint, r.Trace)).ToList();
    }

    internal static bool IsName(string name) => name is { Length: >= 1 and <= 32 } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private async ValueTask<Row?> ReadAsync(string name, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(name, out var known) && (now - known.At).Duration() < Fresh) return known.Row;
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(FindSql, new { name }, cancellationToken: ct));
        if (row is null) _known.TryRemove(name, out _);
        else _known[name] = (row, now);
        return row;
    }

    private async Task<bool> ChangeAsync(string sql, object values, AuditLine line, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteScalarAsync<string?>(new CommandDefinition(sql, values, cancellationToken: ct)) is null) return false;
        await audit.WriteAsync(connection, line, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
