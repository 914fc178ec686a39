using Aupd.Registries.Doors;

namespace Aupd.Registries.Tests.Imports;

public sealed class ImportChangesTests : IAsyncLifetime
{
    private ImportFixture _region = null!;

    public async Task InitializeAsync()
    {
        _region = await ImportFixture.NewAsync();
        _region.SmallRegion();
        await _region.AppliedAsync();
        foreach (var file in Directory.GetFiles(_region.Folder)) File.Delete(file);
    }

    public async Task DisposeAsync() => await _region.DisposeAsync();

    [Fact]
    public async Task Changed_rows_change_and_all_others_stay()
    {
        _region.Staff("s1;100;Иванова;Мария;Петровна;112-233-445 95;1980-02-01;завуч;yes;2020-09-01;", "s2;200;Новый;Человек;;;;;;;");
        var outcome = await _region.AppliedAsync(changes: true);
        Assert.Equal([new RegistryCount("staff", 1, 1, 0, 0)], outcome.Counts);
        Assert.Equal(2, await _region.CountAsync("registries.staff_record"));
        Assert.Equal(1, await _region.CountAsync("registries.pupil_record"));
        Assert.Equal("завуч", await _region.AskAsync<string>("select position_title from registries.staff_record where record_id = 's1'"));
    }

    [Fact]
    public async Task A_changed_row_may_refer_to_what_stands_in_the_database_but_not_to_nothing()
    {
        _region.Guardians("g2;p1;Сидоров;Илья;Ильич;;89160000003;", "g3;p-unknown;Сидоров;Илья;Ильич;;;");
        _region.Pupils("p2;200;1А;Новая;Ия;;;;;", "p3;300;1А;Чужая;Ия;;;;;");
        var outcome = await _region.AppliedAsync(changes: true);
        Assert.Equal([new RegistryCount("pupils", 1, 0, 0, 0), new RegistryCount("guardians", 1, 0, 0, 1 - 1)], outcome.Counts);
        Assert.Equal("file;line;column;reason\npupils.csv;3;org_nsi_id;missing_organisation\nguardians.csv;3;pupil_record_id;missing_pupil\n",
            await File.ReadAllTextAsync(outcome.AsideFile));
    }

    [Fact]
    public async Task The_same_changes_twice_change_nothing_the_second_time()
    {
        _region.Staff("s2;200;Новый;Человек;;;;;;;");
        await _region.AppliedAsync(changes: true);
        var state = await _region.StateAsync();
        Assert.Equal([new RegistryCount("staff", 0, 0, 0, 1)], (await _region.AppliedAsync(changes: true)).Counts);
        Assert.Equal(state, await _region.StateAsync());
    }

    [Fact]
    public async Task A_folder_without_any_registry_file_is_refused_in_one_sentence()
    {
        Assert.Contains("holds none of organisations.csv", Assert.IsType<ImportOutcome.Unreadable>(await _region.RunAsync(changes: true)).Sentence);
    }
}
