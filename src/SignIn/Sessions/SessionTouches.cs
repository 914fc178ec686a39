using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.SignIn.Sessions;

/// <summary>Using a service is being there: a token issued or used moves the session's idle limit as a page view does. Gathered in memory
/// and written every few seconds, in one statement for all, so that no token waits for it. A crash loses the last seconds, and with them
/// nothing that a person would notice: the idle limit is counted in minutes.</summary>
internal sealed partial class SessionTouches(NpgsqlDataSource source, SignInSettings settings, TimeProvider clock, ILogger<SessionTouches> log)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);
    /// <summary>More than a node serves between two writes; beyond it a session is noted the next time it is used.</summary>
    private const int MostNoted = 100_000;

    // The row is asked for the same things as at the note: it may have ended since, and several nodes may have noted it.
    private const string TouchSql = $"""
        update signin.session s set seen_at = n.at, idle_until = n.at + make_interval(mins => coalesce(s.idle_minutes, @idleMinutes))
          from unnest(@sids::text[], @ats::timestamptz[]) as n (sid, at)
         where s.sid = n.sid and {Sessions.NotEnded} and s.seen_at < n.at and s.idle_until > n.at and s.expires_at > n.at
        """;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);

    internal void Note(string sid)
    {
        if (_noted.Count < MostNoted) _noted[sid] = clock.GetUtcNow();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryWriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(cancellationToken);
    }

    /// <summary>Writes what is noted; how many sessions moved.</summary>
    internal async Task<int> WriteAsync(CancellationToken ct)
    {
        var noted = _noted.ToArray();
        if (noted.Length == 0) return 0;
        await using var connection = await source.OpenConnectionAsync(ct);
        var moved = await connection.ExecuteAsync(new CommandDefinition(TouchSql, new
        {
            sids = noted.Select(n => n.Key).ToArray(), ats = noted.Select(n => n.Value).ToArray(), idleMinutes = settings.SessionIdleMinutes,
        }, cancellationToken: ct));
        // Only as it was written: a note that came meanwhile stays for the next time.
        foreach (var note in noted) _noted.TryRemove(note);
        return moved;
    }

    private async Task TryWriteAsync(CancellationToken ct)
    {
        try { await WriteAsync(ct); }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException) { Failed(log, e); }
    }

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "The use of sessions could not be written; tried again in some seconds")]
    private static partial void Failed(ILogger logger, Exception cause);
}
