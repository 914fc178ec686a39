using System.Net;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.SignIn.Tests;

/// <summary>What a person has allowed a service of somebody else: seen and taken back in the cabinet.</summary>
public sealed class ThirdPartiesTests(GatewaySite site) : IClassFixture<GatewaySite>, IAsyncLifetime
{
    private const string Secret = "a-secret-of-the-club-0123456789";

    public async Task InitializeAsync()
    {
        Assert.IsType<RegisterClientOutcome.Registered>(await site.Get<IClients>().RegisterAsync($$"""
            {"clientId":"club","name":"Кружок","secret":"{{Secret}}","redirectUris":["https://club.test/cb"],"thirdParty":true,"owner":"Клуб Ромашка",
             "scopes":["openid","profile","children","roles","offline_access"],"grantTypes":["authorization_code","refresh_token"]}
            """, default));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private string Ask => QueryHelpers.AddQueryString(site.Service.SchoolUrl + "/connect/authorize",
        TestBrowser.Request("club", ("scope", "openid profile children offline_access"))!);

    private async Task<(Browser Browser, string Refresh)> AllowAsync(Person person)
    {
        var browser = await site.SignInAsync(person);
        await browser.GetAsync(Ask);
        await browser.GetAsync(browser.Location!.AbsoluteUri);
        Assert.Contains("имена, школы и классы ваших детей", browser.Text);
        await browser.SubmitAsync(("answer", "allow"));
        await browser.GetAsync(browser.Location!.AbsoluteUri);
        using var club = new TestBrowser(site.Service.SchoolUrl);
        var code = QueryHelpers.ParseQuery(browser.Location!.Query)["code"].ToString();
        var tokens = await club.TokenAsync(TestBrowser.Redeem(code, "club", ("client_secret", Secret)));
        Assert.True(tokens.Status == HttpStatusCode.OK, tokens.Body);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security/third-parties");
        return (browser, tokens.Text("refresh_token")!);
    }

    private async Task<HttpStatusCode> RefreshAsync(string token)
    {
        using var club = new TestBrowser(site.Service.SchoolUrl);
        return (await club.RefreshAsync(token, "club", ("client_secret", Secret))).Status;
    }

    [Fact, Trait("takes", "long")]
    public async Task A_person_sees_what_was_allowed_and_takes_it_back()
    {
        var (browser, refresh) = await AllowAsync(await site.ParentAsync(0));
        foreach (var text in new[] { "Кружок", "Клуб Ромашка", "ваши имя, логин и дату рождения", "имена, школы и классы ваших детей", "до 1 сентября 2027" })
            Assert.Contains(text, browser.Text);
        Assert.DoesNotContain("ваши роли", browser.Text);
        await browser.SubmitAsync(("client", "club"));
        await browser.FollowAsync();
        Assert.Contains("Доступ закрыт", browser.Text);
        Assert.DoesNotContain("Кружок", browser.Text);
        Assert.Equal(HttpStatusCode.BadRequest, await RefreshAsync(refresh));
        await browser.GetAsync(Ask);
        Assert.Equal("/consent", browser.Location!.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Nobody_takes_back_what_another_has_allowed()
    {
        var (_, refresh) = await AllowAsync(await site.ParentAsync(1));
        var other = await site.SignInAsync(await site.ParentAsync(2));
        await other.GetAsync(site.Service.SchoolUrl + "/cabinet/security/third-parties");
        Assert.Contains("не открывали", other.Text);
        var (mine, _) = await AllowAsync(await site.ParentAsync(3));
        await mine.SubmitAsync(("client", "club"));
        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(refresh));
    }

    [Theory]
    [InlineData(4, "club", false), InlineData(5, "nothing", true), InlineData(6, "", true), InlineData(7, "\0", true)]
    public async Task A_foreign_form_or_a_wrong_name_changes_nothing(int person, string client, bool ours)
    {
        var (browser, refresh) = await AllowAsync(await site.ParentAsync(person));
        if (ours) await browser.SubmitAsync(("client", client));
        else
            await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, browser.Url) { Content = new FormUrlEncodedContent([KeyValuePair.Create("client", client)]) });
        Assert.InRange((int)browser.Status, 300, 499);
        Assert.Equal(HttpStatusCode.OK, await RefreshAsync(refresh));
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_is_led_to_sign_in()
    {
        using var stranger = site.NewBrowser();
        await stranger.GetAsync("/cabinet/security/third-parties");
        Assert.Equal("/continue", stranger.Location?.AbsolutePath);
        await stranger.SendAsync(new HttpRequestMessage(HttpMethod.Post, site.Service.SchoolUrl + "/cabinet/security/third-parties"));
        Assert.NotEqual(HttpStatusCode.OK, stranger.Status);
    }
}
