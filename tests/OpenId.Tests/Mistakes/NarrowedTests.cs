using System.Net;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>What was taken from a client's registration is taken from the grants that it has (KC CVE-2026-16442, CVE-2026-3009: only what was
/// begun afterwards heard of it), and comes back with the registration.</summary>
[Collection(OneProvider.Name)]
public sealed class NarrowedTests(ProviderFixture fixture)
{
    private const string Diary = ServiceClients.DiaryApi, Library = ServiceClients.LibraryApi;

    [Theory]
    [InlineData("opaque"), InlineData("jwt")]
    public async Task A_scope_that_a_client_has_lost_is_in_none_of_its_tokens(string format)
    {
        using var browser = fixture.Browser();
        var client = ProviderFixture.Client("loses-" + format) with { AccessTokenFormat = format };
        var fewer = client with { Scopes = ["openid", "email"] };
        await RegisterAsync(client);
        var tokens = await browser.TokensAsync("anna", client.ClientId, "openid profile email");
        var code = await browser.CodeAsync("anna", TestBrowser.Request(client.ClientId, ("scope", "openid profile email")));
        Assert.Equal("Анна anna", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("name"));
        await RegisterAsync(fewer);
        var told = await browser.UserInfoAsync(tokens.Text("access_token")!);
        Assert.Equal((null, "anna@school.test"), (told.Text("name"), told.Text("email")));
        Assert.Equal("openid email", (await browser.IntrospectAsync(tokens.Text("access_token")!, client.ClientId)).Text("scope"));
        var refreshed = await browser.RefreshAsync(tokens.Text("refresh_token")!, client.ClientId);
        var redeemed = await browser.TokenAsync(TestBrowser.Redeem(code, client.ClientId));
        foreach (var later in new[] { refreshed, redeemed })
        {
            Assert.Equal("openid email", later.Text("scope"));
            if (format == "jwt") Assert.Equal("openid email", TestBrowser.Claims(later.Text("access_token")).GetProperty("scope").GetString());
            Assert.Null((await browser.UserInfoAsync(later.Text("access_token")!)).Text("name"));
        }
        await RegisterAsync(client);
        Assert.Equal("openid profile email", (await browser.RefreshAsync(refreshed.Text("refresh_token")!, client.ClientId)).Text("scope"));
    }

    [Fact]
    public async Task A_scope_that_a_client_has_lost_is_handed_on_to_nobody()
    {
        using var browser = fixture.Browser();
        var front = ProviderFixture.Client("loses-front") with { Scopes = ["openid", "profile", "diary.read"], Resources = [Diary] };
        foreach (var client in new[] { front, ServiceClients.Acting("loses-diary", Diary, Library), ServiceClients.Api("loses-library", Library) }) await RegisterAsync(client);
        var code = await browser.CodeAsync("anna", TestBrowser.Request("loses-front", ("scope", "openid profile diary.read"), ("resource", Diary)));
        var token = (await browser.TokenAsync(TestBrowser.Redeem(code, "loses-front"))).Text("access_token")!;
        var handed = await browser.ExchangeAsync(token, "loses-diary");
        Assert.Equal("profile diary.read", handed.Text("scope"));
        await RegisterAsync(front with { Scopes = ["openid", "profile"] });
        Assert.Equal("profile", (await browser.IntrospectAsync(handed.Text("access_token")!, "loses-library")).Text("scope"));
        var later = await browser.ExchangeAsync(token, "loses-diary");
        Assert.Equal("profile", later.Text("scope"));
        Assert.Equal("profile", (await browser.IntrospectAsync(later.Text("access_token")!, "loses-library")).Text("scope"));
    }

    [Fact]
    public async Task A_service_that_has_lost_a_scope_has_it_in_no_token_of_its_own()
    {
        using var browser = fixture.Browser();
        var service = ServiceClients.Service("loses-service");
        await RegisterAsync(service);
        await RegisterAsync(ServiceClients.Api("loses-api", Diary));
        var token = (await browser.OwnTokenAsync("loses-service")).Text("access_token")!;
        Assert.Equal("diary.read diary.write", (await browser.IntrospectAsync(token, "loses-api")).Text("scope"));
        await RegisterAsync(service with { Scopes = ["diary.read"] });
        Assert.Equal("diary.read", (await browser.IntrospectAsync(token, "loses-api")).Text("scope"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_scope"), await browser.OwnTokenAsync("loses-service", ("scope", "diary.write")) is var refused ? (refused.Status, refused.Text("error")) : default);
    }

    private async Task RegisterAsync(OpenIdClient client) => Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
}
