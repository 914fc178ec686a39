using Aupd.Kernel.Data;
using Aupd.Registries.Doors;
using Dapper;

namespace Aupd.Registries.Accounts;

/// <summary>The outcome of an earlier comparison where another would give the same: the account says what it said then, no import awaits its
/// spreading, nothing touched the account since, and it is still the same day. One round trip that writes nothing: most sign-ins are
/// such.</summary>
internal sealed class SettledVerdicts(HotPath hot, RegionDay day)
{
    private const string Sql = $"""
        select (select coalesce(json_agg(v order by v.ordinal), '[]')::text from registries.verdict v where v.account_id = holder.account_id) as verdicts,
               ({HeldRoles.Fragment}) as roles
          from registries.account holder
         where holder.account_id = @accountId and holder.facts_hash = @factsHash and holder.matched_at >= @since
           and not exists (select 1 from registries.touched_account t where t.account_id = holder.account_id)
           and not exists (select 1 from registries.import i where i.spread_at is null)
        """;

    private sealed record Row(string Verdicts, string Roles);

    private sealed record VerdictRow(string Role, string? RecordId, string? OrgNsiId, bool Matches, string Reason, string Hint, string Evidence);

    /// <summary>Null where the account is to be compared.</summary>
    /// <param name="factsHash">Of what the account says of itself now.</param>
    public async Task<MatchResult?> FindAsync(string accountId, byte[] factsHash, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        if (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Sql, new { accountId, factsHash, since = day.Start }, cancellationToken: ct))
            is not { } row) return null;
        var verdicts = RowJson.Read<List<VerdictRow>>(row.Verdicts)
            .Select(v => new Verdict(v.Role, v.RecordId, v.OrgNsiId, v.Matches, v.Reason, v.Hint, v.Evidence)).ToList();
        return new MatchResult(accountId, HeldRoles.Read(row.Roles, day.Today), verdicts);
    }
}
