using Dapper;
using Npgsql;

namespace Aupd.Registries.Doors;

/// <summary>Which logins people have in the journal, by the registries of today; whoever they are, and whether or not they have ever
/// signed in.</summary>
public static class KnownJournalLogins
{
    // The length repeats the condition of the indexes.
    private const string Sql = """
        select lower(journal_login) from registries.staff_record where lower(journal_login) = any (@keys) and length(journal_login) <= 64
         union
        select lower(journal_login) from registries.pupil_record where lower(journal_login) = any (@keys) and length(journal_login) <= 64
        """;

    /// <summary>Those of the logins that stand in a record of staff or of a pupil, in any letter case; as they were asked for. One round
    /// trip.</summary>
    /// <param name="connection">The caller's own, in a transaction or not: a pool can run dry of callers that hold one connection and
    /// wait for another.</param>
    /// <param name="logins">At most 64 characters each.</param>
    public static async Task<IReadOnlySet<string>> AmongAsync(NpgsqlConnection connection, IReadOnlyCollection<string> logins, CancellationToken ct)
    {
        var keys = logins.Select(l => l.ToLowerInvariant()).ToArray();
        var rows = await connection.QueryAsync<string>(new CommandDefinition(Sql, new { keys }, cancellationToken: ct));
        var known = rows.ToHashSet(StringComparer.Ordinal);
        return logins.Where(l => known.Contains(l.ToLowerInvariant())).ToHashSet(StringComparer.Ordinal);
    }
}
