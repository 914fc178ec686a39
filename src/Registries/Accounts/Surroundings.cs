using Aupd.Registries.Matching;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Aupd.Registries.Accounts;

/// <summary>Brings together what decides about some accounts: every record near them, every account that may have one of those records, and what
/// those accounts fit in turn. The engine then sees what it would see among all records and all accounts.</summary>
/// <remarks>Complete in the sense of <see cref="Neighbourhood"/>; it asks with all names and identifiers of the accounts at once.</remarks>
internal sealed class Surroundings
{
    private const string StaffSql = """
        select record_id, last_name, first_name, middle_name, birth_date, identifiers, snils_sealed is not null, 0, org_nsi_id, start_date, end_date
          from registries.staff_record where name_key = any (@names) or identifiers && @indexes
        """;

    // A guardian's card tells the child's school and birth date.
    private const string PupilsSql = """
        with wanted as (
            select record_id from registries.pupil_record where name_key = any (@names) or identifiers && @indexes or record_id = any (@madeFrom)
            union select pupil_record_id from registries.guardian_record where name_key = any (@names) or identifiers && @indexes
        )
        select p.record_id, p.last_name, p.first_name, p.middle_name, p.birth_date, p.identifiers, p.snils_sealed is not null,
               cardinality(p.phones_sealed), p.org_nsi_id
          from wanted join registries.pupil_record p using (record_id)
        """;

    private const string GuardiansSql = """
        select record_id, last_name, first_name, middle_name, birth_date, identifiers, snils_sealed is not null, cardinality(phones_sealed), pupil_record_id
          from registries.guardian_record where name_key = any (@names) or identifiers && @indexes
        """;

    private const string AccountsSql = """
        with near as (
            select 'staff' as role, record_id, name_key, identifiers from registries.staff_record where name_key = any (@names) or identifiers && @indexes
            union all
            select 'pupil', record_id, name_key, identifiers from registries.pupil_record
             where name_key = any (@names) or identifiers && @indexes or record_id = any (@madeFrom)
            union all
            select 'guardian', record_id, name_key, identifiers from registries.guardian_record where name_key = any (@names) or identifiers && @indexes
        ), wanted as (
            select x.account_id from near n cross join unnest(n.identifiers) as i (identifier)
              join registries.account_identifier x on x.identifier = i.identifier
              join registries.account a on a.account_id = x.account_id and a.name_key = n.name_key
            union
            select a.account_id from near n join registries.account a on a.made_from_record_id = n.record_id and a.name_key = n.name_key
            union
            select a.account_id from registries.records_of_child(array(select record_id from near where role = 'pupil' and name_key <> all (@names))) s
              join registries.pupil_record p on p.record_id = s.record_id
              join registries.account a on a.made_from_record_id = s.record_id and a.name_key = p.name_key
            union
            select unnest(@accounts::text[])
        )
        select a.account_id, a.last_name, a.first_name, a.middle_name, a.birth_date, a.identifiers, a.snils_sealed is not null,
               cardinality(a.phones_sealed), a.snils_invalid, a.snils_confirmed, a.created_at, a.made_from_record_id, a.name_key
          from wanted join registries.account a using (account_id)
        """;

    // Of whom an account was made, and the same child's other records: they are near by their name already.
    private const string SameChildSql = "select root, record_id from registries.records_of_child(@madeFrom::text[]) where record_id <> root";

    private readonly HashSet<string> _accounts = new(StringComparer.Ordinal), _staff = new(StringComparer.Ordinal), _pupils = new(StringComparer.Ordinal), _guardians = new(StringComparer.Ordinal);
    private readonly HashSet<long> _foreignNames = [];
    private readonly HashSet<string> _foreignMadeFrom = [], _madeFrom = [];
    private readonly List<byte[]> _foreignIdentifiers = [];

    private Surroundings() { }

    public Population Population { get; } = new();

    /// <summary>Where the accounts in question stand in the population.</summary>
    public List<int> Focus { get; } = [];

    public static async Task<Surroundings> LoadAsync(NpgsqlConnection connection, AccountKeys focus, CancellationToken ct)
    {
        var near = new Surroundings();
        await near.AddAsync(connection, focus, ct);
        // An account of another name, that has a record to which one of ours is only near: whether it has it depends on what else it fits.
        near._foreignNames.ExceptWith(focus.Names);
        if (near._foreignNames.Count > 0)
            await near.AddAsync(connection, new AccountKeys([], [.. near._foreignNames], [.. near._foreignIdentifiers], [.. near._foreignMadeFrom]), ct);
        await near.AddSameChildrenAsync(connection, ct);
        return near;
    }

    private async Task AddAsync(NpgsqlConnection connection, AccountKeys keys, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in new[] { StaffSql, PupilsSql, GuardiansSql, AccountsSql }) batch.BatchCommands.Add(Command(sql, keys));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct)) AddStaff(rows);
        await rows.NextResultAsync(ct);
        while (await rows.ReadAsync(ct)) AddPupil(rows);
        await rows.NextResultAsync(ct);
        while (await rows.ReadAsync(ct)) AddGuardian(rows);
        await rows.NextResultAsync(ct);
        while (await rows.ReadAsync(ct)) AddAccount(rows, keys);
    }

    private async Task AddSameChildrenAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (_madeFrom.Count == 0) return;
        var pairs = await connection.QueryAsync<(string Root, string Record)>(new CommandDefinition(SameChildSql, new { madeFrom = _madeFrom.ToArray() }, cancellationToken: ct));
        foreach (var (root, record) in pairs) Population.AddSameChild(root, record);
    }

    private static NpgsqlBatchCommand Command(string sql, AccountKeys keys)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter("names", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = keys.Names });
        command.Parameters.Add(new NpgsqlParameter("indexes", NpgsqlDbType.Array | NpgsqlDbType.Bytea) { Value = keys.Identifiers });
        command.Parameters.Add(new NpgsqlParameter("madeFrom", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = keys.MadeFrom });
        command.Parameters.Add(new NpgsqlParameter("accounts", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = keys.Accounts });
        return command;
    }

    private void AddStaff(NpgsqlDataReader row)
    {
        if (_staff.Add(row.GetString(0))) Population.AddStaff(row.GetString(0), row.GetString(8), Person(row), Date(row, 9), Date(row, 10));
    }

    private void AddPupil(NpgsqlDataReader row)
    {
        if (_pupils.Add(row.GetString(0))) Population.AddPupil(row.GetString(0), row.GetString(8), Person(row));
    }

    private void AddGuardian(NpgsqlDataReader row)
    {
        // Between two statements an import may take the card away; then the guardian goes with it, and the import's own round follows.
        if (_pupils.Contains(row.GetString(8)) && _guardians.Add(row.GetString(0))) Population.AddGuardian(row.GetString(0), row.GetString(8), Person(row));
    }

    private void AddAccount(NpgsqlDataReader row, AccountKeys keys)
    {
        if (!_accounts.Add(row.GetString(0))) return;
        var madeFrom = row.IsDBNull(11) ? null : row.GetString(11);
        var index = Population.AddAccount(row.GetString(0), Person(row), row.GetBoolean(8), row.GetBoolean(9), row.IsDBNull(10) ? null : row.GetDateTime(10), madeFrom);
        if (madeFrom is not null) _madeFrom.Add(madeFrom);
        if (keys.Accounts.Contains(row.GetString(0))) Focus.Add(index);
        if (keys.Names.Contains(row.GetInt64(12))) return;
        _foreignNames.Add(row.GetInt64(12));
        _foreignIdentifiers.AddRange(row.GetFieldValue<byte[][]>(5));
        if (madeFrom is not null) _foreignMadeFrom.Add(madeFrom);
    }

    private PersonInput Person(NpgsqlDataReader row)
    {
        var name = Population.Names.OfWritten(row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3));
        var keys = Array.ConvertAll(row.GetFieldValue<byte[][]>(5), i => IdentifierKey.OfIndex(i));
        var afterSnils = row.GetBoolean(6) ? 1 : 0;
        var afterPhones = afterSnils + row.GetInt32(7);
        return new PersonInput(name, Date(row, 4), afterSnils == 0 ? IdentifierKey.None : keys[0], keys.AsSpan(afterSnils..afterPhones), keys.AsSpan(afterPhones));
    }

    private static DateOnly? Date(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateOnly>(column);
}
