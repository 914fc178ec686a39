using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>The roles an account holds by the last comparison, with what the registries say of them now. Work that has ended since then gives
/// no role, also where no worker has compared anew.</summary>
internal static class HeldRoles
{
    private const string Sql = """
        select v.ordinal, v.role, v.record_id as RecordId, o.nsi_id as NsiId, o.ekis_id as EkisId, o.short_name as ShortName, o.founder, o.district,
               o.is_state as IsState, o.takes_part as TakesPart, s.position_title as Position, s.is_teacher as IsTeacher, s.journal_login as JournalLogin,
               null as ClassName, null as ChildRecordId, null as Last, null as First, null as Middle
          from registries.verdict v
          join registries.staff_record s on s.record_id = v.record_id
          join registries.organisation o on o.nsi_id = s.org_nsi_id
         where v.account_id = @accountId and v.matches and v.role = 'staff' and s.start_date <= @today and (s.end_date is null or s.end_date >= @today)
        union all
        select v.ordinal, v.role, v.record_id, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part, null, false,
               p.journal_login, p.class_name, null, null, null, null
          from registries.verdict v
          join registries.pupil_record p on p.record_id = v.record_id
          join registries.organisation o on o.nsi_id = p.org_nsi_id
         where v.account_id = @accountId and v.matches and v.role = 'pupil'
        union all
        select v.ordinal, v.role, v.record_id, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part, null, false,
               null, p.class_name, p.record_id, p.last_name, p.first_name, p.middle_name
          from registries.verdict v
          join registries.guardian_record g on g.record_id = v.record_id
          join registries.pupil_record p on p.record_id = g.pupil_record_id
          join registries.organisation o on o.nsi_id = p.org_nsi_id
         where v.account_id = @accountId and v.matches and v.role = 'guardian'
         order by 1
        """;

    private sealed class Row
    {
        public string Role { get; init; } = "";
        public string RecordId { get; init; } = "";
        public string NsiId { get; init; } = "";
        public string? EkisId { get; init; }
        public string ShortName { get; init; } = "";
        public string? Founder { get; init; }
        public string? District { get; init; }
        public bool IsState { get; init; }
        public bool TakesPart { get; init; }
        public string? Position { get; init; }
        public bool IsTeacher { get; init; }
        public string? JournalLogin { get; init; }
        public string? ClassName { get; init; }
        public string? ChildRecordId { get; init; }
        public string? Last { get; init; }
        public string? First { get; init; }
        public string? Middle { get; init; }

        public Organisation School => new(NsiId, EkisId, ShortName, Founder, District, IsState, TakesPart);
    }

    /// <summary>One round trip. Staff first, then the children's guardian, then pupil.</summary>
    public static async Task<IReadOnlyList<HeldRole>> ReadAsync(NpgsqlConnection connection, string accountId, DateOnly today, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(Sql, new { accountId, today }, cancellationToken: ct))).AsList();
        var roles = rows.Where(r => r.Role == "staff").Select(HeldRole (r) => new HeldRole.Staff(r.RecordId, r.School, r.Position, r.IsTeacher, r.JournalLogin)).ToList();
        var children = rows.Where(r => r.Role == "guardian").Select(AsChild).OfType<Child>().DistinctBy(c => c.PupilRecordId).ToList();
        if (children.Count > 0) roles.Add(new HeldRole.Guardian(children));
        roles.AddRange(rows.Where(r => r.Role == "pupil").Select(r => new HeldRole.Pupil(r.RecordId, r.School, r.ClassName, r.JournalLogin)));
        return roles;
    }

    private static Child? AsChild(Row row) =>
        PersonName.TryCreate(row.Last, row.First, row.Middle) is { } name ? new Child(row.ChildRecordId!, row.RecordId, name, row.School, row.ClassName) : null;
}
