using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Aupd.SignIn.Sessions;
using Dapper;
using Npgsql;

namespace Aupd.SignIn.Badges;

/// <summary>A class that somebody has named as his own, until the school year ends.</summary>
internal sealed record NamedClass
{
    public Guid Id { get; init; }
    public string OrgNsiId { get; init; } = "";
    public string ClassName { get; init; } = "";
    public string StaffRecordId { get; init; } = "";
    public Guid AccountId { get; init; }
    public DateTimeOffset NamedAt { get; init; }
    public string LastName { get; init; } = "";
    public string FirstName { get; init; } = "";
    public string? MiddleName { get; init; }
    /// <summary>By whom; for the colleagues of the same class.</summary>
    public PersonName Teacher => PersonName.TryCreate(LastName, FirstName, MiddleName)!;
    /// <summary>Null when it was read without the visitor's roles.</summary>
    public Organisation? School { get; init; }

    public override string ToString() => $"named class {Id}";
}

internal enum NameOutcome { Named, NoSuchClass, TooMany }

/// <summary>Who leads which class. No registry tells: a teacher of the school names it; docs/decisions/0050-who-leads-a-class.md.</summary>
internal sealed class ClassTeachers(
    NpgsqlDataSource source, IClassLists classes, AuditTrail audit, RegionSettings region, SignInSettings settings, TimeProvider clock)
{
    private const int MostOfOne = 10, MostOfClass = 10;
    private const string Columns = "t.id, t.org_nsi_id, t.class_name, t.staff_record_id, t.account_id, t.named_at, a.last_name, a.first_name, a.middle_name";

    private const string OwnSql = $"""
        select {Columns} from signin.class_teacher t join signin.account a on a.id = t.account_id
         where t.account_id = @account and t.ended_at is null and t.expires_at > @now order by t.class_name limit 100
        """;

    private const string OfClassSql = $"""
        select {Columns} from signin.class_teacher t join signin.account a on a.id = t.account_id
         where t.org_nsi_id = @OrgNsiId and t.class_name = @ClassName and t.ended_at is null and t.expires_at > @now order by t.named_at limit 100
        """;

    // Racing requests meet in the lock: the counts hold.
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('signin.class ' || @org::text, 0))";

    // Last year's row of the same class gives way to this year's.
    private const string EndOldSql = """
        update signin.class_teacher set ended_at = expires_at
         where org_nsi_id = @org and class_name = @name and staff_record_id = @record and ended_at is null and expires_at <= @now
        """;

    private const string NameSql = """
        insert into signin.class_teacher (id, org_nsi_id, class_name, staff_record_id, account_id, named_at, expires_at)
        select @id::uuid, @org::text, @name::text, @record::text, @account::uuid, @now::timestamptz, @until::timestamptz
         where (select count(*) from signin.class_teacher where account_id = @account and ended_at is null and expires_at > @now) < @MostOfOne
           and (select count(*) from signin.class_teacher where org_nsi_id = @org and class_name = @name and ended_at is null and expires_at > @now) < @MostOfClass
        on conflict (org_nsi_id, class_name, staff_record_id) where ended_at is null do nothing
        """;

    private const string IsNamedSql = """
        select exists (select 1 from signin.class_teacher where org_nsi_id = @org and class_name = @name and staff_record_id = @record and ended_at is null)
        """;

    private const string EndSql = """
        update signin.class_teacher t set ended_at = @now, ended_by = @account
         where t.id = @id and t.ended_at is null and t.org_nsi_id = @OrgNsiId and t.class_name = @ClassName
        returning t.account_id
        """;

    /// <summary>The visitor's classes: those named in a role that he still holds.</summary>
    internal async Task<IReadOnlyList<NamedClass>> OfAsync(Guid account, IReadOnlyList<HeldRole> roles, CancellationToken ct)
    {
        if (!MayName(roles)) return [];
        var named = await QueryAsync(OwnSql, new { account, now = clock.GetUtcNow() }, ct);
        return [.. from c in named
                   from role in roles.OfType<HeldRole.Staff>()
                   where role.RecordId == c.StaffRecordId && role.School.NsiId == c.OrgNsiId
                   select c with { School = role.School }];
    }

    /// <summary>Everybody who leads the class by his own word, the first one first.</summary>
    internal Task<IReadOnlyList<NamedClass>> LeadersAsync(NamedClass of, CancellationToken ct) =>
        QueryAsync(OfClassSql, new { of.OrgNsiId, of.ClassName, now = clock.GetUtcNow() }, ct);

    internal static bool MayName(IReadOnlyList<HeldRole> roles) => roles.Any(r => r is HeldRole.Staff { IsTeacher: true });

    /// <summary>The classes of the teacher's schools whose pupils may have badges.</summary>
    internal async Task<IReadOnlyList<(HeldRole.Staff Role, SchoolClass Class)>> ToNameAsync(IReadOnlyList<HeldRole> roles, CancellationToken ct)
    {
        var found = new List<(HeldRole.Staff, SchoolClass)>();
        foreach (var role in roles.OfType<HeldRole.Staff>().Where(r => r.IsTeacher).DistinctBy(r => r.School.NsiId))
            found.AddRange((await classes.OfSchoolAsync(role.School.NsiId, ct)).Where(c => HasBadges(c.Name)).Select(c => (role, c)));
        return found;
    }

    /// <summary>Whether pupils of a class of this name may have badges.</summary>
    internal bool HasBadges(string? className) => SchoolClass.GradeOf(className) is { } grade && grade >= 1 && grade <= settings.Badges.LastGrade;

    /// <param name="role">A teacher's role of the visitor.</param>
    internal async Task<NameOutcome> NameAsync(Visitor visitor, HeldRole.Staff role, string className, CancellationToken ct)
    {
        var org = role.School.NsiId;
        if (!HasBadges(className) || (await classes.OfSchoolAsync(org, ct)).All(c => c.Name != className)) return NameOutcome.NoSuchClass;
        var now = clock.GetUtcNow();
        var values = new
        {
            id = Guid.CreateVersion7(now), org, name = className, record = role.RecordId, account = visitor.AccountId, now,
            until = settings.Badges.YearEnd(now, region.Zone()), MostOfOne, MostOfClass,
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(LockSql, new { org }, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(EndOldSql, values, cancellationToken: ct));
        if (await connection.ExecuteAsync(new CommandDefinition(NameSql, values, cancellationToken: ct)) == 0)
            return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsNamedSql, values, cancellationToken: ct)) ? NameOutcome.Named : NameOutcome.TooMany;
        await audit.WriteAsync(connection, new AuditLine("signin.class-named", visitor.AccountId.ToString(), org, visitor.Trace,
            new { school = org, @class = className, record = role.RecordId }), ct);
        await transaction.CommitAsync(ct);
        return NameOutcome.Named;
    }

    /// <summary>Takes a class from its leader: the visitor himself, or a colleague who leads the same class. False when there is no such row.</summary>
    internal async Task<bool> EndAsync(Visitor visitor, NamedClass mine, Guid id, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var whose = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(EndSql,
            new { id, mine.OrgNsiId, mine.ClassName, account = visitor.AccountId, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (whose is null) return false;
        await audit.WriteAsync(connection, new AuditLine("signin.class-left", visitor.AccountId.ToString(), whose == visitor.AccountId ? mine.OrgNsiId : whose.ToString(),
            visitor.Trace, new { school = mine.OrgNsiId, @class = mine.ClassName }), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task<IReadOnlyList<NamedClass>> QueryAsync(string sql, object values, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<NamedClass>(new CommandDefinition(sql, values, cancellationToken: ct))).AsList();
    }
}
