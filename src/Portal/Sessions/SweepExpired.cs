using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Portal.Sessions;

/// <summary>Removes sessions, counts of tries, half-done flows and codes that are over, a few thousand at a time so that nobody waits for
/// it. All are small rows of hours' life; what is over is never read, so that this may run at any time or not at all.</summary>
internal sealed partial class SweepExpired(NpgsqlDataSource source, SessionSettings settings, TimeProvider clock,
    ILogger<SweepExpired> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    private const int Batch = 5000;

    private const string SessionsSql = """
        delete from portal.session where id in (
            select id from portal.session where expires_at < @now or last_seen_at < @idleSince limit @Batch for update skip locked)
        """;

    private const string TriesSql = """
        delete from portal.attempt where (bucket, window_start) in (
            select bucket, window_start from portal.attempt where expires_at < @now limit @Batch for update skip locked)
        """;

    private const string FlowsSql = """
        delete from portal.flow where (kind, id) in (select kind, id from portal.flow where expires_at < @now limit @Batch for update skip locked)
        """;

    private const string CodesSql = """
        delete from portal.confirmation_code where (flow, purpose) in (
            select flow, purpose from portal.confirmation_code where expires_at < @now limit @Batch for update skip locked)
        """;

    private const string ChallengesSql = """
        delete from portal.spent_challenge where hash in (
            select hash from portal.spent_challenge where expires_at < @now limit @Batch for update skip locked)
        """;

    private const string ResetsSql = """
        delete from portal.factor_reset where account_id in (
            select account_id from portal.factor_reset where open_until < @now limit @Batch for update skip locked)
        """;

    // The outbox gives up long before.
    private const string ToldSql = """
        delete from portal.told_for_school where id in (
            select id from portal.told_for_school where told_at < @now::timestamptz - interval '60 days' limit @Batch for update skip locked)
        """;

    private const string PasswordsSql = """
        delete from portal.password_for_school where change_id in (
            select change_id from portal.password_for_school where expires_at < @now limit @Batch for update skip locked)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try { await RunAsync(stoppingToken); }
            catch (NpgsqlException e) { SweepFailed(log, e); }
            await Task.Delay(Pause, stoppingToken);
        }
    }

    internal async Task<int> RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var parameters = new { now, idleSince = now.AddMinutes(-settings.IdleMinutes), Batch };
        var removed = 0;
        foreach (var sql in new[] { SessionsSql, TriesSql, FlowsSql, CodesSql, ChallengesSql, ResetsSql, ToldSql, PasswordsSql })
            for (var rows = Batch; rows == Batch; removed += rows)
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                rows = await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: ct));
            }
        return removed;
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Expired sessions were not removed, next try in ten minutes")]
    private static partial void SweepFailed(ILogger logger, Exception cause);
}
