using Aupd.Registries.Doors;

namespace Aupd.Registries.Tests.Imports;

public sealed class ImportGuardTests : IAsyncLifetime
{
    private ImportFixture _region = null!;

    public async Task InitializeAsync()
    {
        _region = await ImportFixture.NewAsync();
        _region.SmallRegion();
    }

    public async Task DisposeAsync() => await _region.DisposeAsync();

    private void StaffOf(int count) => _region.Staff([.. Enumerable.Range(0, count).Select(i => $"s{i};100;Фамилия;Имя;;;;;;;")]);

    [Theory]
    [InlineData(100, 95, 5.0, true)]
    [InlineData(100, 94, 5.0, false)]
    [InlineData(20, 19, 5.0, true)]
    [InlineData(19, 18, 5.0, false)]
    [InlineData(10, 9, 0.0, false)]
    [InlineData(10, 10, 0.0, true)]
    [InlineData(10, 0, 100.0, true)]
    [InlineData(1000, 995, 0.5, true)]
    [InlineData(1000, 994, 0.5, false)]
    public async Task A_removal_beyond_the_set_share_waits_for_a_persons_word(int before, int after, double percent, bool passes)
    {
        _region.Settings = _region.Settings with { MaxRemovalPercent = percent };
        StaffOf(before);
        await _region.AppliedAsync();
        var state = await _region.StateAsync();
        StaffOf(after);
        var outcome = await _region.RunAsync();
        if (passes)
        {
            Assert.Equal(new RegistryCount("staff", 0, 0, before - after, after), Assert.IsType<ImportOutcome.Applied>(outcome).Counts[1]);
            return;
        }
        Assert.Equal(new ImportOutcome.TooManyRemovals("staff", before, before - after, percent), outcome);
        Assert.Equal(state, await _region.StateAsync());
        Assert.Equal(1, await _region.CountAsync("kernel.audit where act = 'registries.import-refused'"));
        await _region.AppliedAsync(allow: true);
        Assert.Equal(after, await _region.CountAsync("registries.staff_record"));
    }

    [Fact]
    public async Task An_empty_registry_is_filled_without_asking()
    {
        _region.Settings = _region.Settings with { MaxRemovalPercent = 0 };
        await _region.AppliedAsync();
    }

    [Fact]
    public async Task One_organisation_put_aside_does_not_take_its_whole_staff_along_unasked()
    {
        StaffOf(50);
        await _region.AppliedAsync();
        _region.Organisations("100;;state", "200;Гимназия;private");
        Assert.IsType<ImportOutcome.TooManyRemovals>(await _region.RunAsync());
    }

    [Fact]
    public async Task A_dry_run_tells_everything_and_changes_nothing()
    {
        await _region.AppliedAsync();
        var (state, audit) = (await _region.StateAsync(), await _region.CountAsync("kernel.audit"));
        _region.Staff("x1;100;Новый;Один;;;;;;;", "x2;100;Новый;Два;;;;;;;", "x3;100;Новый;Три;;;;;;;");
        Assert.IsType<ImportOutcome.TooManyRemovals>(await _region.RunAsync(dryRun: true));
        var outcome = await _region.AppliedAsync(dryRun: true, allow: true);
        Assert.True(outcome.DryRun);
        Assert.Equal(new RegistryCount("staff", 3, 0, 1, 0), outcome.Counts[1]);
        Assert.Equal(state, await _region.StateAsync());
        Assert.Equal(1, await _region.CountAsync("registries.import"));
        Assert.Equal(audit, await _region.CountAsync("kernel.audit"));
        Assert.True(File.Exists(outcome.AsideFile));
    }
}
