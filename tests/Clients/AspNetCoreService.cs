using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>docs/integrate/aspnetcore as a running service: what ASP.NET Core itself ships, without any package.</summary>
public sealed class AspNetCoreService(RegionRunning region) : IAsyncLifetime, IRunningExample
{
    private const string Registration = "aspnetcore/client.json";
    private readonly string _home = Directory.CreateTempSubdirectory("aupd-aspnetcore").FullName;
    private OtherProgram? _app;

    public string Output => _app?.Output ?? "";
    public string Url { get; } = $"http://localhost:{ProgramProcess.FreePort()}";

    public async Task InitializeAsync()
    {
        var client = await region.RegisterAsync(Registration, Url);
        _app = new OtherProgram("dotnet", [Path.Combine(AppContext.BaseDirectory, "Aupd.AspNetCoreExample.dll")], new Dictionary<string, string>
        {
            ["Region__Issuer"] = region.Issuer, ["Region__ClientId"] = client.ClientId, ["Region__ClientSecret"] = Example.Secret(Registration),
            ["ASPNETCORE_URLS"] = Url, ["HOME"] = _home,
        });
        await _app.UntilItSaysAsync("Now listening on");
    }

    public async Task DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}

[Collection(Region.Name)]
public sealed class AspNetCoreWithoutPackages(RegionRunning region, AspNetCoreService service) : ServiceOfTheRegion(region, service), IClassFixture<AspNetCoreService>;
