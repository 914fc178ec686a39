using System.Net;
using System.Text;
using Aupd.OpenId.Clients;

namespace Aupd.OpenId.Tests.Provider;

public sealed class ClientAuthenticationTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private static (string, string) Basic(string id, string secret) =>
        ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")));

    [Fact]
    public async Task A_client_may_authenticate_in_the_header_or_in_the_body()
    {
        using var browser = fixture.Browser();
        var inBody = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna")));
        var inHeader = await browser.TokenAsync(
            TestBrowser.Redeem(await browser.CodeAsync("anna"), changes: [("client_id", null), ("client_secret", null)]), Basic("web", TestBrowser.Secret));
        var named = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna"), changes: ("client_secret", null)), Basic("web", TestBrowser.Secret));
        Assert.All([inBody, inHeader, named], a => Assert.Equal(HttpStatusCode.OK, a.Status));
    }

    [Fact]
    public async Task Id_and_secret_in_the_header_are_form_urlencoded()
    {
        const string Secret = "p%25 ss:wörd+with&signs";
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("odd") with { SecretHashes = [ClientJson.Hash(Secret), ClientJson.Hash("the-next-secret-1")] }, default);
        using var browser = fixture.Browser();
        async Task<Seen> Try((string, string) header) => await browser.TokenAsync(
            TestBrowser.Redeem(await browser.CodeAsync("anna", TestBrowser.Request("odd")), "odd", ("client_id", null), ("client_secret", null)), header);
        Assert.Equal(HttpStatusCode.OK, (await Try(Basic("odd", Secret))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Try(Basic("odd", "the-next-secret-1"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Try(("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("odd:" + Secret))))).Status);
    }

    [Theory]
    [InlineData("web", null)]
    [InlineData("web", "")]
    [InlineData("web", "wrong-wrong-wrong-wrong")]
    [InlineData("web", "A-SECRET-OF-A-TEST-CLIENT")]
    [InlineData("app", "anything")]
    [InlineData("nobody", TestBrowser.Secret)]
    [InlineData(null, TestBrowser.Secret)]
    public async Task Who_does_not_authenticate_is_refused_alike(string? client, string? secret)
    {
        using var browser = fixture.Browser();
        var seen = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna"), changes: [("client_id", client), ("client_secret", secret)]));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (seen.Status, seen.Text("error")));
        Assert.Equal("The client is unknown or did not authenticate.", seen.Text("error_description"));
        Assert.StartsWith("Basic realm=", seen.Header("WWW-Authenticate"));
        Assert.Equal("no-store", seen.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic d2Vi")]
    [InlineData("Basic OnNlY3JldA==")]
    [InlineData("Basic d2ViOg==")]
    [InlineData("Basic YXBwOg==")]
    [InlineData("Bearer d2ViOg==")]
    [InlineData("Digest username=web")]
    public async Task A_header_that_proves_nothing_is_refused(string header)
    {
        using var browser = fixture.Browser();
        var seen = await browser.TokenAsync(TestBrowser.Redeem("x", changes: [("client_id", null), ("client_secret", null)]), ("Authorization", header));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (seen.Status, seen.Text("error")));
    }

    [Fact]
    public async Task Two_ways_at_once_are_one_too_many()
    {
        using var browser = fixture.Browser();
        var both = await browser.TokenAsync(TestBrowser.Redeem("x"), Basic("web", TestBrowser.Secret));
        var other = await browser.TokenAsync(TestBrowser.Redeem("x", "other", ("client_secret", null)), Basic("web", TestBrowser.Secret));
        var asserted = await browser.TokenAsync(TestBrowser.Redeem("x", changes: ("client_assertion", "e30.e30.")));
        Assert.Equal(("invalid_request", "invalid_request", "invalid_request"), (both.Text("error"), other.Text("error"), asserted.Text("error")));
    }

    [Fact]
    public async Task A_public_client_is_known_by_name_and_bound_by_pkce()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("anna", TestBrowser.Request("app"));
        var stolen = await browser.TokenAsync(TestBrowser.Redeem(code, "app", ("client_secret", null), ("code_verifier", new string('x', 43))));
        Assert.Equal("invalid_grant", stolen.Text("error"));
        var good = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna", TestBrowser.Request("app")), "app", ("client_secret", null)));
        Assert.Equal(HttpStatusCode.OK, good.Status);
        var refreshed = await browser.RefreshAsync(good.Text("refresh_token")!, "app", ("client_secret", null));
        Assert.NotEqual(good.Text("refresh_token"), refreshed.Text("refresh_token"));
    }

    [Fact]
    public async Task Credentials_in_the_address_count_for_nothing()
    {
        using var browser = fixture.Browser();
        var form = TestBrowser.Redeem(await browser.CodeAsync("anna"), changes: [("client_id", null), ("client_secret", null)]);
        var seen = await browser.PostAsync($"/connect/token?client_id=web&client_secret={TestBrowser.Secret}", form);
        Assert.Equal("invalid_client", seen.Text("error"));
    }
}
