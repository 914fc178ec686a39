namespace Aupd.Registries.Files;

/// <summary>Ids that rows may refer to although they are not in the files read: those of the database, when files hold only
/// changes.</summary>
internal sealed record KnownElsewhere(Func<string, bool> Organisation, Func<string, bool> Pupil)
{
    /// <summary>The files are whole registries: nothing is known but what stands in them.</summary>
    public static readonly KnownElsewhere Nothing = new(_ => false, _ => false);
}

/// <summary>The four registry files of a folder, all opened and their headers checked before the first row is read.</summary>
/// <remarks>Rows are streams, each to be read once and to its end, in this order: organisations, staff, pupils, guardians; a later one
/// is checked against the ids of the earlier. Bulk match and import read through the same checks.</remarks>
internal sealed class RegistryFiles : IDisposable
{
    private readonly TableFile? _organisations, _staff, _pupils, _guardians;
    private readonly Action<AsideRow> _aside;
    private readonly KnownElsewhere _elsewhere;
    private readonly HashSet<string> _organisationIds = new(StringComparer.Ordinal), _pupilIds = new(StringComparer.Ordinal);

    private RegistryFiles(TableFile?[] files, Action<AsideRow> aside, KnownElsewhere elsewhere)
    {
        (_organisations, _staff, _pupils, _guardians) = (files[0], files[1], files[2], files[3]);
        (_aside, _elsewhere) = (aside, elsewhere);
    }

    /// <summary>Columns the contract does not know, as <c>file: column, column</c>; one line per file that has some.</summary>
    public IEnumerable<string> UnknownColumns => new[] { _organisations, _staff, _pupils, _guardians }
        .Where(f => f?.UnknownColumns.Count > 0).Select(f => $"{f!.Name}: {string.Join(", ", f.UnknownColumns)}");

    public bool HasOrganisations => _organisations is not null;
    public bool HasStaff => _staff is not null;
    public bool HasPupils => _pupils is not null;
    public bool HasGuardians => _guardians is not null;

    /// <param name="mayLack">Files of changes: a registry without changes has no file.</param>
    /// <param name="aside">Called for each row put aside, in the order of files and rows.</param>
    /// <returns>The files, or one sentence that says why one of them cannot be used at all.</returns>
    public static (RegistryFiles? Files, string? Unusable) Open(
        string folder, Action<AsideRow> aside, KnownElsewhere elsewhere, bool mayLack = false)
    {
        (string Name, FileShape Shape)[] kinds =
        [
            ("organisations.csv", FileShape.Organisations), ("staff.csv", FileShape.Staff),
            ("pupils.csv", FileShape.Pupils), ("guardians.csv", FileShape.Guardians),
        ];
        var opened = new TableFile?[kinds.Length];
        for (var i = 0; i < kinds.Length; i++)
        {
            var path = Path.Combine(folder, kinds[i].Name);
            if (mayLack && !Path.Exists(path)) continue;
            (opened[i], var unusable) = TableFile.Open(path, kinds[i].Shape);
            if (unusable is null) continue;
            foreach (var file in opened) file?.Dispose();
            return (null, unusable);
        }
        return (new RegistryFiles(opened, aside, elsewhere), null);
    }

    public IEnumerable<OrganisationRow> Organisations() => Read(_organisations, _organisationIds, static f =>
    {
        var isState = true;
        return new OrganisationRow(f.Line, f.Required(0), f.Text(1), f.Required(2), f.Shared(3), f.Shared(4),
            isState = f.OneOf(5, "state", "private", absent: true), f.OneOf(6, "yes", "no", absent: isState));
    }, row => row.NsiId, static _ => null);

    public IEnumerable<StaffRow> Staff() => Read(_staff, NoOneRefersTo(), static f => new StaffRow(
        f.Line, f.Required(0), f.Shared(1)!, f.RequiredName(2), f.RequiredName(3), f.Shared(4), f.Text(5), f.Date(6), f.Shared(7),
        f.OneOf(8, "yes", "no", absent: false), f.Date(9), f.Date(10), f.Text(11)), row => row.RecordId, row => Organisation(row.OrgNsiId));

    public IEnumerable<PupilRow> Pupils() => Read(_pupils, _pupilIds, static f => new PupilRow(
        f.Line, f.Required(0), f.Shared(1)!, f.Shared(2), f.RequiredName(3), f.RequiredName(4), f.Shared(5), f.Date(6), f.Text(7),
        f.Text(8), f.Text(9), f.Text(10)), row => row.RecordId, row => Organisation(row.OrgNsiId));

    public IEnumerable<GuardianRow> Guardians() => Read(_guardians, NoOneRefersTo(), static f => new GuardianRow(
        f.Line, f.Required(0), f.Required(1), f.RequiredName(2), f.RequiredName(3), f.Shared(4), f.Date(5), f.Text(6), f.Text(7), f.Text(8),
        f.Shared(9)), row => row.RecordId,
        row => _pupilIds.Contains(row.PupilRecordId) || _elsewhere.Pupil(row.PupilRecordId) ? null : AsideReason.MissingPupil);

    private static HashSet<string> NoOneRefersTo() => new(StringComparer.Ordinal);

    private string? Organisation(string id) =>
        _organisationIds.Contains(id) || _elsewhere.Organisation(id) ? null : AsideReason.MissingOrganisation;

    /// <summary>The reference of every file that has one is its second column, the id its first.</summary>
    private IEnumerable<T> Read<T>(
        TableFile? file, HashSet<string> ids, Func<RowFields, T> read, Func<T, string> id, Func<T, string?> missing) where T : class =>
        file is null ? [] : file.Rows(fields =>
        {
            var row = read(fields);
            if (fields.FaultReason is not null) return row;
            if (ids.Contains(id(row))) fields.Fail(0, AsideReason.DuplicateId);
            else if (missing(row) is { } reason) fields.Fail(1, reason);
            else ids.Add(id(row));
            return row;
        }, _aside);

    public void Dispose()
    {
        _organisations?.Dispose();
        _staff?.Dispose();
        _pupils?.Dispose();
        _guardians?.Dispose();
    }
}
