namespace Aupd.Registries.Imports;

/// <summary>One registry in the database: its table, and the statements by which an import compares and applies it. The four registries
/// differ in their columns alone, so the statements are written once.</summary>
internal sealed record RegistryTable(string Registry, string Table, string Id, string[] Columns, bool IsMatched)
{
    private const string Person = "last_name, first_name, middle_name, name_key, birth_date, snils_sealed";

    public static RegistryTable Organisations { get; } = new("organisations", "registries.organisation", "nsi_id",
        Split("nsi_id, ekis_id, short_name, founder, district, is_state, takes_part, row_hash"), IsMatched: false);

    public static RegistryTable Staff { get; } = new("staff", "registries.staff_record", "record_id",
        Split($"record_id, org_nsi_id, {Person}, identifiers, position_title, is_teacher, start_date, end_date, journal_login, row_hash"), IsMatched: true);

    public static RegistryTable Pupils { get; } = new("pupils", "registries.pupil_record", "record_id",
        Split($"record_id, org_nsi_id, class_name, {Person}, phones_sealed, emails_sealed, identifiers, journal_login, row_hash"), IsMatched: true);

    public static RegistryTable Guardians { get; } = new("guardians", "registries.guardian_record", "record_id",
        Split($"record_id, pupil_record_id, {Person}, phones_sealed, emails_sealed, identifiers, relation, row_hash"), IsMatched: true);

    /// <summary>In the order in which they refer to each other.</summary>
    public static IReadOnlyList<RegistryTable> All { get; } = [Organisations, Staff, Pupils, Guardians];

    private string Staged => $"pg_temp.staged_{Registry}";
    private string Difference => $"pg_temp.difference_{Registry}";
    private string List => string.Join(", ", Columns);
    private static string[] Split(string columns) => columns.Split(", ");

    /// <summary>Temporary, so that nothing is logged or left behind, however the import ends.</summary>
    public string StageSql => $"create temp table staged_{Registry} (like {Table} including defaults) on commit drop";

    public string CopySql => $"copy {Staged} ({List}) from stdin (format binary)";

    /// <summary>Leaves the ids that differ: <c>a</c>dded, <c>c</c>hanged, <c>r</c>emoved. Of a file of changes nothing is removed.</summary>
    public string CompareSql(bool isWhole) => $"""
        analyze {Staged};
        create temp table difference_{Registry} on commit drop as
        select coalesce(s.{Id}, r.{Id}) as id, case when r.{Id} is null then 'a' when s.{Id} is null then 'r' else 'c' end as kind
          from {Staged} s {(isWhole ? "full" : "left")} join {Table} r on r.{Id} = s.{Id}
         where r.{Id} is null or s.{Id} is null or r.row_hash <> s.row_hash;
        analyze {Difference}
        """;

    public string CountSql => $"""
        select (select count(*) from {Table}) as present, (select count(*) from {Staged}) as staged,
               count(*) filter (where kind = 'a') as added, count(*) filter (where kind = 'c') as changed, count(*) filter (where kind = 'r') as removed
          from {Difference}
        """;

    /// <summary>Keeps the old keys of what changes or goes, then removes, changes and adds. Parameter: the import's number.</summary>
    public string ApplySql => $"""
        {(IsMatched ? DepartSql : "")}
        delete from {Table} r using {Difference} d where d.id = r.{Id} and d.kind = 'r';
        update {Table} r set ({List}, import_no) = ({Prefixed("s")}, @no)
          from {Staged} s, {Difference} d where d.id = r.{Id} and d.kind = 'c' and s.{Id} = r.{Id};
        insert into {Table} ({List}, import_no)
        select {Prefixed("s")}, @no from {Staged} s join {Difference} d on d.id = s.{Id} where d.kind = 'a'
        """;

    /// <summary>Everything that was staged, into a table without rows.</summary>
    public string FillSql => $"insert into {Table} ({List}, import_no) select {List}, @no from {Staged}";

    private string DepartSql => $"""
        insert into registries.departed_record (import_no, registry, record_id, name_key, identifiers, pupil_record_id)
        select @no, '{Registry}', r.record_id, r.name_key, r.identifiers, {(Columns.Contains("pupil_record_id") ? "r.pupil_record_id" : "null")} from {Table} r join {Difference} d on d.id = r.record_id where d.kind in ('c', 'r');
        """;

    private string Prefixed(string alias) => string.Join(", ", Columns.Select(c => $"{alias}.{c}"));
}
