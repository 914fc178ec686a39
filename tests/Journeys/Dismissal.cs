using System.Diagnostics;
using Aupd.Demo.Region;
using Aupd.Registries.Doors;
using Aupd.Web.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Aupd.Journeys;

/// <summary>Roles follow the registries by the real clock and the real worker: nobody presses anything.</summary>
[Collection(Region.Name)]
public sealed class Dismissal(DemoRegionRunning region, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Whoever_leaves_the_registry_is_out_of_the_journal_and_back_in_when_the_row_is_back()
    {
        await using var visitor = await region.VisitAsync("dismissal");
        var person = DemoPeople.All.Single(p => p.Key == "private-school");
        await visitor.SignInAsync(person);
        await visitor.ExpectServiceAsync(person, "journal");
        var file = Path.Combine(region.RegionFolder, "staff.csv");
        var staff = await File.ReadAllLinesAsync(file);
        var record = person.Verdicts.Single(v => v.RecordId is not null).RecordId + ";";
        try
        {
            await File.WriteAllLinesAsync(file, staff.Where(row => !row.StartsWith(record, StringComparison.Ordinal)));
            await ImportAsync();
            var watch = Stopwatch.StartNew();
            await UntilOutAsync(visitor);
            output.WriteLine($"out of the journal {watch.Elapsed.TotalSeconds:F1} s after the import");
            await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
            await Assertions.Expect(visitor.Page.Locator("main .main").First).ToBeVisibleAsync();
        }
        finally
        {
            await File.WriteAllLinesAsync(file, staff);
            await ImportAsync();
        }
        await visitor.OpenAsync(visitor.Service.DemoUrl + "/journal/login");
        await visitor.ExpectServiceAsync(person, "journal");
    }

    private async Task ImportAsync()
    {
        await using var school = CommandServices.School(region.Service.Shared);
        var outcome = await school.GetRequiredService<IImport>()
            .RunAsync(new ImportOrder(region.RegionFolder, false, true, false, "test"), new Progress<string>(), default);
        Assert.IsType<ImportOutcome.Applied>(outcome);
    }

    private static async Task UntilOutAsync(Visitor visitor)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(250))
        {
            await visitor.Page.GotoAsync(visitor.Service.DemoUrl + "/journal/");
            if (await visitor.Page.Locator(".who").CountAsync() == 0) return;
        }
        Assert.Fail($"Still in the journal {Patience} after the import.");
    }
}
