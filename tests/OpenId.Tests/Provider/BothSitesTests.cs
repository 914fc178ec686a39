using System.Net;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

public sealed class BothSitesTests
{
    [Fact, Trait("takes", "long")]
    public async Task Portal_and_gateway_are_providers_of_their_own_with_their_own_clients_and_keys()
    {
        var clients = Path.Combine(AppContext.BaseDirectory, "demo", "clients.json");
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?> { ["OpenId:ClientsFile"] = clients });
        using var portal = new TestBrowser(service.PortalUrl);
        using var school = new TestBrowser(service.SchoolUrl);
        foreach (var (browser, issuer) in new[] { (portal, service.PortalUrl), (school, service.SchoolUrl) })
        {
            var document = await browser.GetAsync("/.well-known/openid-configuration");
            Assert.Equal((issuer, "public, max-age=300"), (document.Text("issuer"), document.Header("Cache-Control")));
            Assert.Contains("snils", document.Json.GetProperty("scopes_supported").EnumerateArray().Select(s => s.GetString()));
        }
        async Task<string[]> KeysAsync(TestBrowser browser) =>
            [.. (await browser.GetAsync("/connect/jwks")).Json.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!)];
        Assert.Empty((await KeysAsync(portal)).Intersect(await KeysAsync(school)));

        var toJournal = TestBrowser.Request("journal", ("redirect_uri", service.DemoUrl + "/journal/callback"));
        var asked = await school.AuthorizeAsync(toJournal);
        Assert.Equal(HttpStatusCode.SeeOther, asked.Status);
        Assert.StartsWith("/", asked.Location);
        Assert.Equal("login_required", (await school.AuthorizeAsync(TestBrowser.Request("journal", ("redirect_uri", toJournal["redirect_uri"]), ("prompt", "none")))).Query("error"));
        Assert.Equal(HttpStatusCode.BadRequest, (await portal.AuthorizeAsync(toJournal)).Status);
        var toSchool = TestBrowser.Request("school", ("redirect_uri", service.SchoolUrl + "/signin/callback"));
        Assert.StartsWith("/login", (await portal.AuthorizeAsync(toSchool)).Location);
    }
}
