using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Aupd.Kernel.Throttling;

/// <summary>How often something may happen: at most <paramref name="Limit"/> times per <paramref name="Window"/> (fixed windows).</summary>
public sealed record ThrottleRule(string Name, int Limit, TimeSpan Window);

/// <param name="RetryAfter">Time until the window ends; zero when allowed.</param>
public sealed record ThrottleVerdict(bool Allowed, int Hits, TimeSpan RetryAfter);

/// <summary>Counts in PostgreSQL, so that all nodes share one limit. One statement per hit.</summary>
public sealed class Throttle(NpgsqlDataSource source, TimeProvider clock)
{
    private const string HitSql = """
        insert into kernel.throttle (bucket, window_start, hits, expires_at) values (@bucket, @start, 1, @end)
        on conflict (bucket, window_start) do update set hits = kernel.throttle.hits + 1
        returning hits
        """;

    private const string PeekSql = "select hits from kernel.throttle where bucket = @bucket and window_start = @start";

    /// <summary>Counts one hit and says whether it was within the limit. The key is hashed: an address or a phone is not kept.</summary>
    public Task<ThrottleVerdict> HitAsync(ThrottleRule rule, string key, CancellationToken ct = default) => CountAsync(HitSql, rule, key, 0, ct);

    /// <summary>Says whether another hit would be allowed, and counts nothing.</summary>
    public Task<ThrottleVerdict> PeekAsync(ThrottleRule rule, string key, CancellationToken ct = default) => CountAsync(PeekSql, rule, key, 1, ct);

    /// <summary>Forgets the hits of a key, for instance after a success.</summary>
    public async Task ClearAsync(ThrottleRule rule, string key, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("delete from kernel.throttle where bucket = @bucket", new { bucket = Bucket(rule, key) }, cancellationToken: ct));
    }

    private async Task<ThrottleVerdict> CountAsync(string sql, ThrottleRule rule, string key, int extra, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var start = new DateTimeOffset(now.Ticks - now.Ticks % rule.Window.Ticks, TimeSpan.Zero);
        await using var connection = await source.OpenConnectionAsync(ct);
        var hits = await connection.ExecuteScalarAsync<int>(new CommandDefinition(sql,
            new { bucket = Bucket(rule, key), start, end = start + rule.Window }, cancellationToken: ct));
        var allowed = hits + extra <= rule.Limit;
        return new ThrottleVerdict(allowed, hits, allowed ? TimeSpan.Zero : start + rule.Window - now);
    }

    private static byte[] Bucket(ThrottleRule rule, string key) => SHA256.HashData(Encoding.UTF8.GetBytes($"{rule.Name}\n{key}"))[..16];
}
