using Aupd.Registries.Doors;

namespace Aupd.Registries.Tests.Imports;

public sealed class ImportTests : IAsyncLifetime
{
    private ImportFixture _region = null!;

    public async Task InitializeAsync() => _region = await ImportFixture.NewAsync();

    public async Task DisposeAsync() => await _region.DisposeAsync();

    [Fact]
    public async Task A_region_arrives_whole()
    {
        _region.SmallRegion();
        var outcome = await _region.AppliedAsync();
        Assert.Equal(
            [new RegistryCount("organisations", 2, 0, 0, 0), new("staff", 1, 0, 0, 0), new("pupils", 1, 0, 0, 0), new("guardians", 1, 0, 0, 0)],
            outcome.Counts);
        Assert.Equal(0, outcome.AsideRows);
        Assert.Equal("file;line;column;reason\n", await File.ReadAllTextAsync(outcome.AsideFile));
        Assert.Equal(4, await _region.CountAsync("registries.import_count"));
        Assert.Equal("Школа № 1", (await new Organisations.ListOrganisations(_region.Source).AllAsync(default)).Single(o => o.IsState).ShortName);
    }

    [Fact]
    public async Task Importing_twice_changes_nothing()
    {
        _region.SmallRegion();
        await _region.AppliedAsync();
        var before = await _region.StateAsync();
        var again = await _region.AppliedAsync();
        Assert.All(again.Counts, c => Assert.Equal((0, 0, 0), (c.Added, c.Changed, c.Removed)));
        Assert.Equal(before, await _region.StateAsync());
        Assert.Equal(1, await _region.CountAsync("registries.import"));
    }

    [Fact]
    public async Task Another_spelling_of_a_phone_is_no_change()
    {
        _region.SmallRegion();
        await _region.AppliedAsync();
        _region.Guardians("g1;p1;Сидорова;Анна;Олеговна;;+7 916 000 00 02;Anna@Example.org");
        var again = await _region.AppliedAsync();
        Assert.Equal(new RegistryCount("guardians", 0, 0, 0, 1), again.Counts[3]);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_large_first_load_leaves_every_index_where_it_was()
    {
        const string indexes = "select md5(string_agg(indexdef, ';' order by indexdef)) from pg_indexes where schemaname = 'registries'";
        var before = await _region.AskAsync<string>(indexes);
        _region.SmallRegion();
        _region.Staff([.. Enumerable.Range(0, 20_000).Select(i => $"s{i};100;Фамилия;Имя;;;;;;;")]);
        var outcome = await _region.AppliedAsync();
        Assert.Equal(new RegistryCount("staff", 20_000, 0, 0, 0), outcome.Counts[1]);
        Assert.Equal(before, await _region.AskAsync<string>(indexes));
        Assert.Equal(20_000, await _region.CountAsync("registries.staff_record where import_no = 1"));
    }
}
