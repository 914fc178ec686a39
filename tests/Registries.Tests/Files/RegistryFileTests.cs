using System.Text;
using Aupd.Registries.Files;

namespace Aupd.Registries.Tests.Files;

/// <summary>What the reader accepts, puts aside and refuses: the contract's section "Files", sentence by sentence.</summary>
public sealed class RegistryFileTests : IDisposable
{
    private const string Header = "nsi_id;short_name;founder";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aupd-files-");
    private readonly List<AsideRow> _aside = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Utf8_with_and_without_bom_and_windows_1251_are_told_apart(bool bom, bool windows)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = windows ? Encoding.GetEncoding(1251) : new UTF8Encoding(bom);
        var long1251 = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"n{i};Школа № {i};ДОНМ\n"));
        var rows = Organisations([.. encoding.GetPreamble(), .. encoding.GetBytes(Header + "\n" + long1251)]);
        Assert.Equal(40_000, rows.Count);
        Assert.Equal("Школа № 39999", rows[^1].ShortName);
        Assert.Empty(_aside);
    }

    [Theory]
    [InlineData("1;Школа;ДОНМ\n2;Лицей;\n")]
    [InlineData("1;Школа;ДОНМ\r\n2;Лицей;\r\n")]
    [InlineData("1;Школа;ДОНМ\r\n2;Лицей;")]
    [InlineData("\"1\";\"Школа\";\"ДОНМ\"\r\n\"2\";\"Лицей\";\"\"")]
    [InlineData(" 1 ;\u00A0Школа\t; ДОНМ\n2;Лицей; \n")]
    public void Line_ends_quotes_and_surrounding_space_do_not_matter(string rows)
    {
        Assert.Equal(["1|Школа|ДОНМ", "2|Лицей|"], Read(rows));
        Assert.Empty(_aside);
    }

    [Theory]
    [InlineData("nsi_id,short_name,founder", "1,\"Школа, первая\",ДОНМ", "1|Школа, первая|ДОНМ")]
    [InlineData("nsi_id\tshort_name\tfounder", "1\tШкола; первая\tДОНМ", "1|Школа; первая|ДОНМ")]
    [InlineData(" Founder ;\"NSI_ID\";примечание, разное, всё;Short_Name", "ДОНМ;1;x;Школа", "1|Школа|ДОНМ")]
    public void The_delimiter_is_found_from_the_header_and_columns_stand_in_any_order(string header, string row, string expected) =>
        Assert.Equal([expected], Read(row + "\n", header));

    [Theory]
    [InlineData("1;ООО \"Ромашка\";Д", "1|ООО \"Ромашка\"|Д")]
    [InlineData("1; \"Ромашка\";Д", "1|\"Ромашка\"|Д")]
    [InlineData("1;\"ООО \"\"Ромашка\"\"\";Д", "1|ООО \"Ромашка\"|Д")]
    [InlineData("1;\"Школа\nпервая\";Д", "1|Школа\nпервая|Д")]
    [InlineData("1;\"a;b\";\"\"\"\"", "1|a;b|\"")]
    public void Quotes_mean_what_rfc_4180_says_and_inside_an_unquoted_field_they_are_text(string row, string expected)
    {
        Assert.Equal([expected, "2|Лицей|"], Read(row + "\n2;Лицей;\n"));
        Assert.Empty(_aside);
    }

    [Theory]
    [InlineData("1;\"Школа;Д")]
    [InlineData("1;\"Школа\"x;Д")]
    [InlineData("1;\"Школа \"Ромашка\"\";Д")]
    [InlineData("1;Школа;\"Д")]
    [InlineData("1;Школа;\"\"\"")]
    public void A_quote_that_never_closes_spoils_only_its_line(string row)
    {
        Assert.Equal(["2|Лицей|", "3|Ли \"цей\"|Ы"], Read(row + "\n2;Лицей;\n3;Ли \"цей\";\"Ы\"\n"));
        Assert.Equal([new AsideRow("organisations.csv", 2, "", "quote")], _aside);
    }

    [Fact]
    public void An_open_quote_does_not_swallow_a_large_file()
    {
        var rows = Read("1;\"Школа;Д\n" + string.Concat(Enumerable.Range(2, 50_000).Select(i => $"{i};Школа;Д\n")));
        Assert.Equal(50_000, rows.Length);
        Assert.Equal([2L], _aside.Select(a => a.Line));
    }

    [Fact]
    public void Lines_are_physical_and_counted_from_the_header()
    {
        Assert.Equal(["1|Школа\n\nпервая|", "3|Лицей|"], Read("1;\"Школа\n\nпервая\";\n2;;\n3;Лицей;\n4\n"));
        Assert.Equal([new AsideRow("organisations.csv", 5, "short_name", "empty"), new AsideRow("organisations.csv", 7, "", "field_count")], _aside);
    }

    [Theory]
    [InlineData(";Школа;Д", "nsi_id", "empty")]
    [InlineData("1; \u00A0 ;Д", "short_name", "empty")]
    [InlineData("1;Школа", "", "field_count")]
    [InlineData("1;Школа;Д;", "", "field_count")]
    [InlineData("", "", "field_count")]
    [InlineData("1;Шко\u0001ла;Д", "short_name", "control_character")]
    [InlineData("1;Школа;Д\u007F", "founder", "control_character")]
    [InlineData("1;Шко\u0000ла;Д", "short_name", "control_character")]
    [InlineData("1;Шко\rла;Д", "short_name", "control_character")]
    [InlineData("1;Шко\u0085ла;Д", "short_name", "control_character")]
    public void A_row_with_a_fault_is_put_aside_and_the_others_go_on(string row, string column, string reason)
    {
        Assert.Equal(["8|Школа|", "9|Лицей|"], Read($"8;Школа;\n{row}\n9;Лицей;\n"));
        Assert.Equal([new AsideRow("organisations.csv", 3, column, reason)], _aside);
    }

    [Fact]
    public void A_field_of_any_length_below_the_limit_is_read_and_a_row_beyond_it_is_put_aside()
    {
        var (name, huge) = (new string('я', 100_000), new string('я', RowReader.MaxRow * 3));
        Assert.Equal([$"1|{name}|", $"2|{name}|", "4|Школа|"], Read($"1;{name};\n2;\"{name}\";\n3;{huge};\n4;Школа;\n5;{huge}"));
        Assert.Equal([(4L, "too_long"), (6L, "too_long")], _aside.Select(a => (a.Line, a.Reason)));
    }

    [Fact]
    public void Ids_are_trimmed_and_case_sensitive_and_the_second_of_two_equal_ones_is_put_aside()
    {
        Assert.Equal(["a|Школа|", "A|Школа|", "b|Школа|"], Read("a;Школа;\n a ;Лицей;\nA;Школа;\nb;;\nb;Школа;\n"));
        Assert.Equal([(3L, "nsi_id", "duplicate_id"), (5L, "short_name", "empty")], _aside.Select(a => (a.Line, a.Column, a.Reason)));
    }

    [Fact]
    public void Kind_and_activation_have_their_defaults()
    {
        var rows = Organisations(Encoding.UTF8.GetBytes("nsi_id;short_name;kind;activation\n1;А;;\n2;Б;private;\n3;В;State;no\n4;Г;private;YES\n5;Д;public;\n6;Е;state;да\n"));
        Assert.Equal([(true, true), (false, false), (true, false), (false, true)], rows.Select(r => (r.IsState, r.TakesPartInActivation)));
        Assert.Equal([("kind", "unreadable"), ("activation", "unreadable")], _aside.Select(a => (a.Column, a.Reason)));
    }

    [Fact]
    public void References_to_what_is_not_there_or_was_put_aside_are_put_aside()
    {
        Write("organisations.csv", "nsi_id;short_name\no1;Школа\no2;\n");
        Write("staff.csv", "record_id;org_nsi_id;last_name;first_name\ns1;o1;А;Б\ns2;o2;А;Б\ns3;O1;А;Б\n");
        Write("pupils.csv", "record_id;org_nsi_id;last_name;first_name;birth_date\np1;o1;А;Б;31.12.2010\np2;o1;А;Б;2010-02-30\n");
        Write("guardians.csv", "record_id;pupil_record_id;last_name;first_name\ng1;p1;А;Б\ng2;p2;А;Б\ng3;p3;А;'\n");
        using var files = Open();
        Assert.Equal(["1", "s1", "p1", "g1"], [files.Organisations().Count().ToString(), .. files.Staff().Select(r => r.RecordId),
            .. files.Pupils().Select(r => r.RecordId), .. files.Guardians().Select(r => r.RecordId)]);
        Assert.Equal(
            [
                "organisations.csv 3 short_name empty", "staff.csv 3 org_nsi_id missing_organisation", "staff.csv 4 org_nsi_id missing_organisation",
                "pupils.csv 3 birth_date unreadable", "guardians.csv 3 pupil_record_id missing_pupil", "guardians.csv 4 first_name empty",
            ],
            _aside.Select(a => $"{a.File} {a.Line} {a.Column} {a.Reason}"));
    }

    [Theory]
    [InlineData("2020-02-29", true)]
    [InlineData("29.02.2020", true)]
    [InlineData("29.02.2021", false)]
    [InlineData("2020-2-9", false)]
    [InlineData("2020/02/09", false)]
    [InlineData("02.29.2020", false)]
    [InlineData("0000-01-01", false)]
    [InlineData("٢٠٢٠-01-01", false)]
    [InlineData("2020-01-01T00:00", false)]
    public void A_date_is_written_in_one_of_two_ways(string text, bool isDate) => Assert.Equal(isDate, DateText.TryRead(text, out _));

    [Theory]
    [InlineData("2020-02-29", "2020-02-29T00:00:00")]
    [InlineData("2020-02-29T23:59", "2020-02-29T23:59:00")]
    [InlineData("29.02.2020 23:59:58", "2020-02-29T23:59:58")]
    [InlineData("2020-02-29T24:00", null)]
    [InlineData("2020-02-29T23:59:58Z", null)]
    [InlineData("2020-02-29  23:59", null)]
    [InlineData("2020-02-29T23:59:", null)]
    public void A_moment_may_carry_a_time(string text, string? expected) =>
        Assert.Equal(expected, DateText.TryReadMoment(text, out var moment) ? moment.ToString("s") : null);

    [Theory]
    [InlineData(null, "organisations.csv is missing")]
    [InlineData("", "organisations.csv is empty")]
    [InlineData("\uFEFF", "organisations.csv is empty")]
    [InlineData("nsi_id;name\n", "organisations.csv has no column short_name, which is required.")]
    [InlineData("\n1;2\n", "organisations.csv has no column nsi_id, short_name, which are required.")]
    [InlineData("nsi_id;short_name;Short_Name\n", "organisations.csv has the column short_name twice.")]
    [InlineData("nsi_id;short_name;x;x\n", "organisations.csv has the column x twice.")]
    [InlineData("\"nsi_id;short_name\n", "organisations.csv has no readable header line.")]
    public void A_file_that_cannot_be_used_at_all_is_refused_with_one_sentence(string? text, string sentence)
    {
        if (text is not null) Write("organisations.csv", text);
        WriteOthers();
        var (files, unusable) = RegistryFiles.Open(_folder.FullName, _aside.Add, KnownElsewhere.Nothing);
        Assert.Null(files);
        Assert.StartsWith(sentence, unusable);
        Assert.DoesNotContain('\n', unusable!);
    }

    [Fact]
    public void A_header_without_rows_is_an_empty_registry_and_unknown_columns_are_told_once()
    {
        Assert.Empty(Read("", Header + ";note;Цвет;"));
        using var files = Open();
        Assert.Equal(["organisations.csv: note, цвет"], files.UnknownColumns);
    }

    private RegistryFiles Open() => RegistryFiles.Open(_folder.FullName, _aside.Add, KnownElsewhere.Nothing).Files!;

    private string[] Read(string rows, string header = Header) =>
        [.. Organisations(Encoding.UTF8.GetBytes(header + "\n" + rows)).Select(r => $"{r.NsiId}|{r.ShortName}|{r.Founder}")];

    private List<OrganisationRow> Organisations(byte[] file)
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "organisations.csv"), file);
        WriteOthers();
        using var files = Open();
        return [.. files.Organisations()];
    }

    private void WriteOthers()
    {
        Write("staff.csv", "record_id;org_nsi_id;last_name;first_name\n");
        Write("pupils.csv", "record_id;org_nsi_id;last_name;first_name\n");
        Write("guardians.csv", "record_id;pupil_record_id;last_name;first_name\n");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text, new UTF8Encoding(false));
}
