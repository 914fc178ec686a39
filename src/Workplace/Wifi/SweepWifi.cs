using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Wifi;

/// <summary>Removes what was kept of the Wi-Fi for its term, a batch at a time. Any number of nodes may run it.</summary>
internal sealed partial class SweepWifi(NpgsqlDataSource source, WifiSettings settings, TimeProvider clock, ILogger<SweepWifi> log) : BackgroundService
{
    private const int Batch = 5000;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    private const string DevicesSql = """
        delete from workplace.wifi_device where (profile_id, device) in (
            select profile_id, device from workplace.wifi_device where last_at < @before limit @Batch for update skip locked)
        """;
    private const string RefusalsSql = """
        delete from workplace.wifi_refusal where (key, reason, hour) in (
            select key, reason, hour from workplace.wifi_refusal where hour < @before limit @Batch for update skip locked)
        """;
    private const string SessionsSql = """
        delete from workplace.wifi_session where session_key in (
            select session_key from workplace.wifi_session where began_at < @before limit @Batch for update skip locked)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try { await RunAsync(stoppingToken); }
            catch (NpgsqlException e) { NotNow(log, e); }
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    /// <summary>One round; returns how many rows went.</summary>
    internal async Task<int> RunAsync(CancellationToken ct) =>
        await SweepAsync(DevicesSql, settings.DeviceDays, ct) + await SweepAsync(RefusalsSql, settings.RefusalDays, ct) + await SweepAsync(SessionsSql, settings.AccountingDays, ct);

    private async Task<int> SweepAsync(string sql, int days, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var removed = 0;
        for (var rows = Batch; rows == Batch; removed += rows)
            rows = await connection.ExecuteAsync(new CommandDefinition(sql, new { before = clock.GetUtcNow().AddDays(-days), Batch }, cancellationToken: ct));
        return removed;
    }

    [LoggerMessage(EventId = 7151, Level = LogLevel.Warning, Message = "What was kept of the Wi-Fi was not removed this time; tried again in an hour")]
    private static partial void NotNow(ILogger logger, Exception cause);
}
