using Aupd.Demo.Region;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Aupd.Web.Commands;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Clients;

/// <summary>The whole service with the demo region, for clients that nobody here wrote. Each brings its registration from docs/integrate, the one
/// that its page tells a developer to ask for.</summary>
public sealed class RegionRunning : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aupd-region").FullName;

    public RunningService Service { get; private set; } = null!;
    public string Issuer => Service.SchoolUrl;

    /// <summary>A mother of two: role guardian, no activation.</summary>
    public static DemoPerson Parent => DemoPeople.ParentOfTwo;
    /// <summary>Staff, no activation.</summary>
    public static DemoPerson Teacher => DemoPeople.PrivateSchool;

    public async Task InitializeAsync()
    {
        Service = await RunningService.StartAsync(new Dictionary<string, string?>
            { ["Portal:Hashing:MemoryKiB"] = "8192", ["Portal:Hashing:Passes"] = "1", ["OpenId:DevicePollSeconds"] = "1" });
        await DemoSeed.PlantAsync(Service.Shared, _folder, new Silent(), default);
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Registers the client of a file under docs/integrate, as an administrator would who was sent it.</summary>
    /// <param name="file">Relative to docs/integrate.</param>
    /// <param name="baseUrl">Stands for https://service.example in it.</param>
    public async Task<OpenIdClient> RegisterAsync(string file, string baseUrl = "")
    {
        var json = (await File.ReadAllTextAsync(Example.File(file))).Replace("https://service.example", baseUrl);
        var outcome = await Service.School.Services.GetRequiredService<IClients>().RegisterAsync(json, default);
        return outcome is RegisterClientOutcome.Registered { Client: var client } ? client
            : throw new InvalidOperationException(string.Join(" ", ((RegisterClientOutcome.Refused)outcome).Faults));
    }

    /// <summary>A browser of the person, which opens the address and goes through the portal's form to wherever that leads.</summary>
    public static async Task<Browser> SignInAsync(Browser browser, string url, DemoPerson person)
    {
        await browser.GetAsync(url);
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", person.SignInWith), ("Password", person.Password));
        return browser;
    }

    /// <summary>Signs out at the region's own page: no service has had a part in it.</summary>
    public async Task SignOutAsync(Browser browser)
    {
        await browser.GetAsync(Service.SchoolUrl + "/connect/logout");
        await browser.FollowAsync();
        await browser.SubmitAsync();
        await browser.FollowAsync();
    }

    private sealed class Silent : IProgress<string>
    {
        public void Report(string value) { }
    }
}

/// <summary>All clients share one running region.</summary>
[CollectionDefinition(Name)]
public sealed class Region : ICollectionFixture<RegionRunning>
{
    public const string Name = "the region of the clients";
}
