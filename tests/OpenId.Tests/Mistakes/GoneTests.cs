using System.Net;
using Aupd.OpenId.Tests.Provider;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>People who were disabled and clients that were removed get nothing by any grant, whenever it was begun (KC CVE-2026-9798, -16103,
/// -88770; AK GO-2025-3822, -4137; KC CVE-2026-3009).</summary>
[Collection(OneProvider.Name)]
public sealed class GoneTests(ProviderFixture fixture)
{
    [Fact]
    public async Task CVE_2026_9798_a_person_disabled_since_gets_nothing_by_any_grant()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("gone", scope: "openid profile offline_access");
        var code = await browser.CodeAsync("gone");
        fixture.People.Disabled["gone"] = true;
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Text("error"));
        // Let in again, the person signs in anew; what was refused does not come back to life.
        fixture.People.Disabled.Clear();
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Text("error"));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
    }

    [Fact]
    public async Task A_client_removed_since_gets_nothing_by_any_grant_and_no_person_is_sent_to_it()
    {
        await RegisterAsync("brief");
        using var browser = fixture.Browser();
        var waiting = (await browser.AuthorizeAsync(TestBrowser.Request("brief"))).Query("back")!;
        var tokens = await browser.TokensAsync("anna", "brief");
        var code = await browser.CodeAsync("anna", TestBrowser.Request("brief"));
        Assert.True(await fixture.Site.Clients.RemoveAsync("brief", default));
        Assert.Equal("invalid_client", (await browser.TokenAsync(TestBrowser.Redeem(code, "brief"))).Text("error"));
        Assert.Equal("invalid_client", (await browser.RefreshAsync(tokens.Text("refresh_token")!, "brief")).Text("error"));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
        foreach (var url in new[] { waiting, "/connect/logout?client_id=brief&post_logout_redirect_uri=https%3A%2F%2Fbrief.test%2Fbye" })
        {
            var page = await browser.GetAsync(url);
            Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
        }
        // Registered anew under the same name, it inherits nothing: neither tokens nor a code that was under way.
        await RegisterAsync("brief");
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code, "brief"))).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!, "brief")).Text("error"));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
    }

    [Fact]
    public async Task What_a_client_was_refused_or_lost_since_holds_for_requests_that_were_begun_before()
    {
        await RegisterAsync("narrowed");
        using var browser = fixture.Browser();
        var waiting = (await browser.AuthorizeAsync(TestBrowser.Request("narrowed"))).Query("back")!;
        await browser.SignInAsync("anna");
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("narrowed") with { RedirectUris = ["https://narrowed.test/other"] }, default);
        var page = await browser.GetAsync(waiting);
        Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
    }

    private async Task RegisterAsync(string id) =>
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client(id), default));
}
