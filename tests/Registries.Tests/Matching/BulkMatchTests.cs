using System.Text;
using Aupd.Registries.Doors;
using static Aupd.Registries.Tests.Matching.Region;

namespace Aupd.Registries.Tests.Matching;

/// <summary>The files around the rules: what is written where, and that nothing is written by halves.</summary>
public sealed class BulkMatchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aupd-bulk-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_whole_run_byte_by_byte()
    {
        Small().Account("\"a;2\"", "О\u2019Нил;Юлия;нет", phone: "8 916 123-45-67", birth: "17.03.1985").Account("a\"3").Pupil("p 1", "Ёлкин;Пётр;", birth: "2012-01-02", org: "o2")
            .Guardian("\"g;1\"", "p 1", "ОНИЛ;юлия;", phone: Phone2 + "|" + Phone1).Write(_folder.FullName);
        Append("pupils.csv", "p2;o9;А;Б;;;;;\n\np3;o1;А;Б;;31.02.2010;;;\n");
        Append("guardians.csv", "g2;p3;А;Б;;;;;\n");
        Append("accounts.csv", "a1;А;Б;;;;;;;;\na4;\"А;Б;;;;;;;;\na5;А;Б;;;;;;;2020-01-01 25:00;\n");

        var written = Assert.IsType<BulkMatchOutcome.Written>(Run());

        Assert.Equal("account_id;role;record_id;org_nsi_id;verdict;reason;hint\na1;staff;s1;o1;match;;\n\"a;2\";guardian;\"g;1\";o2;match;;\n\"a\"\"3\";none;;;no_match;no_record;\n",
            Encoding.UTF8.GetString(File.ReadAllBytes(Out)));
        Assert.Equal(
            "file;line;column;reason\npupils.csv;3;org_nsi_id;missing_organisation\npupils.csv;4;;field_count\npupils.csv;5;birth_date;unreadable\n"
            + "guardians.csv;3;pupil_record_id;missing_pupil\naccounts.csv;5;account_id;duplicate_id\naccounts.csv;6;;quote\naccounts.csv;7;created_at;unreadable\n",
            File.ReadAllText(Out + ".aside.csv"));
        Assert.Contains("accounts.csv: 3 rows used, 3 put aside.", written.Summary);
        Assert.Equal(["accounts.csv", "guardians.csv", "organisations.csv", "pupils.csv", "staff.csv", "verdicts.csv", "verdicts.csv.aside.csv"], FilesThere());
    }

    [Fact]
    public void An_earlier_output_is_replaced_and_the_same_run_gives_the_same_bytes()
    {
        Small().Write(_folder.FullName);
        File.WriteAllText(Out, "old");
        File.WriteAllText(Out + ".aside.csv", "old");
        Run();
        var first = File.ReadAllText(Out);
        Run();
        Assert.Equal(first, File.ReadAllText(Out));
        Assert.Equal("file;line;column;reason\n", File.ReadAllText(Out + ".aside.csv"));
    }

    [Theory]
    [InlineData("organisations.csv")]
    [InlineData("staff.csv")]
    [InlineData("pupils.csv")]
    [InlineData("guardians.csv")]
    [InlineData("accounts.csv")]
    public void A_missing_an_empty_or_a_headless_file_leaves_everything_as_it_was(string file)
    {
        foreach (var text in new[] { null, "", "x;y\n" })
        {
            Small().Write(_folder.FullName);
            File.WriteAllText(Out, "old");
            if (text is null) File.Delete(In(file));
            else File.WriteAllText(In(file), text);
            Assert.StartsWith(file, Assert.IsType<BulkMatchOutcome.Unusable>(Run()).Sentence);
            Assert.Equal("old", File.ReadAllText(Out));
            Assert.DoesNotContain(FilesThere(), f => f.Contains("tmp") || f.Contains("aside"));
        }
    }

    [Fact]
    public void An_output_that_cannot_be_is_refused_before_anything_is_read()
    {
        Small().Write(_folder.FullName);
        foreach (var name in new[] { "no/such/folder/v.csv", "", "accounts.csv", "staff.csv", "." })
            Assert.IsType<BulkMatchOutcome.Unusable>(BulkMatch.Run(new BulkMatchOrder(_folder.FullName, In("accounts.csv"), name.Length == 0 ? "" : In(name), new(2026, 11, 20)), null, default));
        Assert.Contains("last_name", File.ReadAllText(In("staff.csv")));
        Assert.Equal(5, FilesThere().Length);
    }

    [Fact]
    public void A_run_that_is_stopped_leaves_nothing_behind()
    {
        Small().Write(_folder.FullName);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => BulkMatch.Run(Order, null, stop.Token));
        Assert.Equal(5, FilesThere().Length);
    }

    [Fact]
    public void Empty_registries_and_no_accounts_are_a_result()
    {
        new Region().Write(_folder.FullName);
        Assert.IsType<BulkMatchOutcome.Written>(Run());
        Assert.Equal("account_id;role;record_id;org_nsi_id;verdict;reason;hint\n", File.ReadAllText(Out));
    }

    [Fact, Trait("takes", "long")]
    public void Many_accounts_come_out_in_the_order_of_the_file()
    {
        var region = new Region();
        for (var i = 50_000; i > 0; i--) region.Account($"a{i}", phone: $"+7916{i:D7}");
        region.Pupil("p", phone: "+79160000007").Write(_folder.FullName);
        Run();
        var lines = File.ReadAllLines(Out)[1..];
        Assert.Equal(Enumerable.Range(0, 50_000).Select(i => $"a{50_000 - i}"), lines.Select(l => l.Split(';')[0]));
        Assert.Equal(["a7;pupil;p;o1;match;;"], lines.Where(l => l.Contains("pupil")));
    }

    private static Region Small() => new Region().Account("a1", snils: Snils1).Staff("s1", snils: Snils1);

    private string Out => In("verdicts.csv");

    private BulkMatchOrder Order => new(_folder.FullName, In("accounts.csv"), Out, new DateOnly(2026, 11, 20));

    private BulkMatchOutcome Run() => BulkMatch.Run(Order, null, default);

    private string In(string file) => Path.Combine(_folder.FullName, file);

    private void Append(string file, string text) => File.AppendAllText(In(file), text);

    private string[] FilesThere() => [.. _folder.GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal)];
}
