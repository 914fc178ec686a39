using System.Text;
using Aupd.Registries.Doors;
using Npgsql;

namespace Aupd.Registries.Tests.Imports;

public sealed class ImportFaultTests : IAsyncLifetime
{
    private ImportFixture _region = null!;

    public async Task InitializeAsync()
    {
        _region = await ImportFixture.NewAsync();
        _region.SmallRegion();
        await _region.AppliedAsync();
    }

    public async Task DisposeAsync() => await _region.DisposeAsync();

    /// <summary>Ends the import's own backend when it says the given words for the first time.</summary>
    private sealed class Killer(ImportFixture region, string at) : IProgress<string>
    {
        private bool _done;

        public void Report(string value)
        {
            if (_done || !value.Contains(at)) return;
            _done = true;
            using var connection = new NpgsqlConnection(region.ConnectionString + ";Pooling=false");
            connection.Open();
            using var kill = new NpgsqlCommand("""
                select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
                 where l.locktype = 'advisory' and a.datname = current_database() and l.granted
                """, connection);
            kill.ExecuteNonQuery();
        }
    }

    [Theory]
    [InlineData("organisations.csv")]
    [InlineData("staff.csv")]
    [InlineData("guardians.csv")]
    [InlineData("organisations: 0 to add")]
    [InlineData("guardians: 200 to add")]
    [InlineData("staff: applied")]
    [InlineData("guardians: applied")]
    public async Task An_import_killed_in_the_middle_leaves_the_old_state_and_the_next_goes_on(string at)
    {
        var before = await _region.StateAsync();
        _region.Staff([.. Enumerable.Range(0, 500).Select(i => $"n{i};100;Новый;Человек;;;;;;;"), "s1;200;Иванова;Мария;Петровна;112-233-445 95;;;;2020-09-01;"]);
        _region.Guardians([.. Enumerable.Range(0, 200).Select(i => $"n{i};p1;Новый;Человек;;;+7916000{i:D4};"), "g1;p1;Сидорова;Анна;Олеговна;;;"]);
        var order = new ImportOrder(_region.Folder, DryRun: false, AllowLargeRemoval: false, Changes: false, "tests");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => _region.Import.RunAsync(order, new Killer(_region, at), default));

        Assert.Equal(before, await _region.StateAsync());
        Assert.Equal(1, await _region.CountAsync("registries.import"));
        Assert.Equal(0, await _region.CountAsync("registries.departed_record"));
        Assert.DoesNotContain(Directory.GetFiles(_region.Folder), f => f.Contains("aside.csv."));
        var outcome = await _region.AppliedAsync();
        Assert.Equal((500, 1), (outcome.Counts[1].Added, outcome.Counts[1].Changed));
        Assert.Equal((200, 1), (outcome.Counts[3].Added, outcome.Counts[3].Changed));
    }

    [Fact]
    public async Task A_cancelled_import_leaves_the_old_state()
    {
        var before = await _region.StateAsync();
        _region.Staff([.. Enumerable.Range(0, 500).Select(i => $"n{i};100;Новый;Человек;;;;;;;")]);
        using var cancel = new CancellationTokenSource();
        var order = new ImportOrder(_region.Folder, false, AllowLargeRemoval: true, false, "tests");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _region.Import.RunAsync(order, new Once(cancel.Cancel), cancel.Token));
        Assert.Equal(before, await _region.StateAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task Ten_imports_at_once_take_turns()
    {
        _region.Staff([.. Enumerable.Range(0, 300).Select(i => $"n{i};100;Новый;Человек;;;;;;;"), "s1;200;Иванова;Мария;Петровна;112-233-445 95;;;;2020-09-01;"]);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => _region.AppliedAsync())));
        Assert.Equal(1, outcomes.Count(o => o.Counts[1].Added == 300 && o.Counts[1].Changed == 1));
        Assert.Equal(9, outcomes.Count(o => o.Counts.All(c => c.Added + c.Changed + c.Removed == 0)));
        Assert.Contains("Another import is running; this one waits until it has ended.", _region.Said);
        Assert.Equal(2, await _region.CountAsync("registries.import"));
    }

    [Fact]
    public async Task Awkward_rows_are_put_aside_with_a_reason_and_the_others_go_on()
    {
        _region.Staff(
            "s1;100;Иванова;Мария;Петровна;112-233-445 95;;учитель;yes;2020-09-01;",
            "s2;100;;Пётр;;;;;;;", "s3;100;Поздний;Пётр;;;;;;31.02.2020;", "s4;999;Чужой;Пётр;;;;;;;", "s1;100;Второй;Пётр;;;;;;;",
            "s5;100;Нуль\0;Пётр;;;;;;;", "s6;100;Лишний;Пётр;;;;;;;;", $"{new string('Ю', 1301)};100;Длинный;Пётр;;;;;;;",
            $"{new string('Ю', 1000)};100;{new string('Ж', 1000)};{new string('Я', 1000)};{new string('Э', 1000)};;;{new string('a', 1000)};;;");
        var outcome = await _region.AppliedAsync();
        Assert.Equal(new RegistryCount("staff", 1, 1, 0, 0), outcome.Counts[1]);
        Assert.Equal("""
            file;line;column;reason
            staff.csv;3;last_name;empty
            staff.csv;4;start_date;unreadable
            staff.csv;5;org_nsi_id;missing_organisation
            staff.csv;6;record_id;duplicate_id
            staff.csv;7;last_name;control_character
            staff.csv;8;;field_count
            staff.csv;9;record_id;too_long

            """.ReplaceLineEndings("\n"), await File.ReadAllTextAsync(outcome.AsideFile));
        Assert.Equal(7, outcome.AsideRows);
    }

    [Fact]
    public async Task The_longest_name_can_be_matched_and_explained()
    {
        var (last, first, middle) = (new string('Ж', 1000), new string('Я', 1000), new string('Э', 1000));
        _region.Staff($"{new string('Ю', 1000)};100;{last};{first};{middle};112-233-445 95;;;;2020-09-01;", "s1;100;Иванова;Мария;Петровна;;;;;;");
        await _region.AppliedAsync();
        Assert.Single((await _region.MatchAsync(ImportFixture.Account("a", last, first, middle, "112-233-445 95"))).Roles);
    }

    [Theory]
    [InlineData("staff.csv", null, "staff.csv is missing")]
    [InlineData("pupils.csv", "", "pupils.csv is empty")]
    [InlineData("guardians.csv", "record_id;last_name;first_name\n", "no column pupil_record_id")]
    [InlineData("organisations.csv", "nsi_id;short_name;nsi_id\n", "the column nsi_id twice")]
    public async Task A_file_that_cannot_be_used_stops_the_import_with_one_sentence(string file, string? text, string sentence)
    {
        var before = await _region.StateAsync();
        var path = Path.Combine(_region.Folder, file);
        if (text is null) File.Delete(path);
        else await File.WriteAllTextAsync(path, text);
        Assert.Contains(sentence, Assert.IsType<ImportOutcome.Unreadable>(await _region.RunAsync()).Sentence);
        Assert.Equal(before, await _region.StateAsync());
    }

    [Fact]
    public async Task A_folder_that_is_not_there_and_a_report_that_cannot_be_written_are_told()
    {
        var order = new ImportOrder("/nowhere/at/all", false, false, false, "tests");
        Assert.Contains("no folder", Assert.IsType<ImportOutcome.Unreadable>(await _region.Import.RunAsync(order, new Once(() => { }), default)).Sentence);
        _region.Settings = _region.Settings with { ReportFolder = "/nowhere" };
        Assert.Contains("Registries:ReportFolder", Assert.IsType<ImportOutcome.Unreadable>(await _region.RunAsync()).Sentence);
    }

    [Fact]
    public async Task Windows_1251_arrives_as_the_same_rows()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        foreach (var file in Directory.GetFiles(_region.Folder, "*.csv"))
            await File.WriteAllBytesAsync(file, Encoding.GetEncoding(1251).GetBytes(await File.ReadAllTextAsync(file)));
        Assert.All((await _region.AppliedAsync()).Counts, c => Assert.Equal(0, c.Added + c.Changed + c.Removed));
    }

    [Fact]
    public async Task Identifiers_lie_sealed_in_the_database()
    {
        Assert.Equal(0, await _region.CountAsync("""
            (select to_jsonb(s)::text as row from registries.staff_record s union all select to_jsonb(p)::text from registries.pupil_record p
             union all select to_jsonb(g)::text from registries.guardian_record g) as all_rows
             where row like '%11223344595%' or row like '%9160000001%' or row like '%@example.org%'
            """));
        Assert.Equal(1, await _region.CountAsync("registries.pupil_record where cardinality(identifiers) = 2"));
    }

    private sealed class Once(Action act) : IProgress<string>
    {
        private Action? _act = act;

        public void Report(string value)
        {
            _act?.Invoke();
            _act = null;
        }
    }
}
