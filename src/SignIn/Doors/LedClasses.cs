using Aupd.Kernel.Audit;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Doors;

/// <summary>A class and a teacher who says that he leads it.</summary>
/// <param name="IsHeld">False: the teacher's work at the school has ended, and with it what he may do in the class.</param>
public sealed record LedClass(string OrgNsiId, string ClassName, PersonName Teacher, string StaffRecordId, DateTimeOffset NamedAt, DateTimeOffset ExpiresAt, bool IsHeld)
{
    public override string ToString() => $"class of record {StaffRecordId}";
}

/// <summary>Who leads which class by his own word (docs/decisions/0050-who-leads-a-class.md), for whoever answers for the schools.</summary>
public sealed class LedClasses(NpgsqlDataSource source, RoleFragments roles, AuditTrail audit, TimeProvider clock)
{
    private static readonly string ListSql = $"""
        select t.org_nsi_id, t.class_name, t.staff_record_id, t.named_at, t.expires_at, a.last_name, a.first_name, a.middle_name,
               {RoleFragments.Holds("a.subject", "'staff:' || t.staff_record_id")} as held
          from signin.class_teacher t join signin.account a on a.id = t.account_id
         where t.ended_at is null and t.expires_at > @now and (@org::text is null or t.org_nsi_id = @org)
         order by t.org_nsi_id, t.class_name, t.named_at, t.id limit @limit
        """;

    private sealed record Row
    {
        public string OrgNsiId { get; init; } = "";
        public string ClassName { get; init; } = "";
        public string StaffRecordId { get; init; } = "";
        public DateTimeOffset NamedAt { get; init; }
        public DateTimeOffset ExpiresAt { get; init; }
        public string LastName { get; init; } = "";
        public string FirstName { get; init; } = "";
        public string? MiddleName { get; init; }
        public string? Held { get; init; }
    }

    /// <summary>By school, class and who was first; the look is recorded. One round trip.</summary>
    /// <param name="orgNsiId">One school alone; null: all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="actor">Who looks: an administrator's id, or <c>command</c>.</param>
    public async Task<IReadOnlyList<LedClass>> ListAsync(string? orgNsiId, int limit, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(ListSql, new { now = clock.GetUtcNow(), org = orgNsiId, limit }, cancellationToken: ct))).AsList();
        await audit.WriteAsync(connection, new AuditLine("signin.led-classes-read", actor, orgNsiId, Details: new { lines = rows.Count }), ct);
        return [.. rows.Select(r => new LedClass(r.OrgNsiId, r.ClassName, PersonName.TryCreate(r.LastName, r.FirstName, r.MiddleName)!, r.StaffRecordId, r.NamedAt, r.ExpiresAt,
            r.Held is not null && roles.IsHeld(r.Held)))];
    }
}
