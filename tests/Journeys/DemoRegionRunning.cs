using Aupd.TestKit;
using Aupd.Web.Commands;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>The whole service with the demo region, as ./run shows it, and one Chromium. Shared by all journeys; each has its own visitor.</summary>
public sealed class DemoRegionRunning : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    private static readonly float Patience = (float)Eventually.Patience.TotalMilliseconds;
    private IPlaywright _playwright = null!;

    public RunningService Service { get; private set; } = null!;
    public IBrowser Browser { get; private set; } = null!;
    /// <summary>The registries' files.</summary>
    public string RegionFolder { get; } = Directory.CreateTempSubdirectory("aupd-region").FullName;

    public async Task InitializeAsync()
    {
        Service = await RunningService.StartAsync(new Dictionary<string, string?> { ["OpenId:ClientsFile"] = DemoSeed.ClientsFile });
        await DemoSeed.PlantAsync(Service.Shared, RegionFolder, new Silent(), default);
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        Browser = await _playwright.Chromium.LaunchAsync(new() { Timeout = Patience, ExecutablePath = Chromium, Args = Arguments });
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
        await Service.DisposeAsync();
        if (Directory.Exists(RegionFolder)) Directory.Delete(RegionFolder, recursive: true);
    }

    /// <summary>A person with a browser of their own.</summary>
    /// <param name="journey">Folder of the screenshots, below artifacts/screenshots.</param>
    /// <param name="service">Another service than the demo region.</param>
    public async Task<Visitor> VisitAsync(string journey, Look? look = null, RunningService? service = null)
    {
        look ??= new Look();
        var context = await NewContextAsync(look);
        return new Visitor(context, await context.NewPageAsync(), service ?? Service, journey, look);
    }

    /// <summary>A person at a browser that keeps what is to be kept when it is closed.</summary>
    /// <param name="profile">The browser's folder.</param>
    public async Task<Visitor> VisitAtAsync(string profile, string journey)
    {
        var look = new Look(1280);
        var context = await _playwright.Chromium.LaunchPersistentContextAsync(profile, new()
        {
            Timeout = Patience, ExecutablePath = Chromium, Args = Arguments, Locale = "ru-RU", ViewportSize = new() { Width = look.Width, Height = 800 },
        });
        context.SetDefaultTimeout(Patience);
        return new Visitor(context, context.Pages[0], Service, journey, look);
    }

    /// <summary>A browser's window, as patient as everything else here.</summary>
    public async Task<IBrowserContext> NewContextAsync(Look look)
    {
        var context = await Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = look.Width, Height = look.Width < 600 ? 740 : 800 },
            Locale = look.Language == "ru" ? "ru-RU" : "en-GB",
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = look.JavaScript,
            TimezoneId = "Europe/Moscow",
        });
        context.SetDefaultTimeout(Patience);
        return context;
    }

    private sealed class Silent : IProgress<string>
    {
        public void Report(string value) { }
    }
}

/// <summary>How a visitor looks at the pages.</summary>
public sealed record Look(int Width = 360, string Language = "ru", bool Dark = false, bool JavaScript = true)
{
    public string Suffix => $"{Width}-{Language}{(Dark ? "-dark" : "")}{(JavaScript ? "" : "-nojs")}";
}

/// <summary>All journeys share one running region.</summary>
[CollectionDefinition(Name)]
public sealed class Region : ICollectionFixture<DemoRegionRunning>
{
    public const string Name = "the demo region";
}
