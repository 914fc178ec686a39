using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Received;

/// <summary>Adds the grants of the last minutes to what each client is known to have received. Any number of nodes may run it; adding the same
/// grant twice changes nothing. However much there is to catch up with, it is taken in stretches of time, each kept for itself.</summary>
internal sealed partial class GatherReceived(NpgsqlDataSource source, OpenIdSettings settings, TimeProvider clock, ILogger<GatherReceived> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    // A grant is told its time before it is written, by a clock that may differ from this one.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    // Half a million grants on the busiest morning; where there were few, the next stretch is twice as long.
    private static readonly TimeSpan ShortStretch = TimeSpan.FromMinutes(10);
    private const int Few = 10_000;

    private const string UntilSql = "select at from openid.received_until for update skip locked";

    private const string GatherSql = """
        insert into openid.received (provider, subject, client_id, scopes, claims, first_at, last_at)
        select g.provider, g.subject, g.client_id, array(select distinct s from unnest(g.scopes) s order by s),
               array(select distinct c from unnest(g.claims) c order by c), g.first_at, g.last_at
          from (select provider, subject, client_id, array_agg(scopes_and_claims.scope) filter (where scope is not null) as scopes,
                       coalesce(array_agg(scopes_and_claims.claim) filter (where claim is not null), '{}') as claims,
                       min(granted_at) as first_at, max(granted_at) as last_at
                  from openid.client_grant
                  cross join lateral (
                      select scope, null as claim from unnest(scopes) scope
                      union all select null, jsonb_object_keys(coalesce(client_grant.claims -> 'userinfo', '{}'))
                      union all select null, jsonb_object_keys(coalesce(client_grant.claims -> 'id_token', '{}'))) scopes_and_claims
                 where granted_at > @since and granted_at <= @until
                 group by provider, subject, client_id) g
        on conflict (provider, subject, client_id) do update set
               scopes = array(select distinct s from unnest(received.scopes || excluded.scopes) s order by s),
               claims = array(select distinct c from unnest(received.claims || excluded.claims) c order by c),
               first_at = least(received.first_at, excluded.first_at), last_at = greatest(received.last_at, excluded.last_at)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        do
        {
            try { await RunAsync(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException) { NotNow(log, e); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One round; how many rows were added or renewed. Another node at work: nothing to do.</summary>
    internal async Task<int> RunAsync(CancellationToken ct)
    {
        var (rows, length, now) = (0, ShortStretch, clock.GetUtcNow());
        while (await StretchAsync(length, now, ct) is { } done)
        {
            rows += done.Rows;
            if (done.Until == now) break;
            length = done.Rows < Few ? 2 * length : ShortStretch;
        }
        return rows;
    }

    private async Task<(int Rows, DateTimeOffset Until)?> StretchAsync(TimeSpan length, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        CommandDefinition With(string sql, object? values = null) => new(sql, values, transaction, cancellationToken: ct);
        if (await connection.ExecuteScalarAsync<DateTime?>(With(UntilSql)) is not { } kept) return null;
        // Older grants have run out.
        var oldest = now.AddDays(-settings.GrantLifetimeDays);
        var from = kept < oldest.UtcDateTime ? oldest : new DateTimeOffset(kept, TimeSpan.Zero);
        var until = now - from > length ? from + length : now;
        var rows = await connection.ExecuteAsync(With(GatherSql, new { since = from - Overlap, until }));
        await connection.ExecuteAsync(With("update openid.received_until set at = @until", new { until }));
        await transaction.CommitAsync(ct);
        return (rows, until);
    }

    [LoggerMessage(EventId = 2603, Level = LogLevel.Warning, Message = "What services have received could not be gathered this time; tried again in 5 minutes")]
    private static partial void NotNow(ILogger logger, Exception cause);
}
