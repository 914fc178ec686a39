using System.Net;

namespace Aupd.Demo.Tests;

public sealed class SessionEndTests : IAsyncLifetime
{
    private RunningServices _services = null!;
    private readonly HttpClient _gateway = new();

    public async Task InitializeAsync() => _services = await RunningServices.StartAsync();

    public async Task DisposeAsync()
    {
        _gateway.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task A_logout_notice_ends_the_sessions_of_that_sign_in_alone()
    {
        using var ended = _services.NewBrowser();
        await ended.SignInAsync("journal");
        _services.Gateway.SessionId = "session-2";
        using var other = _services.NewBrowser();
        await other.SignInAsync("journal");
        _services.Gateway.SessionId = "session-1";
        Assert.Equal(HttpStatusCode.OK, await NotifyAsync(_services.Gateway.LogoutToken("journal", _services.Clock.GetUtcNow(), "a")));
        Assert.DoesNotContain("logout", await ended.PageAsync("/journal/"));
        Assert.Contains("logout", await other.PageAsync("/journal/"));
    }

    [Fact]
    public async Task A_logout_notice_without_a_session_ends_all_of_the_person()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("journal");
        Assert.Equal(HttpStatusCode.OK, await NotifyAsync(_services.Gateway.LogoutToken("journal", _services.Clock.GetUtcNow(), "a", c =>
            c.Remove("sid"))));
        Assert.DoesNotContain("logout", await browser.PageAsync("/journal/"));
    }

    [Fact]
    public async Task A_logout_notice_is_taken_once_when_thirty_copies_race()
    {
        var token = _services.Gateway.LogoutToken("journal", _services.Clock.GetUtcNow(), "a");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => NotifyAsync(token)));
        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(29, answers.Count(a => a == HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("aud", "diary")]
    [InlineData("iss", "https://other.example")]
    [InlineData("nonce", "n")]
    [InlineData("exp", 1)]
    [InlineData("events", "none")]
    public async Task A_spoilt_logout_notice_is_refused_and_ends_nothing(string claim, object value)
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("journal");
        Assert.Equal(HttpStatusCode.BadRequest, await NotifyAsync(_services.Gateway.LogoutToken("journal", _services.Clock.GetUtcNow(), "a",
            c => c[claim] = value)));
        Assert.Contains("logout", await browser.PageAsync("/journal/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("logout_token=")]
    [InlineData("logout_token=a.b.c")]
    [InlineData("logout_token=a&logout_token=b")]
    [InlineData("logout_token=%00")]
    public async Task A_notice_that_is_no_token_is_a_bad_request(string form)
    {
        var answer = await _gateway.PostAsync(_services.Url + "/journal/backchannel-logout",
            new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("invalid_request", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_diary_asks_again_after_a_minute_and_shows_a_changed_role()
    {
        _services.Gateway.Claims = FakeGateway.Guardian;
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("diary");
        _services.Clock.Advance(TimeSpan.FromSeconds(59));
        await browser.PageAsync("/diary/");
        Assert.Equal(0, _services.Gateway.Refreshes);
        _services.Gateway.Claims = FakeGateway.Teacher;
        _services.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("1515", await browser.PageAsync("/diary/"));
        Assert.Equal(1, _services.Gateway.Refreshes);
    }

    [Fact]
    public async Task A_refresh_token_is_spent_once_when_thirty_tabs_race()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("diary");
        _services.Clock.Advance(TimeSpan.FromMinutes(2));
        var pages = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.PageAsync("/diary/")));
        Assert.All(pages, p => Assert.Contains("logout", p));
        Assert.Equal(1, _services.Gateway.Refreshes);
    }

    [Fact]
    public async Task A_refused_refresh_ends_the_session_with_a_kind_page()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("diary");
        _services.Gateway.RefreshRefused = true;
        _services.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("Войдите ещё раз", WebUtility.HtmlDecode(await browser.PageAsync("/diary/")));
        Assert.DoesNotContain("logout", await browser.PageAsync("/diary/"));
    }

    [Fact]
    public async Task While_the_gateway_is_down_the_diary_goes_on_and_says_so()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("diary");
        _services.Gateway.Down = true;
        _services.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("Единый вход сейчас не отвечает", WebUtility.HtmlDecode(await browser.PageAsync("/diary/")));
    }

    [Fact]
    public async Task A_session_ends_by_itself_after_its_time()
    {
        using var browser = _services.NewBrowser();
        await browser.SignInAsync("journal");
        _services.Clock.Advance(TimeSpan.FromMinutes(599));
        Assert.Contains("logout", await browser.PageAsync("/journal/"));
        _services.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("logout", await browser.PageAsync("/journal/"));
    }

    private async Task<HttpStatusCode> NotifyAsync(string token) =>
        (await _gateway.PostAsync(_services.Url + "/journal/backchannel-logout", new FormUrlEncodedContent([new("logout_token",
            token)]))).StatusCode;
}
