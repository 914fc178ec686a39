using System.Net;

namespace Aupd.OpenId.Tests.Provider;

public sealed class RefreshTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Fact]
    public async Task Every_refresh_gives_a_new_token_and_an_id_token_of_the_same_sign_in()
    {
        using var browser = fixture.Browser();
        var first = await browser.TokensAsync("anna");
        fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        var second = await browser.RefreshAsync(first.Text("refresh_token")!);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.NotEqual(first.Text("refresh_token"), second.Text("refresh_token"));
        Assert.NotEqual(first.Text("access_token"), second.Text("access_token"));
        var (before, after) = (TestBrowser.Claims(first.Text("id_token")), TestBrowser.Claims(second.Text("id_token")));
        foreach (var name in new[] { "iss", "sub", "aud", "sid" }) Assert.Equal(before.GetProperty(name).GetString(), after.GetProperty(name).GetString());
        Assert.Equal(before.GetProperty("auth_time").GetInt64(), after.GetProperty("auth_time").GetInt64());
        Assert.Equal(300, after.GetProperty("iat").GetInt64() - before.GetProperty("iat").GetInt64());
        Assert.False(after.TryGetProperty("nonce", out _));
    }

    [Fact]
    public async Task A_spent_refresh_token_ends_its_whole_family()
    {
        using var browser = fixture.Browser();
        var first = await browser.TokensAsync("anna");
        var second = await browser.RefreshAsync(first.Text("refresh_token")!);
        var third = await browser.RefreshAsync(second.Text("refresh_token")!);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(first.Text("refresh_token")!)).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(third.Text("refresh_token")!)).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(third.Text("access_token")!)).Status);
        await using var command = fixture.Site.Shared.Source.CreateCommand("select count(*) from kernel.audit where act = 'openid.reuse-detected' and subject = 'anna'");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Of_thirty_racing_refreshes_one_wins_and_the_family_dies_of_the_others()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("racer")).Text("refresh_token")!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.RefreshAsync(token)));
        var good = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != good), a => Assert.Equal("invalid_grant", a.Text("error")));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(good.Text("refresh_token")!)).Text("error"));
    }

    [Fact]
    public async Task Another_client_cannot_use_a_refresh_token_and_its_attempt_harms_nobody()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("refresh_token")!;
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(token, "other")).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(token)).Status);
    }

    [Fact]
    public async Task A_refresh_may_ask_for_less_but_not_for_more()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna", scope: "openid profile")).Text("refresh_token")!;
        Assert.Equal("invalid_scope", (await browser.RefreshAsync(token, "web", ("scope", "openid profile email"))).Text("error"));
        var less = await browser.RefreshAsync(token, "web", ("scope", "openid"));
        Assert.Equal("openid", less.Text("scope"));
        Assert.False((await browser.UserInfoAsync(less.Text("access_token")!)).Json.TryGetProperty("name", out _));
        Assert.Equal("openid profile", (await browser.RefreshAsync(less.Text("refresh_token")!)).Text("scope"));
    }

    [Fact]
    public async Task A_refresh_token_not_used_for_thirty_days_is_dead_and_a_used_one_lives_on()
    {
        using var browser = fixture.Browser();
        var (idle, used) = (await browser.TokensAsync("anna"), await browser.TokensAsync("anna"));
        fixture.Clock.Advance(TimeSpan.FromDays(20));
        used = await browser.RefreshAsync(used.Text("refresh_token")!);
        fixture.Clock.Advance(TimeSpan.FromDays(10));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(idle.Text("refresh_token")!)).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(used.Text("refresh_token")!)).Status);
    }

    [Fact]
    public async Task A_grant_ends_after_ninety_days_however_often_it_is_used()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        for (var day = 0; day < 80; day += 20)
        {
            fixture.Clock.Advance(TimeSpan.FromDays(20));
            tokens = await browser.RefreshAsync(tokens.Text("refresh_token")!);
            Assert.Equal(HttpStatusCode.OK, tokens.Status);
        }
        fixture.Clock.Advance(TimeSpan.FromDays(10));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Text("error"));
    }

    [Fact]
    public async Task A_disabled_person_cannot_refresh_and_stays_out_after_that()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("left")).Text("refresh_token")!;
        fixture.People.Disabled["left"] = true;
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(token)).Text("error"));
        fixture.People.Disabled.Clear();
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(token)).Text("error"));
    }

    [Fact]
    public async Task The_end_of_a_session_ends_its_grants_but_not_those_with_offline_access()
    {
        using var browser = fixture.Browser();
        var bound = await browser.TokensAsync("two");
        var offline = await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request("web", ("scope", "openid offline_access")))).Query("code")!));
        var sid = TestBrowser.Claims(bound.Text("id_token")).GetProperty("sid").GetString()!;
        foreach (var (cookie, session) in fixture.People.Sessions)
            if (session.SessionId == sid) fixture.People.Sessions.TryRemove(cookie, out _);
        await fixture.Site.Grants.EndSessionsAsync([sid], default);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(bound.Text("refresh_token")!)).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(bound.Text("access_token")!)).Status);
        var again = await browser.RefreshAsync(offline.Text("refresh_token")!);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Contains(fixture.People.Asked, a => a is { Subject: "two", SessionId: null });
    }

    [Fact]
    public async Task Offline_grants_end_when_the_person_ends_them_those_of_a_newer_proof_and_of_others_do_not()
    {
        using var browser = fixture.Browser();
        using var other = fixture.Browser();
        var mine = await OfflineAsync(browser, "ends-offline");
        var foreign = await OfflineAsync(other, "another");
        await fixture.Site.Grants.EndOfflineAsync("ends-offline", fixture.Clock.GetUtcNow().AddMinutes(-5), default);
        mine = (await browser.RefreshAsync(mine)).Text("refresh_token")!;
        await fixture.Site.Grants.EndOfflineAsync("ends-offline", null, default);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(mine)).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await other.RefreshAsync(foreign)).Status);
    }

    private static async Task<string> OfflineAsync(TestBrowser browser, string person)
    {
        await browser.TokensAsync(person);
        var code = (await browser.AuthorizeAsync(TestBrowser.Request("web", ("scope", "openid offline_access")))).Query("code")!;
        return (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("refresh_token")!;
    }

    [Fact, Trait("takes", "long")]
    public async Task With_grace_set_a_spent_token_works_for_that_long_and_no_longer()
    {
        await using var site = await TestSite.StartAsync(fixture.People, fixture.Clock, settings: new Dictionary<string, string?> { ["OpenId:RefreshGraceSeconds"] = "10" });
        await site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var browser = new TestBrowser(site.Url);
        var token = (await browser.TokensAsync("anna")).Text("refresh_token")!;
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(token)).Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(9));
        var within = await browser.RefreshAsync(token);
        Assert.Equal(HttpStatusCode.OK, within.Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(token)).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(within.Text("refresh_token")!)).Text("error"));
    }

    [Fact]
    public async Task With_grace_set_whoever_repeated_a_lost_answer_may_go_on_with_either_token()
    {
        await using var site = await TestSite.StartAsync(fixture.People, fixture.Clock, settings: new Dictionary<string, string?> { ["OpenId:RefreshGraceSeconds"] = "10" });
        await site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var browser = new TestBrowser(site.Url);
        var token = (await browser.TokensAsync("anna")).Text("refresh_token")!;
        var (first, second) = (await browser.RefreshAsync(token), await browser.RefreshAsync(token));
        first = await browser.RefreshAsync(first.Text("refresh_token")!);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(second.Text("refresh_token")!)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(first.Text("refresh_token")!)).Status);
    }

    // A resource server reads the grant's name in a JWT access token: it must not be able to end the family with that.
    [Fact]
    public async Task A_made_up_token_of_a_living_grant_is_unknown_and_harms_nobody()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("refresh_token")!;
        for (var at = 0; at < token.Length; at += 7)
        {
            var changed = token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
            Assert.Equal("invalid_grant", (await browser.RefreshAsync(changed)).Text("error"));
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(token)).Status);
    }

    [Fact]
    public async Task A_refresh_token_that_was_spent_long_ago_and_has_expired_still_ends_the_family()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("long-ago");
        var spent = tokens.Text("refresh_token")!;
        for (var day = 0; day < 40; day += 20)
        {
            tokens = await browser.RefreshAsync(tokens.Text("refresh_token")!);
            fixture.Clock.Advance(TimeSpan.FromDays(20));
        }
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(spent)).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Text("error"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AP////////////////////////////////////////////////")]
    [InlineData("_____________________________________________________w")]
    public async Task What_is_no_refresh_token_is_refused(string token)
    {
        using var browser = fixture.Browser();
        var seen = await browser.RefreshAsync(token);
        Assert.Equal(HttpStatusCode.BadRequest, seen.Status);
        Assert.Equal(token.Length == 0 ? "invalid_request" : "invalid_grant", seen.Text("error"));
    }

    [Fact]
    public async Task A_code_is_no_refresh_token_and_a_refresh_token_no_access_token()
    {
        using var browser = fixture.Browser();
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(await browser.CodeAsync("anna"))).Text("error"));
        var tokens = await browser.TokensAsync("anna");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(tokens.Text("refresh_token")!)).Status);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("access_token")!)).Text("error"));
    }
}
