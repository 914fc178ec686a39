using Aupd.OpenId.RelyingParty;
using Aupd.SignIn.Badges;
using Aupd.SignIn.Devices;
using Aupd.SignIn.Family;
using Aupd.SignIn.Family.Trust;
using Aupd.SignIn.Qr;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.SignIn.Sessions;

/// <summary>Every minute: sessions that ran out end with their grants; requests, screen codes and seen token ids that nobody can use any more go.
/// Any number of nodes may do so at once.</summary>
internal sealed partial class PruneExpired(
    NpgsqlDataSource source, EndSessions end, ScreenCodes screens, OwnDevices devices, FamilyNotices notices, EndTrust trust, BadgeEntries badges, TimeProvider clock,
    ILogger<PruneExpired> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    // As long as one could be brought again, and a day for clocks that differ.
    private static readonly TimeSpan RememberTokens = OidcClient.LongestEventAge + TimeSpan.FromDays(1);

    private const int Batch = 5000;

    private const string RequestsSql = """
        delete from signin.request where request_id in (select request_id from signin.request where expires_at < @now limit @Batch for update skip locked)
        """;

    private const string TokensSql = """
        delete from signin.portal_token_seen where jti in (select jti from signin.portal_token_seen where seen_at < @before limit @Batch for update skip locked)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try { await RunAsync(stoppingToken); }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException) { Failed(log, e); }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    internal async Task RunAsync(CancellationToken ct)
    {
        await end.FinishAsync(ct);
        await screens.PruneAsync(ct);
        await devices.PruneAsync(ct);
        await notices.PruneAsync(ct);
        await badges.PruneAsync(ct);
        await trust.RunOutAsync(ct);
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var sql in (string[])[RequestsSql, TokensSql])
            for (var rows = Batch; rows == Batch;)
                rows = await connection.ExecuteAsync(new CommandDefinition(sql, new { now, before = now - RememberTokens, Batch }, cancellationToken: ct));
    }

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "Expired sessions could not be ended; tried again in a minute")]
    private static partial void Failed(ILogger logger, Exception cause);
}
