using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.Registries.Matching;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>One comparison of a few accounts with the registries: load what decides, let the engine judge, keep the outcome, leave facts. In the
/// caller's transaction, which holds the locks of the accounts' names.</summary>
internal sealed class CompareAccounts(FactLog facts, AuditTrail audit, TimeProvider clock, RegionDay day)
{
    // A record taken or left changes what others are near to: their verdicts, never their roles, so they are compared in their turn.
    private const string TouchNeighboursSql = """
        insert into registries.touched_account (account_id, touched_at)
        with held as (
            select name_key, identifiers from registries.staff_record where record_id = any (@staff)
            union all select name_key, identifiers from registries.pupil_record where record_id = any (@pupils)
            union all select name_key, identifiers from registries.guardian_record where record_id = any (@guardians)
        )
        select t.account_id, @now from (
            select a.account_id from registries.account a where a.name_key in (select name_key from held)
            union
            select x.account_id from registries.account_identifier x where x.identifier in (select unnest(identifiers) from held)
        ) t where t.account_id <> all (@compared)
        """;

    /// <param name="asked">The account at whose sign-in this happens; its own line in the audit trail is the caller's. Null in a round of the worker.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<Verdict>>> RunAsync(NpgsqlConnection connection, AccountKeys focus, string? asked, CancellationToken ct)
    {
        var near = await Surroundings.LoadAsync(connection, focus, ct);
        var judged = Neighbourhood.Judge(near.Population, near.Focus, day.Today);
        var before = await KeptVerdicts.ReadAsync(connection, focus.Accounts, ct);
        var changed = judged.Where(j => !j.Value.SequenceEqual(before[j.Key])).Select(j => (j.Key, j.Value)).ToList();
        await KeptVerdicts.KeepAsync(connection, focus.Accounts, changed, clock.GetUtcNow(), ct);

        var differences = changed.Select(c => RoleDifference.Between(c.Key, before[c.Key], c.Value)).OfType<RoleDifference>().ToList();
        foreach (var difference in differences)
        {
            await facts.AddAsync(connection, new Fact(RolesChanged.Topic, difference.AccountId, difference.Fact), ct);
            if (difference.AccountId != asked)
                await audit.WriteAsync(connection, new AuditLine("registries.rematched", "system", difference.AccountId, Details: new { difference.Fact.Gained, difference.Fact.Lost }), ct);
        }
        await TouchNeighboursAsync(connection, focus, differences, ct);
        return judged;
    }

    private async Task TouchNeighboursAsync(NpgsqlConnection connection, AccountKeys focus, List<RoleDifference> differences, CancellationToken ct)
    {
        var records = differences.SelectMany(d => d.Taken.Concat(d.Left)).Distinct().ToLookup(r => r.Role, r => r.RecordId);
        if (records.Count == 0) return;
        await connection.ExecuteAsync(new CommandDefinition(TouchNeighboursSql, new
        {
            staff = records["staff"].ToArray(), pupils = records["pupil"].ToArray(), guardians = records["guardian"].ToArray(),
            compared = focus.Accounts, now = clock.GetUtcNow(),
        }, cancellationToken: ct));
    }
}
