using System.Net;
using System.Text.Json;
using Aupd.TestKit;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.Clients;

/// <summary>mod_auth_openidc before pages of Apache, with the configuration of docs/integrate/apache.</summary>
[Collection(Region.Name)]
public sealed class ApacheModule(RegionRunning region, ApacheSite site) : IClassFixture<ApacheSite>
{
    private string Private => site.Url + "/private/";

    [Fact]
    public async Task A_parent_sees_the_protected_page_with_claims_and_signs_out_everywhere()
    {
        using var browser = new Browser(site.Url);
        await SignInAsync(browser);
        Assert.Equal("guardian", Json(browser, "#role").GetProperty("role").GetString());
        Assert.Equal(2, Json(browser, "#person").GetProperty("children").GetArrayLength());

        await browser.GetAsync(browser.Page.QuerySelector("#logout")!.GetAttribute("href")!);
        await browser.FollowAsync();
        Assert.Equal(site.Url + "/", browser.Url.AbsoluteUri);
        await ExpectSignedOutAsync(browser);
    }

    [Fact]
    public async Task A_sign_out_elsewhere_closes_the_page()
    {
        using var browser = new Browser(site.Url);
        await SignInAsync(browser);
        await region.SignOutAsync(browser);
        await Eventually.HoldsAsync("Apache told of the sign-out", async () => (await browser.GetAsync(Private)).Status == HttpStatusCode.Redirect);
        await ExpectSignedOutAsync(browser);
    }

    [Fact]
    public async Task A_teacher_is_signed_in_and_may_not_see_the_page_of_parents()
    {
        using var browser = new Browser(site.Url);
        await RegionRunning.SignInAsync(browser, Private, RegionRunning.Teacher);
        await browser.FollowAsync();
        Assert.Equal(Private, browser.Url.AbsoluteUri);
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
    }

    [Theory]
    [InlineData("iss", "https://elsewhere.example")]
    [InlineData("state", "another")]
    [InlineData("code", "another")]
    public async Task A_changed_answer_signs_nobody_in(string parameter, string value)
    {
        using var browser = new Browser(site.Url);
        await RegionRunning.SignInAsync(browser, Private, RegionRunning.Parent);
        while (!browser.Location!.AbsoluteUri.StartsWith(site.Url, StringComparison.Ordinal)) await browser.GetAsync(browser.Location!.AbsoluteUri);
        var query = QueryHelpers.ParseQuery(browser.Location.Query).ToDictionary(p => p.Key, p => (string?)p.Value);
        query[parameter] = value;
        await browser.GetAsync(QueryHelpers.AddQueryString(site.Url + "/sign-in", query));
        Assert.NotEqual(Private, browser.Location?.AbsoluteUri);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(Private)).Status);
    }

    private async Task SignInAsync(Browser browser)
    {
        await RegionRunning.SignInAsync(browser, Private, RegionRunning.Parent);
        await browser.FollowAsync();
        Assert.True(browser.Url.AbsoluteUri == Private && browser.Status == HttpStatusCode.OK, $"{browser.Url} {browser.Status} {browser.Text} {site.Log()}");
        Assert.Contains(RegionRunning.Parent.Account.LastName, browser.Page.QuerySelector("h1")?.TextContent);
    }

    private static JsonElement Json(Browser browser, string place) => JsonDocument.Parse(browser.Page.QuerySelector(place)!.TextContent).RootElement;

    private async Task ExpectSignedOutAsync(Browser browser)
    {
        await browser.GetAsync(Private);
        await browser.FollowAsync();
        Assert.NotNull(browser.Page.QuerySelector("input[type=password]"));
    }
}
