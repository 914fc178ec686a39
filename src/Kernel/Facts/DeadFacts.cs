using Aupd.Kernel.Audit;
using Dapper;
using Npgsql;

namespace Aupd.Kernel.Facts;

/// <param name="Retried">Of those that wait: how many have failed at least once.</param>
/// <param name="OldestAt">When the oldest of those that wait came about; null: none waits.</param>
public sealed record FactCounts(string Receiver, int Waiting, int Retried, int Dead, DateTimeOffset? OldestAt);

/// <param name="Key">Whose fact it is, usually the id of an account.</param>
/// <param name="Error">Of the last attempt; no personal data.</param>
public sealed record DeadFact(long Id, string Receiver, string Key, DateTimeOffset CreatedAt, DateTimeOffset DeadAt, string Error);

/// <summary>What an operator sees of the facts that are carried to their receivers, and the second chance of those that were given up. Each question is
/// about the receivers whose name begins with a text: <c>portal.tell-</c>; with an empty one, about all.</summary>
public sealed class DeadFacts(NpgsqlDataSource source, AuditTrail audit, TimeProvider clock)
{
    private const string CountsSql = """
        select receiver, count(*) filter (where dead_at is null)::int as waiting, count(*) filter (where dead_at is null and attempts > 0)::int as retried,
               count(*) filter (where dead_at is not null)::int as dead, min(created_at) filter (where dead_at is null) as oldest_at
          from kernel.outbox where starts_with(receiver, @receivers) group by receiver order by receiver
        """;

    private const string ListSql = """
        select id, receiver, key, created_at, dead_at, coalesce(last_error, '') as error from kernel.outbox
         where dead_at is not null and starts_with(receiver, @receivers) order by dead_at, id limit @limit
        """;

    // In order all the same: a fact is not taken while an older one of its key waits.
    private const string ReplaySql = """
        with again as (
            update kernel.outbox set dead_at = null, attempts = 0, due_at = @now
             where dead_at is not null and starts_with(receiver, @receivers) and (@key::text is null or key = @key)
            returning 1), woken as (select pg_notify('aupd_outbox', ''))
        select count(*)::int from again, woken
        """;

    private sealed record Counts
    {
        public string Receiver { get; init; } = "";
        public int Waiting { get; init; }
        public int Retried { get; init; }
        public int Dead { get; init; }
        public DateTimeOffset? OldestAt { get; init; }
    }

    private sealed record Row
    {
        public long Id { get; init; }
        public string Receiver { get; init; } = "";
        public string Key { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset DeadAt { get; init; }
        public string Error { get; init; } = "";
    }

    /// <summary>For each receiver that has any, by name.</summary>
    public async Task<IReadOnlyList<FactCounts>> CountsAsync(string receivers, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return [.. (await connection.QueryAsync<Counts>(new CommandDefinition(CountsSql, new { receivers }, cancellationToken: ct)))
            .Select(r => new FactCounts(r.Receiver, r.Waiting, r.Retried, r.Dead, r.OldestAt))];
    }

    /// <summary>The oldest first, at most so many.</summary>
    public async Task<IReadOnlyList<DeadFact>> ListAsync(string receivers, int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(ListSql, new { receivers, limit }, cancellationToken: ct)))
            .Select(r => new DeadFact(r.Id, r.Receiver, r.Key, r.CreatedAt, r.DeadAt, r.Error))];
    }

    /// <summary>Tries again from the beginning: those of one key, or all. Returns how many.</summary>
    /// <param name="act">Of the line in the audit trail.</param>
    public async Task<int> ReplayAsync(string receivers, string? key, string act, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var count = await connection.ExecuteScalarAsync<int>(new CommandDefinition(ReplaySql, new { receivers, key, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (count > 0) await audit.WriteAsync(connection, new AuditLine(act, actor, key, Details: new { count }), ct);
        await transaction.CommitAsync(ct);
        return count;
    }
}
