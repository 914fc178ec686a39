using System.Collections.Concurrent;
using System.Security.Cryptography;
using Aupd.Demo.Region;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;

namespace Aupd.Demo.Tests;

/// <summary>The files of a generated region.</summary>
public sealed class GeneratedRegion : IDisposable
{
    public static readonly DateOnly Today = new(2026, 9, 1);
    private static readonly Lazy<GeneratedRegion> OfAll = new(() =>
    {
        var region = new GeneratedRegion();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => region.Dispose();
        return region;
    });
    private readonly ConcurrentDictionary<string, IReadOnlyList<string[]>> _rows = new();

    public GeneratedRegion() => DemoRegion.Write(Folder, Today);

    /// <summary>One for all classes, which read it and put their own files beside it.</summary>
    public static GeneratedRegion Shared => OfAll.Value;

    public string Folder { get; } = Directory.CreateTempSubdirectory("aupd-demo-").FullName;

    /// <summary>Rows of one of the generated files, read once.</summary>
    public IReadOnlyList<string[]> Rows(string file) => _rows.GetOrAdd(file, ReadRows);

    /// <summary>Rows of a file as it is now.</summary>
    public IReadOnlyList<string[]> ReadRows(string file) => [.. File.ReadLines(Path.Combine(Folder, file)).Skip(1).Select(l => l.Split(';'))];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

public sealed class DemoRegionTests
{
    private readonly GeneratedRegion _region = GeneratedRegion.Shared;
    private static readonly string[] Files = ["organisations.csv", "staff.csv", "pupils.csv", "guardians.csv", "accounts.csv"];

    // Rows of the curators' table: ID ОО (НСИ), ID ЕКИС, Всего УЗ.
    [Theory]
    [InlineData("4185", "12852", 17)]
    [InlineData("6208", "10165", 37)]
    [InlineData("1090", "13829", 153)]
    [InlineData("778", "13890", 85)]
    [InlineData("562", "13138", 1)]
    [InlineData("741", "13699", 319)]
    [InlineData("3027", "12652", 234)]
    [InlineData("1201", "13728", 358)]
    [InlineData("535", "13247", 345)]
    [InlineData("653", "13107", 300)]
    [InlineData("325", "13840", 11)]
    [InlineData("1365", "13371", 214)]
    [InlineData("31928309", "14252", 356)]
    [InlineData("903", "14051", 40)]
    [InlineData("479", "14041", 554)]
    [InlineData("1249", "13330", 14)]
    [InlineData("1311", "13249", 17)]
    [InlineData("672", "13776", 12)]
    public void A_school_has_the_ids_and_the_staff_of_the_curators_table(string nsi, string ekis, int staff)
    {
        Assert.Single(_region.Rows("organisations.csv"), r => r[0] == nsi && r[1] == ekis);
        Assert.Equal(staff, _region.Rows("staff.csv").Count(r => r[1] == nsi));
    }

    [Fact, Trait("takes", "long")]
    public void The_same_files_come_out_byte_for_byte()
    {
        using var again = new GeneratedRegion();
        foreach (var file in Files) Assert.Equal(Hash(_region.Folder, file), Hash(again.Folder, file));
    }

    [Fact, Trait("takes", "long")]
    public void A_later_day_moves_only_the_contract_that_has_not_started()
    {
        var folder = Directory.CreateTempSubdirectory("aupd-demo-").FullName;
        DemoRegion.Write(folder, new DateOnly(2030, 9, 1));
        var moved = File.ReadLines(Path.Combine(folder, "staff.csv")).Except(File.ReadLines(Path.Combine(_region.Folder,
            "staff.csv"))).ToList();
        foreach (var file in Files.Where(f => f != "staff.csv")) Assert.Equal(Hash(_region.Folder, file), Hash(folder, file));
        Directory.Delete(folder, recursive: true);
        Assert.Contains("demo-hr-not-started", Assert.Single(moved));
        Assert.Contains("2031-09-01", moved[0]);
    }

    [Fact]
    public void Every_snils_has_a_right_checksum_and_every_phone_is_of_the_fictional_block()
    {
        foreach (var snils in _region.Rows("staff.csv").Select(r => r[5]).Concat(_region.Rows("pupils.csv").Select(r => r[7]))
            .Concat(_region.Rows("guardians.csv").Select(r => r[6])))
            if (snils.Length > 0) Assert.Equal('9', Snils.TryParse(snils)?.Digits[0]);
        foreach (var phone in _region.Rows("pupils.csv").Select(r => r[8]).Concat(_region.Rows("guardians.csv").Select(r => r[7])))
            if (phone.Length > 0) Assert.StartsWith("+79000", Phone.TryParse(phone)?.E164, StringComparison.Ordinal);
        foreach (var email in _region.Rows("pupils.csv").Select(r => r[9]).Concat(_region.Rows("guardians.csv").Select(r => r[8])))
            if (email.Length > 0) Assert.NotNull(Email.TryParse(email));
    }

    [Fact]
    public void A_pupil_is_of_the_age_of_the_class()
    {
        foreach (var pupil in _region.Rows("pupils.csv").Where(r => r[6].Length > 0))
        {
            var grade = int.Parse(pupil[2][..^1]);
            var months = (new DateOnly(2026, 9, 1).DayNumber - DateOnly.ParseExact(pupil[6], "dd.MM.yyyy").DayNumber) / 30.44;
            Assert.InRange(months - grade * 12, 69, 95);
        }
    }

    [Fact]
    public void Pupils_guardians_and_staff_are_in_proportion_and_no_id_comes_twice()
    {
        var (staff, pupils, guardians) = (_region.Rows("staff.csv"), _region.Rows("pupils.csv"), _region.Rows("guardians.csv"));
        Assert.Equal(18 + 1, _region.Rows("organisations.csv").Count);
        Assert.Equal(3067 + 24, staff.Count);
        Assert.InRange(pupils.Count, 36_000, 38_000);
        Assert.InRange((double)guardians.Count / pupils.Count, 1.3, 1.8);
        foreach (var rows in new[] { staff, pupils, guardians }) Assert.Equal(rows.Count, rows.Select(r => r[0]).Distinct().Count());
        Assert.Empty(guardians.Select(g => g[1]).Except(pupils.Select(p => p[0])));
    }

    [Fact, Trait("takes", "long")]
    public void No_generated_person_has_the_name_of_a_demo_person()
    {
        var names = DemoPeople.All.Select(p => PersonName.TryCreate(p.Account.LastName, p.Account.FirstName,
            p.Account.MiddleName)!.Key).ToHashSet();
        foreach (var (file, column) in new[] { ("staff.csv", 2), ("pupils.csv", 3), ("guardians.csv", 2) })
            foreach (var row in _region.Rows(file).Where(r => !r[0].StartsWith("demo-", StringComparison.Ordinal)))
                Assert.DoesNotContain(PersonName.TryCreate(row[column], row[column + 1], row[column + 2])!.Key, names);
    }

    private static string Hash(string folder, string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder,
        file))));
}

public sealed class BulkMatchTests
{
    [Fact, Trait("takes", "long")]
    public void The_bulk_match_says_of_every_demo_person_what_the_table_promises()
    {
        var region = GeneratedRegion.Shared;
        var (accounts, verdicts) = (Path.Combine(region.Folder, "accounts.csv"), Path.Combine(region.Folder, "verdicts.csv"));
        var outcome = BulkMatch.Run(new BulkMatchOrder(region.Folder, accounts, verdicts, GeneratedRegion.Today), null, default);
        Assert.IsType<BulkMatchOutcome.Written>(outcome);
        var expected = DemoPeople.All.SelectMany(p => p.Verdicts.Select(v => (p.Key, v.Role, v.RecordId ?? "", v.Reason)));
        Assert.Equal(expected, region.ReadRows("verdicts.csv").Select(r => (r[0], r[1], r[2], r[5])));
        Assert.Equal("surname_one_letter", region.ReadRows("verdicts.csv").Single(r => r[0] == DemoPeople.OneLetter.Key)[6]);
        Assert.Empty(region.ReadRows("verdicts.csv.aside.csv"));
    }
}
