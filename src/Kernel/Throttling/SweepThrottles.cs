using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Kernel.Throttling;

/// <summary>Removes counters whose window is over: whoever sends a new key with every request must not fill the disk. Any number of nodes may
/// run it, at any time.</summary>
public sealed partial class SweepThrottles(NpgsqlDataSource source, TimeProvider clock, ILogger<SweepThrottles> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    private const int Batch = 5000;

    private const string Sql = """
        delete from kernel.throttle where (bucket, window_start) in (
            select bucket, window_start from kernel.throttle where expires_at < @now limit @Batch for update skip locked)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        try
        {
            do
            {
                try { await RunAsync(stoppingToken); }
                catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException) { NotNow(log, e); }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    /// <summary>One round; returns how many counters went.</summary>
    public async Task<int> RunAsync(CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var removed = 0;
        for (var rows = Batch; rows == Batch; removed += rows)
            rows = await connection.ExecuteAsync(new CommandDefinition(Sql, new { now = clock.GetUtcNow(), Batch }, cancellationToken: ct));
        return removed;
    }

    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "Counters of limits were not removed this time; tried again in 10 minutes")]
    private static partial void NotNow(ILogger logger, Exception cause);
}
