using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>By what the accounts of a comparison are found in the registries.</summary>
internal sealed record AccountKeys(string[] Accounts, long[] Names, byte[][] Identifiers, string[] MadeFrom)
{
    public static AccountKeys Of(IReadOnlyCollection<KeptKeys> accounts) => new([.. accounts.Select(k => k.AccountId)],
        [.. accounts.Select(k => k.NameKey).Distinct()], [.. accounts.SelectMany(k => k.Identifiers)], [.. accounts.Select(k => k.MadeFrom).OfType<string>()]);
}

/// <summary>The keys of one kept account, as columns of its row.</summary>
internal sealed class KeptKeys
{
    public string AccountId { get; init; } = "";
    public long NameKey { get; init; }
    public byte[][] Identifiers { get; init; } = [];
    public string? MadeFrom { get; init; }
}

/// <summary>Finds who else has a part in a comparison: whoever fits, or holds, a record that the accounts in question fit or hold.</summary>
internal static class Contest
{
    // "Fits" is a little too wide here (the engine decides): a record of the same full name and with an identifier in common.
    private const string FindSql = """
        with contested as (
            select 'staff' as role, record_id, name_key, identifiers from registries.staff_record
             where name_key = any (@names) and identifiers && @indexes
            union all
            select 'pupil', record_id, name_key, identifiers from registries.pupil_record
             where name_key = any (@names) and (identifiers && @indexes or record_id in (select s.record_id from registries.records_of_child(@madeFrom) s))
            union all
            select 'guardian', record_id, name_key, identifiers from registries.guardian_record
             where name_key = any (@names) and identifiers && @indexes
            union all
            select v.role, v.record_id, coalesce(s.name_key, p.name_key, g.name_key), coalesce(s.identifiers, p.identifiers, g.identifiers)
              from registries.verdict v
              left join registries.staff_record s on v.role = 'staff' and s.record_id = v.record_id
              left join registries.pupil_record p on v.role = 'pupil' and p.record_id = v.record_id
              left join registries.guardian_record g on v.role = 'guardian' and g.record_id = v.record_id
             where v.account_id = any (@accounts) and v.matches
        ), concerned as (
            select x.account_id from contested c cross join unnest(c.identifiers) as i (identifier)
              join registries.account_identifier x on x.identifier = i.identifier
              join registries.account a on a.account_id = x.account_id and a.name_key = c.name_key
            union
            select a.account_id from registries.records_of_child(array(select record_id from contested where role = 'pupil')) s
              join registries.pupil_record p on p.record_id = s.record_id
              join registries.account a on a.made_from_record_id = s.record_id and a.name_key = p.name_key
            union
            select v.account_id from contested c join registries.verdict v on v.role = c.role and v.record_id = c.record_id and v.matches
            union
            select unnest(@accounts::text[])
        )
        select a.account_id as AccountId, a.name_key as NameKey, a.made_from_record_id as MadeFrom,
               a.identifiers
          from concerned join registries.account a using (account_id)
        """;


    public static async Task<AccountKeys> FindAsync(NpgsqlConnection connection, AccountKeys keys, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<KeptKeys>(new CommandDefinition(FindSql,
            new { accounts = keys.Accounts, names = keys.Names, indexes = keys.Identifiers, madeFrom = keys.MadeFrom }, cancellationToken: ct))).AsList();
        return AccountKeys.Of(rows);
    }
}
