using System.Security.Cryptography;
using Aupd.Demo.Region;
using Aupd.Kernel.People;
using Aupd.Registries;
using Aupd.Registries.Doors;
using Aupd.TestKit;
using Aupd.Web.Sites;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Demo.Tests;

/// <summary>The demo region in PostgreSQL, through the import that production uses; the demo people's accounts known to the
/// matching.</summary>
public sealed class ImportedRegion : IAsyncLifetime
{
    private SharedParts _shared = null!;
    private ServiceProvider _services = null!;

    public GeneratedRegion Files => GeneratedRegion.Shared;
    public ImportOutcome First { get; private set; } = null!;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Task<ImportOutcome> ImportAsync() => Get<IImport>().RunAsync(new ImportOrder(Files.Folder, false, false, false, "tests"),
        new Progress<string>(), default);

    public async Task InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:ConnectionString"] = await TestPostgres.NewDatabaseAsync(),
                ["Secrets:MasterKey"] = Convert.ToBase64String(SHA256.HashData("tests"u8)),
        }).Build();
        _shared = await SharedParts.OpenAsync(configuration, new FakeClock());
        var services = new ServiceCollection();
        _shared.AddTo(services);
        services.AddLogging().AddRegistries(configuration);
        _services = services.BuildServiceProvider();
        First = await ImportAsync();
        // In the order in which people come: some before, some after the one with whom they share a record.
        foreach (var person in DemoPeople.All) await Get<IMatching>().MatchAsync(Facts(person), default);
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _shared.DisposeAsync();
    }

    public static AccountFacts Facts(DemoPerson person)
    {
        var a = person.Account;
        return new AccountFacts(person.Key, PersonName.TryCreate(a.LastName, a.FirstName, a.MiddleName)!, Snils.TryParse(a.Snils),
            SnilsInvalid: false, a.SnilsConfirmed,
            a.Phone is null ? [] : [Phone.TryParse(a.Phone)!], a.Email is null ? [] : [Email.TryParse(a.Email)!], a.BirthDate, a.CreatedAt,
                a.MadeFromRecordId);
    }
}

[Trait("takes", "long")]
public sealed class ImportedRegionTests(ImportedRegion region) : IClassFixture<ImportedRegion>
{
    public static TheoryData<string> People => [.. DemoPeople.All.Select(p => p.Key)];

    [Fact]
    public void No_row_is_put_aside()
    {
        var applied = Assert.IsType<ImportOutcome.Applied>(region.First);
        Assert.Equal(0, applied.AsideRows);
        Assert.Equal(region.Files.Rows("guardians.csv").Count + region.Files.Rows("pupils.csv").Count + 3091 + 19, applied.Counts.Sum(c =>
            c.Added));
    }

    [Fact, Trait("takes", "long")]
    public async Task Importing_twice_changes_nothing()
    {
        var again = Assert.IsType<ImportOutcome.Applied>(await region.ImportAsync());
        Assert.All(again.Counts, c => Assert.Equal(0, c.Added + c.Changed + c.Removed));
    }

    [Theory]
    [MemberData(nameof(People))]
    public async Task A_demo_person_is_judged_at_sign_in_as_the_table_promises(string key)
    {
        var person = DemoPeople.All.Single(p => p.Key == key);
        var result = await region.Get<IMatching>().MatchAsync(ImportedRegion.Facts(person), default);
        Assert.Equal(person.Verdicts, result.Verdicts.Select(v => new DemoVerdict(v.Role, v.RecordId, v.Reason)));
    }
}
