using System.Net;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>The device's side of RFC 8628: a pair of codes, patience, and tokens once.</summary>
public sealed class DeviceTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private Browser Phone() => new(fixture.Site.Url);

    [Fact]
    public async Task A_device_gets_two_codes_and_short_addresses()
    {
        using var http = fixture.Browser();
        var seen = (await Screen.AskAsync(http)).Answer;
        Assert.Equal("no-store", seen.Header("Cache-Control"));
        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", seen.Text("user_code"));
        Assert.Equal(fixture.Site.Issuer + "/device", seen.Text("verification_uri"));
        Assert.Equal($"{fixture.Site.Issuer}/device?user_code={seen.Text("user_code")}", seen.Text("verification_uri_complete"));
        Assert.Equal((600, 5), (seen.Json.GetProperty("expires_in").GetInt32(), seen.Json.GetProperty("interval").GetInt32()));
    }

    [Theory]
    [InlineData("tv", "openid profile offline_access", true)]
    [InlineData("panel", "openid profile email", false)]
    public async Task A_device_that_was_let_in_gets_tokens_of_the_person(string client, string scope, bool refreshes)
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http, client, scope);
        Assert.Equal((HttpStatusCode.BadRequest, "authorization_pending"), await ErrorOf(screen.PollAsync()));
        await screen.LetInAsync(phone, "anna");
        var tokens = await screen.PollAsync();
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var claims = TestBrowser.Claims(tokens.Text("id_token"));
        Assert.Equal(("anna", client), (claims.GetProperty("sub").GetString(), claims.GetProperty("aud").GetString()));
        Assert.False(claims.TryGetProperty("nonce", out _));
        Assert.Equal(refreshes ? "openid profile offline_access" : "openid profile", tokens.Text("scope"));
        Assert.Equal("Анна anna", (await http.UserInfoAsync(tokens.Text("access_token")!)).Text("name"));
        Assert.Equal(refreshes, tokens.Text("refresh_token") is not null);
        if (refreshes) Assert.Equal(HttpStatusCode.OK, (await http.RefreshAsync(tokens.Text("refresh_token")!, client, ("client_secret", null))).Status);
    }

    [Fact]
    public async Task A_device_that_asks_too_soon_is_slowed_down_by_five_seconds_each_time_and_stays_so()
    {
        using var http = fixture.Browser();
        var screen = await Screen.AskAsync(http);
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
        Assert.Equal("slow_down", (await screen.PollAsync()).Text("error")); // 10 s from here
        fixture.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("slow_down", (await screen.PollAsync()).Text("error")); // 15 s from here
        fixture.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("authorization_pending", (await screen.PollAsync()).Text("error"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal("slow_down", (await screen.PollAsync()).Text("error"));
    }

    [Fact]
    public async Task A_hurried_device_gets_its_tokens_as_soon_as_it_was_let_in()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.PollAsync();
        await screen.LetInAsync(phone, "anna");
        Assert.Equal(HttpStatusCode.OK, (await screen.PollAsync()).Status);
    }

    [Fact]
    public async Task Of_thirty_racing_questions_one_gets_tokens_and_they_die_of_the_others()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.LetInAsync(phone, "racer");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => screen.PollAsync()));
        var good = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != good), a => Assert.Equal("invalid_grant", a.Text("error")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.UserInfoAsync(good.Text("access_token")!)).Status);
        await using var command = fixture.Site.Shared.Source.CreateCommand(
            "select count(*) from kernel.audit where act = 'openid.reuse-detected' and subject = 'racer' and details->>'what' = 'device-code'");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_codes_last_ten_minutes_on_both_sides()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var (asked, allowed) = (await Screen.AskAsync(http), await Screen.AskAsync(http));
        await allowed.LetInAsync(phone, "anna");
        fixture.Clock.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal("authorization_pending", (await asked.PollAsync()).Text("error"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((HttpStatusCode.BadRequest, "expired_token"), await ErrorOf(asked.PollAsync()));
        Assert.Equal("expired_token", (await allowed.PollAsync()).Text("error"));
        await phone.GetAsync("/device?user_code=" + asked.UserCode);
        Assert.Contains("Такого кода нет", phone.Text);
    }

    [Fact]
    public async Task A_device_code_of_one_client_is_nothing_to_another_and_the_attempt_harms_nobody()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http);
        await screen.LetInAsync(phone, "anna");
        Assert.Equal("invalid_grant", (await screen.PollAsync("panel")).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await screen.PollAsync()).Status);
        Assert.Equal("invalid_grant", (await screen.PollAsync("panel")).Text("error"));
    }

    // KC CVE-2026-88770: a locked account was checked in the browser and not at redemption.
    [Fact]
    public async Task A_person_disabled_after_letting_the_device_in_gives_it_no_tokens()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var screen = await Screen.AskAsync(http, scope: "openid offline_access");
        await screen.LetInAsync(phone, "left-device");
        fixture.People.Disabled["left-device"] = true;
        Assert.Equal("invalid_grant", (await screen.PollAsync()).Text("error"));
        fixture.People.Disabled.Clear();
        Assert.Equal("invalid_grant", (await screen.PollAsync()).Text("error"));
    }

    [Fact]
    public async Task The_end_of_the_session_ends_what_it_let_in()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var (waiting, inside) = (await Screen.AskAsync(http), await Screen.AskAsync(http));
        await inside.LetInAsync(phone, "ended-device");
        var tokens = await inside.PollAsync();
        await waiting.LetInAsync(phone, "ended-device");
        foreach (var session in fixture.People.Sessions.Values.Where(s => s.Subject == "ended-device"))
            await fixture.Site.Grants.EndSessionsAsync([session.SessionId], default);
        Assert.Equal("invalid_grant", (await waiting.PollAsync()).Text("error"));
        Assert.Equal("invalid_grant", (await http.RefreshAsync(tokens.Text("refresh_token")!, "tv", ("client_secret", null))).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.UserInfoAsync(tokens.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task A_removed_clients_device_code_is_dead_for_its_successor()
    {
        using var http = fixture.Browser();
        using var phone = Phone();
        var client = ProviderFixture.Clients().Single(c => c.ClientId == "panel") with { ClientId = "panel-gone" };
        await fixture.Site.Clients.RegisterAsync(client, default);
        var screen = await Screen.AskAsync(http, client.ClientId);
        await screen.LetInAsync(phone, "anna");
        await fixture.Site.Clients.RemoveAsync(client.ClientId, default);
        await fixture.Site.Clients.RegisterAsync(client, default);
        Assert.Equal("invalid_grant", (await screen.PollAsync()).Text("error"));
    }

    [Fact]
    public async Task What_one_node_was_asked_another_may_be_told_and_a_third_may_answer()
    {
        using var http = fixture.Browser();
        await using var second = await TestSite.StartAsync(fixture.People, fixture.Clock, fixture.Site.Shared.Source.ConnectionString, fixture.Site.Issuer);
        using var phone = Phone();
        using var elsewhere = new TestBrowser(second.Url);
        var screen = await Screen.AskAsync(elsewhere);
        await screen.LetInAsync(phone, "anna");
        Assert.Equal(HttpStatusCode.OK, (await (screen with { Http = http }).PollAsync()).Status);
    }

    [Theory]
    [InlineData("web", "openid", "unauthorized_client", HttpStatusCode.BadRequest)]
    [InlineData("tv", null, "invalid_scope", HttpStatusCode.BadRequest)]
    [InlineData("tv", "profile", "invalid_scope", HttpStatusCode.BadRequest)]
    [InlineData("nobody", "openid", "invalid_client", HttpStatusCode.Unauthorized)]
    public async Task A_request_for_codes_that_is_wrong_gets_the_specified_error(string client, string? scope, string error, HttpStatusCode status)
    {
        using var http = fixture.Browser();
        var seen = await http.PostAsync("/connect/device_authorization", Screen.Form(client, ("scope", scope)));
        Assert.Equal((status, error), (seen.Status, seen.Text("error")));
        Assert.Equal("no-store", seen.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_confidential_client_proves_who_it_is_to_get_codes_and_to_ask_with_them()
    {
        using var http = fixture.Browser();
        Assert.Equal("invalid_client", (await http.PostAsync("/connect/device_authorization", Screen.Form("panel", ("scope", "openid"), ("client_secret", "wrong-wrong-wrong")))).Text("error"));
        Assert.Equal("invalid_client", (await http.PostAsync("/connect/device_authorization", Screen.Form("panel", ("scope", "openid"), ("client_secret", null)))).Text("error"));
        var screen = await Screen.AskAsync(http, "panel");
        Assert.Equal("invalid_client", (await http.TokenAsync(Screen.Form("panel", ("grant_type", GrantTypes.DeviceCode), ("device_code", screen.DeviceCode), ("client_secret", null)))).Text("error"));
    }

    [Theory]
    [InlineData("tv", null, "invalid_request"), InlineData("tv", "x", "invalid_grant"), InlineData("tv", "\0", "invalid_request"), InlineData("web", "x", "unauthorized_client")]
    [InlineData("tv", "AGrGm0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_grant")]
    public async Task A_question_that_is_wrong_gets_the_specified_error(string client, string? code, string error)
    {
        using var http = fixture.Browser();
        var seen = await http.TokenAsync(Screen.Form(client, ("grant_type", GrantTypes.DeviceCode), ("device_code", code)));
        Assert.Equal((HttpStatusCode.BadRequest, error), (seen.Status, seen.Text("error")));
    }

    private static async Task<(HttpStatusCode, string?)> ErrorOf(Task<Seen> asked)
    {
        var seen = await asked;
        return (seen.Status, seen.Text("error"));
    }
}
