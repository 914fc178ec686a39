using Aupd.Kernel.Audit;
using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Wifi;

/// <summary>What is kept of people joining: which devices they have joined with, and refusals, one row an hour for each person and reason. A device
/// that was forgotten with an old password asks thousands of times; the audit trail gets a line at the first, the tenth, the hundredth …</summary>
internal sealed class WifiTrail(NpgsqlDataSource source, AuditTrail audit, Sealer sealer, TimeProvider clock)
{
    /// <summary>A device that roams is written down this often.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    private const string JoinedSql = """
        insert into workplace.wifi_device (profile_id, device, last_at) values (@profileId, @device, @now)
        on conflict (profile_id, device) do update set last_at = greatest(wifi_device.last_at, excluded.last_at)
        """;

    private const string RefusedSql = """
        insert into workplace.wifi_refusal (key, reason, hour, profile_id, server, access_point, trace, times, first_at, last_at)
        values (@key, @reason, @hour, @profileId, @server, @accessPoint, @trace, 1, @now, @now)
        on conflict (key, reason, hour) do update set times = wifi_refusal.times + 1, last_at = greatest(wifi_refusal.last_at, @now), server = @server, access_point = @accessPoint
        returning times, trace
        """;

    /// <param name="before">When the person last joined with the device, as far as is known; null: never.</param>
    internal async Task JoinedAsync(Guid profileId, byte[] device, DateTimeOffset? before, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (before >= now - Often) return;
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(JoinedSql, new { profileId, device, now }, cancellationToken: ct));
    }

    /// <param name="profileId">Null: nobody has the login. Those are counted by access point, so that invented logins fill nothing.</param>
    internal async Task RefusedAsync(WifiAsk ask, Guid? profileId, string reason, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var key = sealer.Index("wifi-refusal", profileId is { } id ? id.ToString() : $"{ask.Server.Name}\n{ask.AccessPoint}");
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var (times, trace) = await connection.QuerySingleAsync<(int Times, string Trace)>(new CommandDefinition(RefusedSql, new
        {
            key, reason, hour = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero), profileId, server = ask.Server.Name,
            accessPoint = ask.AccessPoint, trace = TraceNumber.New().Digits, now,
        }, cancellationToken: ct));
        if (IsPowerOfTen(times))
            await audit.WriteAsync(connection, new AuditLine("workplace.wifi-refused", "radius:" + ask.Server.Name, profileId?.ToString(), TraceNumber.TryParse(trace),
                new { reason, accessPoint = ask.AccessPoint, times }), ct);
        await transaction.CommitAsync(ct);
    }

    internal static bool IsPowerOfTen(int n)
    {
        while (n > 1 && n % 10 == 0) n /= 10;
        return n == 1;
    }
}
