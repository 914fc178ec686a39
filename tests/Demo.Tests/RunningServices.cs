using System.Net;
using System.Security.Cryptography;
using Aupd.TestKit;
using Aupd.Web.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Aupd.Demo.Tests;

/// <summary>The five services alone, before a fake gateway and a clock of their own.</summary>
public sealed class RunningServices : IAsyncDisposable
{
    private readonly List<(SharedParts Shared, WebApplication Site)> _nodes = [];

    public FakeGateway Gateway { get; private init; } = null!;
    public FakeClock Clock { get; } = new();
    public string Url { get; private set; } = "";
    private string _database = "";

    public static async Task<RunningServices> StartAsync()
    {
        var services = new RunningServices { Gateway = await FakeGateway.StartAsync() };
        services.Gateway.Clock = services.Clock;
        services._database = await TestPostgres.NewDatabaseAsync();
        services.Url = await services.AddNodeAsync();
        return services;
    }

    public Browser NewBrowser() => new(this);

    public async ValueTask DisposeAsync()
    {
        foreach (var (shared, site) in _nodes)
        {
            await site.DisposeAsync();
            await shared.DisposeAsync();
        }
        await Gateway.DisposeAsync();
    }

    /// <summary>One more node over the same database; its address.</summary>
    public async Task<string> AddNodeAsync()
    {
        var port = ProgramProcess.FreePort();
        var shared = await SharedParts.OpenAsync(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:ConnectionString"] = _database, ["Secrets:MasterKey"] = Convert.ToBase64String(SHA256.HashData("tests"u8)),
            ["Sites:SchoolUrl"] = Gateway.Url, ["Sites:DemoPort"] = port.ToString(), ["Sites:DemoUrl"] = Url.Length > 0 ? Url : null,
        }).Build(), Clock);
        var site = SiteHost.Demo(shared);
        await site.StartAsync();
        _nodes.Add((shared, site));
        return $"http://localhost:{port}";
    }
}

/// <summary>A browser with cookies and without scripts.</summary>
public sealed class Browser : IDisposable
{
    private readonly RunningServices _services;
    private readonly HttpClient _http;

    public Browser(RunningServices running)
    {
        _services = running;
        _http = new HttpClient(new HttpClientHandler { CookieContainer = Cookies }) { DefaultRequestHeaders = { { "Accept-Language", "ru" } } };
    }

    public CookieContainer Cookies { get; } = new();

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(_services.Url + path);

    /// <summary>The same browser before another node (cookies do not know ports).</summary>
    public Task<string> PageOfNodeAsync(string node, string path) => _http.GetStringAsync(node + path);

    public async Task<string> PageAsync(string path) => await (await GetAsync(path)).Content.ReadAsStringAsync();

    /// <summary>Signs in and returns the page it ends at.</summary>
    public Task<string> SignInAsync(string service) => PageAsync($"/{service}/login");

    /// <summary>Presses "sign out" on the service's page; returns where the browser is sent.</summary>
    public async Task<Uri?> SignOutAsync(string service)
    {
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await PageAsync($"/{service}/"));
        var form = page.QuerySelector("form[action$=logout]")!;
        var fields = form.QuerySelectorAll("input[name]").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value") ?? "");
        var answer = await _http.PostAsync(_services.Url + form.GetAttribute("action"), new FormUrlEncodedContent(fields));
        return answer.RequestMessage!.RequestUri;
    }

    public void Dispose() => _http.Dispose();
}
