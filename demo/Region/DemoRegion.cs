using System.Text;

namespace Aupd.Demo.Region;

/// <summary>A region that does not exist: 18 schools with the figures of the curators' table and a private one, their staff, pupils and
/// guardians, as the contract's registry files. The same files byte for byte on every machine.</summary>
public static class DemoRegion
{
    private const ulong Seed = 20210801;

    /// <summary>Writes organisations.csv, staff.csv, pupils.csv and guardians.csv, and the named demo people's portal accounts as
    /// accounts.csv for the bulk match. The folder is made if it does not exist.</summary>
    /// <param name="today">Moves only the one contract that must lie in the future.</param>
    public static void Write(string folder, DateOnly today)
    {
        var dice = new SplitMix64(Seed);
        var residents = new ResidentMaker(dice);
        var hand = new ClerksHand(dice);
        var employers = new StaffMaker(dice, residents, hand);
        var staff = employers.Make(today);
        var (pupils, guardians) = new FamilyMaker(dice, residents, hand, employers.Mothers).Make();
        Directory.CreateDirectory(folder);
        WriteOrganisations(Path.Combine(folder, "organisations.csv"));
        WriteStaff(Path.Combine(folder, "staff.csv"), staff);
        WritePupils(Path.Combine(folder, "pupils.csv"), pupils);
        WriteGuardians(Path.Combine(folder, "guardians.csv"), guardians);
        WriteAccounts(Path.Combine(folder, "accounts.csv"));
    }

    private static void WriteOrganisations(string path)
    {
        using var file = new CsvFile(path, "nsi_id", "ekis_id", "short_name", "founder", "district", "kind", "activation");
        foreach (var school in DemoSchools.All)
            file.Row(school.NsiId, school.EkisId, school.ShortName, school.IsState ? DemoSchools.StateFounder : DemoSchools.PrivateFounder,
                school.District, school.IsState ? "state" : "private", school.IsState ? "yes" : "no");
    }

    private static void WriteStaff(string path, List<StaffRow> rows)
    {
        using var file = new CsvFile(path, "record_id", "org_nsi_id", "last_name", "first_name", "middle_name", "snils", "birth_date",
            "position", "teacher", "start_date", "end_date", "journal_login");
        foreach (var r in rows)
            file.Row(r.RecordId, r.Org, r.Last, r.First, r.Middle, r.Snils, Iso(r.Birth), r.Position, r.Teacher ? "yes" : "no",
                Iso(r.Start), Iso(r.End), r.JournalLogin);
    }

    private static void WritePupils(string path, List<PupilRow> rows)
    {
        using var file = new CsvFile(path, "record_id", "org_nsi_id", "class", "last_name", "first_name", "middle_name", "birth_date",
            "snils", "phone", "email", "journal_login");
        foreach (var r in rows)
            file.Row(r.RecordId, r.Org, r.Class, r.Last, r.First, r.Middle, Dotted(r.Birth), r.Snils, r.Phone, r.Email, r.JournalLogin);
    }

    private static void WriteGuardians(string path, List<GuardianRow> rows)
    {
        using var file = new CsvFile(path, "record_id", "pupil_record_id", "last_name", "first_name", "middle_name", "birth_date", "snils",
            "phone", "email", "relation");
        foreach (var r in rows)
            file.Row(r.RecordId, r.Pupil, r.Last, r.First, r.Middle, Dotted(r.Birth), r.Snils, r.Phone, r.Email, r.Relation);
    }

    private static void WriteAccounts(string path)
    {
        using var file = new CsvFile(path, "account_id", "last_name", "first_name", "middle_name", "snils", "snils_confirmed", "phone",
            "email", "birth_date", "login", "created_at", "made_from_record_id");
        foreach (var (id, a) in DemoPeople.All.Select(p => (p.Key, p.Account)))
            file.Row(id, a.LastName, a.FirstName, a.MiddleName, a.Snils, a.SnilsConfirmed ? "yes" : "no", a.Phone, a.Email,
                Iso(a.BirthDate), a.Login, a.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss"), a.MadeFromRecordId);
    }

    private static string? Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd");

    private static string? Dotted(DateOnly? day) => day?.ToString("dd.MM.yyyy");

    /// <summary>UTF-8 without BOM, semicolons, LF, RFC 4180 quoting.</summary>
    private sealed class CsvFile : IDisposable
    {
        private readonly StreamWriter _out;

        public CsvFile(string path, params ReadOnlySpan<string?> header)
        {
            _out = new StreamWriter(path, append: false, new UTF8Encoding(false), bufferSize: 1 << 16) { NewLine = "\n" };
            Row(header);
        }

        public void Row(params ReadOnlySpan<string?> fields)
        {
            for (var i = 0; i < fields.Length; i++)
            {
                if (i > 0) _out.Write(';');
                var field = fields[i] ?? "";
                if (field.AsSpan().IndexOfAny(";\"\r\n") < 0) _out.Write(field);
                else _out.Write($"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            }
            _out.WriteLine();
        }

        public void Dispose() => _out.Dispose();
    }
}
