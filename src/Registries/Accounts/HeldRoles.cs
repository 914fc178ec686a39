using Aupd.Kernel.Data;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Accounts;

/// <summary>The roles an account holds by the last comparison, with what the registries say of them now. Work that has ended since then gives
/// no role, also where no worker has compared anew.</summary>
internal static class HeldRoles
{
    /// <summary>Every role that the last comparison gave <c>holder.account_id</c>, a JSON list as text; an expression for any
    /// statement.</summary>
    internal const string Fragment = """
        select coalesce(json_agg(r order by r.ordinal), '[]')::text from (
            select v.ordinal, v.role, v.record_id, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part,
                   s.position_title as position, s.is_teacher, s.journal_login, s.start_date, s.end_date,
                   null as class_name, null as child_record_id, null as last, null as first, null as middle
              from registries.verdict v
              join registries.staff_record s on s.record_id = v.record_id
              join registries.organisation o on o.nsi_id = s.org_nsi_id
             where v.account_id = holder.account_id and v.matches and v.role = 'staff'
            union all
            select v.ordinal, v.role, v.record_id, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part,
                   null, false, p.journal_login, null, null, p.class_name, null, null, null, null
              from registries.verdict v
              join registries.pupil_record p on p.record_id = v.record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
             where v.account_id = holder.account_id and v.matches and v.role = 'pupil'
            union all
            select v.ordinal, v.role, v.record_id, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part,
                   null, false, null, null, null, p.class_name, p.record_id, p.last_name, p.first_name, p.middle_name
              from registries.verdict v
              join registries.guardian_record g on g.record_id = v.record_id
              join registries.pupil_record p on p.record_id = g.pupil_record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
             where v.account_id = holder.account_id and v.matches and v.role = 'guardian') r
        """;

    private const string Sql = $"select ({Fragment}) from (select @accountId::text as account_id) holder";

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
        public DateOnly? StartDate { get; init; }
        public DateOnly? EndDate { get; init; }
        public string? ClassName { get; init; }
        public string? ChildRecordId { get; init; }
        public string? Last { get; init; }
        public string? First { get; init; }
        public string? Middle { get; init; }

        public Organisation School => new(NsiId, EkisId, ShortName, Founder, District, IsState, TakesPart);
    }

    /// <summary>One round trip. Staff first, then the children's guardian, then pupil.</summary>
    public static async Task<IReadOnlyList<HeldRole>> ReadAsync(NpgsqlConnection connection, string accountId, DateOnly today, CancellationToken ct) =>
        Read((await connection.ExecuteScalarAsync<string>(new CommandDefinition(Sql, new { accountId }, cancellationToken: ct)))!, today);

    /// <param name="json">What <see cref="Fragment"/> gave.</param>
    public static IReadOnlyList<HeldRole> Read(string json, DateOnly today)
    {
        var rows = RowJson.Read<List<Row>>(json);
        var roles = rows.Where(r => r.Role == "staff" && r.StartDate <= today && !(r.EndDate < today))
            .Select(HeldRole (r) => new HeldRole.Staff(r.RecordId, r.School, r.Position, r.IsTeacher, r.JournalLogin)).ToList();
        var children = rows.Where(r => r.Role == "guardian").Select(AsChild).OfType<Child>().DistinctBy(c => c.PupilRecordId).ToList();
        if (children.Count > 0) roles.Add(new HeldRole.Guardian(children));
        roles.AddRange(rows.Where(r => r.Role == "pupil").Select(r => new HeldRole.Pupil(r.RecordId, r.School, r.ClassName, r.JournalLogin)));
        return roles;
    }

    private static Child? AsChild(Row row) =>
        PersonName.TryCreate(row.Last, row.First, row.Middle) is { } name ? new Child(row.ChildRecordId!, row.RecordId, name, row.School, row.ClassName) : null;
}
