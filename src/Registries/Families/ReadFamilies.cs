using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.Registries.Identifiers;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Families;

/// <summary>Families by the last comparison and the cards of now: a card that an import took away counts no more, whoever has yet to be compared
/// anew.</summary>
internal sealed class ReadFamilies(NpgsqlDataSource source, Sealer sealer, RegionDay day) : IFamilies
{
    // By way of JSON, as every list within a row: one column, one reading.
    private const string ChildrenSql = """
        select coalesce(json_agg(r order by r.ordinal), '[]')::text from (
            select v.ordinal, p.record_id, p.last_name as last, p.first_name as first, p.middle_name as middle, o.short_name as school, p.class_name,
                   p.birth_date, p.journal_login, own.account_id, coalesce(a.made_from_record_id = any (same.records), false) as made_from_record, same.records,
                   coalesce(own.record_id = p.record_id, false) as is_recognised
              from registries.verdict v
              join registries.guardian_record g on g.record_id = v.record_id
              join registries.pupil_record p on p.record_id = g.pupil_record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
              cross join lateral (select array_agg(s.record_id order by s.record_id collate "C") as records from registries.records_of_child(array[p.record_id]) s) same
              left join lateral (
                select o.account_id, o.record_id from registries.verdict o where o.role = 'pupil' and o.record_id = any (same.records) and o.matches
                 order by o.record_id = p.record_id desc, o.record_id limit 1) own on true
              left join registries.account a on a.account_id = own.account_id
             where v.account_id = @accountId and v.matches and v.role = 'guardian') r
        """;

    private const string GuardiansSql = """
        select coalesce(json_agg(r order by r.record_id), '[]')::text from (
            select g.record_id, p.record_id as pupil_record_id, g.last_name as last, g.first_name as first, g.middle_name as middle, g.relation, own.account_id
              from registries.verdict v
              join registries.pupil_record p on p.record_id = v.record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
              join registries.guardian_record g on g.pupil_record_id = p.record_id
              left join registries.verdict own on own.role = 'guardian' and own.record_id = g.record_id and own.matches
             where v.account_id = @accountId and v.matches and v.role = 'pupil') r
        """;

    private const string AccountsSql = """
        select distinct v.account_id from registries.guardian_record g
          join registries.pupil_record p on p.record_id = g.pupil_record_id
          join registries.verdict v on v.role = 'guardian' and v.record_id = g.record_id and v.matches
         where g.pupil_record_id = @pupilRecordId
        """;

    private const string AccountsWithSql = """
        select a.account_id from registries.account a join registries.account_identifier i on i.account_id = a.account_id
         where i.identifier = any(@indexes) and a.name_key = @nameKey order by a.account_id
        """;

    private sealed record Row
    {
        public string RecordId { get; init; } = "";
        public string PupilRecordId { get; init; } = "";
        public string? Last { get; init; }
        public string? First { get; init; }
        public string? Middle { get; init; }
        public string School { get; init; } = "";
        public string? ClassName { get; init; }
        public DateOnly? BirthDate { get; init; }
        public string? JournalLogin { get; init; }
        public string? Relation { get; init; }
        public string? AccountId { get; init; }
        public bool MadeFromRecord { get; init; }
        public string[] Records { get; init; } = [];
        public bool IsRecognised { get; init; }

        public PersonName? Name => PersonName.TryCreate(Last, First, Middle);
    }

    public async Task<IReadOnlyList<ChildRecord>> ChildrenOfAsync(string accountId, CancellationToken ct) =>
        [.. (await ReadAsync(ChildrenSql, accountId, ct)).DistinctBy(r => r.RecordId).Select(r => r.Name is not { } name ? null
            : new ChildRecord(r.RecordId, name, r.School, r.ClassName, r.BirthDate, IsFourteen(r.BirthDate, day.Today), r.JournalLogin, r.AccountId, r.MadeFromRecord,
                r.Records, r.IsRecognised))
            .OfType<ChildRecord>()];

    public async Task<IReadOnlyList<GuardianOf>> GuardiansOfAsync(string pupilAccountId, CancellationToken ct) =>
        [.. (await ReadAsync(GuardiansSql, pupilAccountId, ct)).Select(r => r.Name is not { } name ? null
            : new GuardianOf(r.PupilRecordId, r.RecordId, name, r.Relation, r.AccountId)).OfType<GuardianOf>()];

    public async Task<IReadOnlyList<string>> GuardianAccountsAsync(string pupilRecordId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(AccountsSql, new { pupilRecordId }, cancellationToken: ct))).AsList();
    }

    public async Task<IReadOnlyList<string>> AccountsWithAsync(PersonName name, Phone? phone, Email? email, CancellationToken ct)
    {
        var indexes = SealedIdentifiers.Seal(sealer, null, phone is null ? [] : [phone], email is null ? [] : [email]).Indexes;
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(AccountsWithSql, new { indexes, nameKey = NameKey.Of(name) }, cancellationToken: ct))).AsList();
    }

    /// <summary>Fourteen or older on that day; also where no birth date is known, so that nobody loses a say for a gap in a card.</summary>
    internal static bool IsFourteen(DateOnly? birthDate, DateOnly today) => birthDate is not { } born || born.AddYears(ChildRecord.AgeOfOwnSay) <= today;

    private async Task<List<Row>> ReadAsync(string sql, string accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return RowJson.Read<List<Row>>((await connection.ExecuteScalarAsync<string>(new CommandDefinition(sql, new { accountId }, cancellationToken: ct)))!);
    }
}
