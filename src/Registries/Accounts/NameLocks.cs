using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>Serialises what must not race. Only accounts of one full name can contest a record, so a comparison holds the locks of the names
/// it works on; and an import or a new day waits at the barrier for comparisons that began before it.</summary>
internal static class NameLocks
{
    private const long Barrier = 0x41555044_0402;

    private const string PassSql = "select pg_advisory_xact_lock_shared(@Barrier)";
    private const string HoldSql = "select pg_advisory_xact_lock(@Barrier)";

    // A comparison is point look-ups alone. The planner cannot know that an identifier belongs to one or two people (it guesses one row in two
    // hundred) and would rather read the whole registry: it may not, until the end of the transaction.
    private const string LockSql = """
        select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);
        select pg_advisory_xact_lock(k) from unnest(@names::bigint[]) as k
        """;

    /// <summary>To be called first in a transaction that keeps an account: whoever waits at the barrier will see that account.</summary>
    public static Task PassAsync(NpgsqlConnection connection, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(PassSql, new { Barrier }, cancellationToken: ct));

    /// <summary>Waits until every comparison that has passed the barrier is committed. Held for that moment alone.</summary>
    public static async Task WaitForPassedAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(HoldSql, new { Barrier }, transaction, commandTimeout: 0, cancellationToken: ct));
        await transaction.CommitAsync(ct);
    }

    /// <summary>Until the end of the transaction. Always in the same order, so that two sets of names cannot block each other.</summary>
    public static Task TakeAsync(NpgsqlConnection connection, IEnumerable<long> names, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(LockSql, new { names = names.Distinct().Order().ToArray() }, commandTimeout: 0, cancellationToken: ct));
}
