using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>The outcome of comparisons as kept: verdicts with their evidence, of which those that match are the roles held.</summary>
internal sealed class KeptVerdicts(NpgsqlDataSource source) : IVerdicts
{
    private const string ReadSql = """
        select account_id as AccountId, role, record_id as RecordId, org_nsi_id as OrgNsiId, matches, reason, hint, evidence
          from registries.verdict where account_id = any (@accounts) order by account_id, ordinal
        """;

    // All old rows go before the first new one comes: a record may pass from one account of the list to another.
    private const string ReplaceSql = """
        delete from registries.verdict where account_id = any (@changed);
        insert into registries.verdict (account_id, ordinal, role, record_id, org_nsi_id, matches, reason, hint, evidence)
        select * from unnest(@accounts::text[], @ordinals::int[], @roles::text[], @records::text[], @organisations::text[], @matches::boolean[],
                             @reasons::text[], @hints::text[], @evidence::text[])
        """;

    private const string StampSql = "update registries.account set matched_at = @now where account_id = any (@accounts)";

    private sealed record Row(string AccountId, string Role, string? RecordId, string? OrgNsiId, bool Matches, string Reason, string Hint, string Evidence)
    {
        public Verdict Verdict => new(Role, RecordId, OrgNsiId, Matches, Reason, Hint, Evidence);
    }

    public async Task<IReadOnlyList<Verdict>> OfAsync(string accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return [.. (await ReadAsync(connection, [accountId], ct))[accountId]];
    }

    public static async Task<ILookup<string, Verdict>> ReadAsync(NpgsqlConnection connection, string[] accounts, CancellationToken ct) =>
        (await connection.QueryAsync<Row>(new CommandDefinition(ReadSql, new { accounts }, cancellationToken: ct)))
            .ToLookup(r => r.AccountId, r => r.Verdict, StringComparer.Ordinal);

    /// <summary>Replaces the verdicts of the accounts that changed; the others are only stamped as compared.</summary>
    public static async Task KeepAsync(
        NpgsqlConnection connection, string[] compared, IReadOnlyList<(string Account, IReadOnlyList<Verdict> Verdicts)> changed, DateTimeOffset now, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(StampSql, new { now, accounts = compared }, cancellationToken: ct));
        if (changed.Count == 0) return;
        var rows = changed.SelectMany(c => c.Verdicts.Select((v, i) => (c.Account, Ordinal: i, Verdict: v))).ToList();
        await connection.ExecuteAsync(new CommandDefinition(ReplaceSql, new
        {
            changed = changed.Select(c => c.Account).ToArray(),
            accounts = rows.Select(r => r.Account).ToArray(), ordinals = rows.Select(r => r.Ordinal).ToArray(), roles = rows.Select(r => r.Verdict.Role).ToArray(),
            records = rows.Select(r => r.Verdict.RecordId).ToArray(), organisations = rows.Select(r => r.Verdict.OrgNsiId).ToArray(),
            matches = rows.Select(r => r.Verdict.Matches).ToArray(), reasons = rows.Select(r => r.Verdict.Reason).ToArray(),
            hints = rows.Select(r => r.Verdict.Hint).ToArray(), evidence = rows.Select(r => r.Verdict.Evidence).ToArray(),
        }, cancellationToken: ct));
    }
}
