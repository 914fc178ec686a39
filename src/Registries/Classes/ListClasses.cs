using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Classes;

/// <summary>Reads classes from the pupil records.</summary>
internal sealed class ListClasses(NpgsqlDataSource source) : IClassLists
{
    /// <summary>A longer name is none; the index has as much of it.</summary>
    private const int LongestName = 40;

    // The expression is the index's, so that the names are read from it alone.
    private const string ClassesSql = """
        select left(class_name, 40) as name, count(*)::int as pupils from registries.pupil_record
         where org_nsi_id = @orgNsiId collate "C" and left(class_name, 40) <> '' group by 1 limit 500
        """;

    private const string PupilsSql = """
        select p.record_id, p.last_name, p.first_name, p.middle_name, v.account_id
          from registries.pupil_record p left join registries.verdict v on v.role = 'pupil' and v.record_id = p.record_id and v.matches
         where p.org_nsi_id = @orgNsiId collate "C" and left(p.class_name, 40) = @className
         order by p.last_name, p.first_name, p.middle_name, p.record_id limit @MostPupils
        """;

    private sealed record Row
    {
        public string RecordId { get; init; } = "";
        public string LastName { get; init; } = "";
        public string FirstName { get; init; } = "";
        public string? MiddleName { get; init; }
        public string? AccountId { get; init; }
    }

    public async Task<IReadOnlyList<SchoolClass>> OfSchoolAsync(string orgNsiId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var classes = await connection.QueryAsync<(string Name, int Pupils)>(new CommandDefinition(ClassesSql, new { orgNsiId }, cancellationToken: ct));
        return [.. classes.Select(c => new SchoolClass(c.Name, c.Pupils)).OrderBy(c => SchoolClass.GradeOf(c.Name) ?? int.MaxValue).ThenBy(c => c.Name, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<ClassPupil>> PupilsAsync(string orgNsiId, string className, CancellationToken ct)
    {
        if (className.Length is 0 or > LongestName || className.Contains('\0', StringComparison.Ordinal)) return [];
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(PupilsSql, new { orgNsiId, className, IClassLists.MostPupils }, cancellationToken: ct));
        return [.. rows.Where(r => PersonName.TryCreate(r.LastName, r.FirstName, r.MiddleName) is not null)
            .Select(r => new ClassPupil(r.RecordId, PersonName.TryCreate(r.LastName, r.FirstName, r.MiddleName)!, r.AccountId))];
    }
}
