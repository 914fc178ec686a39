using System.Net;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>A client that may use a sign-in for thirty minutes: "hurry"; from a device: "hurry-tv".</summary>
public sealed class SessionMinutesTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    private const string Scope = "openid profile offline_access";

    public async Task InitializeAsync()
    {
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("hurry") with { SessionMinutes = 30 }, default);
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("hurry-tv") with
        {
            RedirectUris = [], GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken], SessionMinutes = 30,
        }, default);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private void Pass(double minutes) => fixture.Clock.Advance(TimeSpan.FromMinutes(minutes));

    [Fact]
    public async Task An_older_sign_in_is_not_enough_and_one_of_that_very_age_is()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        Pass(30);
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request("hurry"))).Query("code"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var asked = await browser.AuthorizeAsync(TestBrowser.Request("hurry"));
        Assert.StartsWith("/login-page", asked.Location);
        Assert.Equal("login_required", (await browser.AuthorizeAsync(TestBrowser.Request("hurry", ("prompt", "none")))).Query("error"));
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request())).Query("code"));
        var back = await browser.SignInAsync("anna", asked.Query("back")!);
        Assert.NotNull((await browser.GetAsync(back.Location!)).Query("code"));
    }

    [Fact]
    public async Task A_shorter_max_age_counts_and_a_longer_one_does_not()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        Pass(20);
        Assert.StartsWith("/login-page", (await browser.AuthorizeAsync(TestBrowser.Request("hurry", ("max_age", "600")))).Location);
        Pass(20);
        Assert.StartsWith("/login-page", (await browser.AuthorizeAsync(TestBrowser.Request("hurry", ("max_age", "86400")))).Location);
    }

    [Fact]
    public async Task All_that_was_granted_ends_at_that_moment_with_offline_access_too()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        Pass(25);
        var code = (await browser.AuthorizeAsync(TestBrowser.Request("hurry", ("scope", Scope)))).Query("code")!;
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(code, "hurry"));
        Assert.Equal(300, tokens.Json.GetProperty("expires_in").GetInt64());
        foreach (var token in new[] { "access_token", "refresh_token" })
            Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + 300,
                (await browser.IntrospectAsync(tokens.Text(token)!, "hurry")).Json.GetProperty("exp").GetInt64());
        Pass(4);
        var later = await browser.RefreshAsync(tokens.Text("refresh_token")!, "hurry");
        Assert.Equal(60, later.Json.GetProperty("expires_in").GetInt64());
        fixture.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(later.Text("access_token")!)).Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(later.Text("access_token")!)).Status);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(later.Text("refresh_token")!, "hurry")).Text("error"));
    }

    [Fact]
    public async Task Another_client_of_the_same_session_goes_on()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna", scope: "openid profile");
        Pass(31);
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Status);
    }

    // The person stood at the chooser while the sign-in grew too old: signing in once more leads on, and the client gets its answer.
    [Fact]
    public async Task Whoever_lingers_at_our_pages_signs_in_once_more_and_arrives()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        Pass(29);
        var asked = await browser.AuthorizeAsync(TestBrowser.Request("hurry", ("prompt", "select_account")));
        Assert.StartsWith("/choose", asked.Location);
        Pass(5);
        var again = await browser.GetAsync(asked.Query("back")!);
        Assert.StartsWith("/login-page", again.Location);
        var back = await browser.SignInAsync("anna", again.Query("back")!);
        var answer = await browser.GetAsync(back.Location!);
        Assert.Equal("st-1", answer.Query("state"));
        Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem(answer.Query("code")!, "hurry"))).Status);
    }

    [Fact]
    public async Task A_device_is_let_in_for_what_is_left_of_the_sign_in()
    {
        using var http = fixture.Browser();
        using var phone = new Browser(fixture.Site.Url);
        var screen = await Screen.AskAsync(http, "hurry-tv", Scope);
        await screen.QuestionAsync(phone, "anna");
        Pass(8);
        await phone.SubmitAsync(("answer", "allow"));
        var tokens = await screen.PollAsync();
        Pass(21);
        tokens = await http.RefreshAsync(tokens.Text("refresh_token")!, "hurry-tv");
        Assert.Equal(60, tokens.Json.GetProperty("expires_in").GetInt64());
        Pass(1);
        Assert.Equal("invalid_grant", (await http.RefreshAsync(tokens.Text("refresh_token")!, "hurry-tv")).Text("error"));
    }

    [Fact]
    public async Task A_device_is_not_let_in_by_an_older_sign_in()
    {
        using var http = fixture.Browser();
        using var phone = new Browser(fixture.Site.Url);
        await phone.GetAsync("/login?user=anna&back=/");
        Pass(31);
        var screen = await Screen.AskAsync(http, "hurry-tv", Scope);
        await phone.GetAsync("/device?user_code=" + screen.UserCode);
        await phone.FollowAsync();
        Assert.Equal("/login-page", phone.Url.AbsolutePath);
    }

    [Fact]
    public async Task A_grant_ends_when_its_session_must_and_one_with_offline_access_does_not()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("seven-days");
        foreach (var (cookie, session) in fixture.People.Sessions.Where(s => s.Value.Subject == "seven-days"))
            fixture.People.Sessions[cookie] = session with { ExpiresAt = fixture.Clock.GetUtcNow().AddMinutes(120) };
        async Task<Seen> GrantedAsync(string scope) =>
            await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request("web", ("scope", scope)))).Query("code")!));
        var (bound, offline) = (await GrantedAsync("openid profile"), await GrantedAsync(Scope));
        Pass(115);
        bound = await browser.RefreshAsync(bound.Text("refresh_token")!);
        Assert.InRange(bound.Json.GetProperty("expires_in").GetInt64(), 299, 300);
        offline = await browser.RefreshAsync(offline.Text("refresh_token")!);
        Assert.Equal(600, offline.Json.GetProperty("expires_in").GetInt64());
        Pass(5);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(bound.Text("access_token")!)).Status);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(bound.Text("refresh_token")!)).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(offline.Text("refresh_token")!)).Status);
    }

    [Fact]
    public async Task A_session_that_leaves_nothing_grants_no_offline_access()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("elsewhere");
        foreach (var (cookie, session) in fixture.People.Sessions.Where(s => s.Value.Subject == "elsewhere"))
            fixture.People.Sessions[cookie] = session with { LeavesNothing = true };
        var tokens = await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request("web", ("scope", Scope)))).Query("code")!));
        Assert.Equal("openid profile", tokens.Text("scope"));
        await fixture.Site.Grants.EndSessionsAsync([TestBrowser.Claims(tokens.Text("id_token")).GetProperty("sid").GetString()!], default);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Text("error"));
    }
}
