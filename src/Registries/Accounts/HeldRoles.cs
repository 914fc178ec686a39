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
    /// <remarks>One pass over the account's verdicts, each joined by its role with the records it is about. Only the verdicts' primary key fits
    /// the question, so that a plan made while the tables are empty is right when they are full.</remarks>
    internal const string Fragment = """
        select coalesce(json_agg(r order by r.ordinal), '[]')::text from (
            select v.ordinal, v.role, v.record_id, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part,
                   s.position_title as position, coalesce(s.is_teacher, false) as is_teacher, s.start_date, s.end_date, p.class_name,
                   case v.role when 'pupil' then p.birth_date end as birth_date,
                   coalesce(s.journal_login, case v.role when 'pupil' then p.journal_login end) as journal_login,
                   case v.role when 'guardian' then p.record_id end as child_record_id, case v.role when 'guardian' then p.last_name end as last,
                   case v.role when 'guardian' then p.first_name end as first, case v.role when 'guardian' then p.middle_name end as middle
              from registries.verdict v
              left join registries.staff_record s on s.record_id = case v.role when 'staff' then v.record_id end
              left join registries.guardian_record g on g.record_id = case v.role when 'guardian' then v.record_id end
              left join registries.pupil_record p on p.record_id = case v.role when 'pupil' then v.record_id when 'guardian' then g.pupil_record_id end
              join registries.organisation o on o.nsi_id = coalesce(s.org_nsi_id, p.org_nsi_id)
             where v.account_id = holder.account_id and v.matches) r
        """;

    /// <summary>The child in the card of <c>card.pupil_record_id</c> as its guardian <c>card.account_id</c> has it, a JSON object as text; null when that
    /// account is no guardian in the card, or the child is not enrolled any more.</summary>
    internal const string CardFragment = """
        select row_to_json(c)::text from (
            select 'guardian' as role, g.record_id, p.record_id as child_record_id, p.last_name as last, p.first_name as first, p.middle_name as middle,
                   p.class_name, o.nsi_id, o.ekis_id, o.short_name, o.founder, o.district, o.is_state, o.takes_part
              from registries.verdict v
              join registries.guardian_record g on g.record_id = v.record_id
              join registries.pupil_record p on p.record_id = g.pupil_record_id
              join registries.organisation o on o.nsi_id = p.org_nsi_id
             where v.account_id = card.account_id and v.matches and v.role = 'guardian' and g.pupil_record_id = card.pupil_record_id limit 1) c
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
        public DateOnly? BirthDate { get; init; }
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
        roles.AddRange(rows.Where(r => r.Role == "pupil").Select(r => new HeldRole.Pupil(r.RecordId, r.School, r.ClassName, r.JournalLogin)
        {
            IsFourteen = Families.ReadFamilies.IsFourteen(r.BirthDate, today),
        }));
        return roles;
    }

    /// <param name="json">What <see cref="CardFragment"/> gave.</param>
    public static Child? ReadChild(string json) => AsChild(RowJson.Read<Row>(json));

    private static Child? AsChild(Row row) =>
        PersonName.TryCreate(row.Last, row.First, row.Middle) is { } name ? new Child(row.ChildRecordId!, row.RecordId, name, row.School, row.ClassName) : null;
}
