using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.Registries.Identifiers;
using Dapper;
using Npgsql;

namespace Aupd.Registries.OwnRecords;

/// <summary>A person's own records, opened.</summary>
internal sealed class ReadOwnRecords(NpgsqlDataSource source, Sealer sealer) : IOwnRecords, IPupilAccounts
{
    // By way of JSON, as every list within a row: one column, one reading.
    private const string Sql = """
        select coalesce(json_agg(r order by r.ordinal), '[]')::text from (
            select v.ordinal, v.role, v.record_id, o.short_name as school, s.last_name as last, s.first_name as first, s.middle_name as middle, s.birth_date,
                   s.snils_sealed, '{}'::bytea[] as phones_sealed, '{}'::bytea[] as emails_sealed, null as child_last, null as child_first, null as child_middle,
                   s.position_title as place, null as relation, s.journal_login, s.start_date, s.end_date
              from registries.verdict v join registries.staff_record s on s.record_id = v.record_id
              join registries.organisation o on o.nsi_id = s.org_nsi_id
             where v.account_id = @accountId and v.matches and v.role = 'staff'
            union all
            select v.ordinal, v.role, v.record_id, o.short_name, p.last_name, p.first_name, p.middle_name, p.birth_date, p.snils_sealed, p.phones_sealed,
                   p.emails_sealed, null, null, null, p.class_name, null, p.journal_login, null, null
              from registries.verdict v join registries.pupil_record p on p.record_id = v.record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
             where v.account_id = @accountId and v.matches and v.role = 'pupil'
            union all
            select v.ordinal, v.role, v.record_id, o.short_name, g.last_name, g.first_name, g.middle_name, g.birth_date, g.snils_sealed, g.phones_sealed,
                   g.emails_sealed, p.last_name, p.first_name, p.middle_name, p.class_name, g.relation, null, null, null
              from registries.verdict v join registries.guardian_record g on g.record_id = v.record_id
              join registries.pupil_record p on p.record_id = g.pupil_record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
             where v.account_id = @accountId and v.matches and v.role = 'guardian') r
        """;

    private const string WithoutSql = """
        select asked.id from unnest(@ids::text[]) as asked (id)
         where not exists (select 1 from registries.verdict v where v.role = 'pupil' and v.matches
                              and (v.record_id = asked.id collate "C" or v.record_id in (select s.record_id from registries.records_of_child(array[asked.id]) s)))
        """;

    private sealed record Row
    {
        public string Role { get; init; } = "";
        public string RecordId { get; init; } = "";
        public string School { get; init; } = "";
        public string? Last { get; init; }
        public string? First { get; init; }
        public string? Middle { get; init; }
        public DateOnly? BirthDate { get; init; }
        public byte[]? SnilsSealed { get; init; }
        public byte[][] PhonesSealed { get; init; } = [];
        public byte[][] EmailsSealed { get; init; } = [];
        public string? ChildLast { get; init; }
        public string? ChildFirst { get; init; }
        public string? ChildMiddle { get; init; }
        public string? Place { get; init; }
        public string? Relation { get; init; }
        public string? JournalLogin { get; init; }
        public DateOnly? StartDate { get; init; }
        public DateOnly? EndDate { get; init; }
    }

    public async Task<IReadOnlyList<OwnRecord>> OfAsync(string accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var json = await connection.ExecuteScalarAsync<string>(new CommandDefinition(Sql, new { accountId }, cancellationToken: ct));
        return [.. RowJson.Read<List<Row>>(json!).Select(Open).OfType<OwnRecord>()];
    }

    public async Task<IReadOnlySet<string>> WithoutAccountAsync(IReadOnlyCollection<string> pupilRecordIds, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<string>(new CommandDefinition(WithoutSql, new { ids = pupilRecordIds.ToArray() }, cancellationToken: ct)))
            .ToHashSet(StringComparer.Ordinal);
    }

    private OwnRecord? Open(Row row) => PersonName.TryCreate(row.Last, row.First, row.Middle) is not { } name ? null : new OwnRecord(
        row.Role switch { "staff" => RegistryRole.Staff, "pupil" => RegistryRole.Pupil, _ => RegistryRole.Guardian },
        row.RecordId, row.School, name, row.BirthDate, SealedIdentifiers.OpenSnils(sealer, row.SnilsSealed),
        SealedIdentifiers.OpenPhones(sealer, row.PhonesSealed), SealedIdentifiers.OpenEmails(sealer, row.EmailsSealed),
        PersonName.TryCreate(row.ChildLast, row.ChildFirst, row.ChildMiddle), row.Place, row.Relation, row.JournalLogin, row.StartDate, row.EndDate);
}
