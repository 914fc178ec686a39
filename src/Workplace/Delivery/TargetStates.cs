using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>Whether each target can be spoken to, for all nodes and for whoever asks.</summary>
internal sealed class TargetStates(NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>The longest that a target may make us wait by one answer.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private const string AwaySql = """
        insert into workplace.target (name, away_at, reason, paused_until) values (@target, @now, @reason, @until)
        on conflict (name) do update set away_at = coalesce(target.away_at, excluded.away_at), reason = excluded.reason, paused_until = excluded.paused_until
        """;

    public async Task AwayAsync(string target, string reason, TimeSpan? pause, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(AwaySql, new
        {
            target, now, reason = reason[..Math.Min(reason.Length, 500)], until = pause is { } p ? now + (p < LongestPause ? p : LongestPause) : (DateTimeOffset?)null,
        }, cancellationToken: ct));
    }
}
