using System.Net;
using System.Net.Http.Headers;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>An example of docs/integrate as a service that runs.</summary>
public interface IRunningExample
{
    string Url { get; }
    /// <summary>Everything it has printed so far.</summary>
    string Output { get; }
}

/// <summary>What a parent, a teacher and an attacker see of an example service, whatever it is written in.</summary>
public abstract class ServiceOfTheRegion(RegionRunning region, IRunningExample service)
{
    private const string SignInAgain = "a[href='/login']";
    private string Url => service.Url;

    [Fact]
    public async Task A_parent_signs_in_is_asked_for_again_and_signs_out_everywhere()
    {
        using var browser = new Browser(Url);
        await browser.GetAsync("/");
        Assert.NotNull(browser.Page.QuerySelector(SignInAgain));
        await SignInAsync(browser);
        var cookies = browser.Cookies.GetCookieHeader(new Uri(Url));

        // Twice, so that the refresh token that the first one brought is used as well.
        for (var i = 0; i < 2; i++)
        {
            await SubmitAsync(browser, "/refresh");
            ExpectParent(browser);
        }

        await SubmitAsync(browser, "/logout");
        Assert.Equal(Url + "/", browser.Url.AbsoluteUri);
        Assert.NotNull(browser.Page.QuerySelector(SignInAgain));
        using var thief = new Browser(Url);
        thief.Headers.Add("Cookie", cookies);
        await thief.GetAsync("/");
        Assert.NotNull(thief.Page.QuerySelector(SignInAgain));
        await browser.GetAsync("/login");
        await browser.FollowAsync();
        Assert.NotNull(browser.Page.QuerySelector("input[type=password]"));
    }

    [Fact]
    public async Task Many_requests_to_refresh_at_once_keep_the_sign_in()
    {
        using var browser = new Browser(Url);
        await SignInAsync(browser);
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = browser.Cookies, AllowAutoRedirect = false });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => http.PostAsync(Url + "/refresh", new FormUrlEncodedContent([]))));
        Assert.All(answers, a => Assert.Equal("/", a.Headers.Location?.ToString()));
        await SubmitAsync(await browser.GetAsync("/"), "/refresh");
        ExpectParent(browser);
    }

    [Fact]
    public async Task A_sign_out_elsewhere_ends_the_session_here()
    {
        using var browser = new Browser(Url);
        await SignInAsync(browser);
        await region.SignOutAsync(browser);
        await Eventually.HoldsAsync("the service told of the sign-out", async () => (await browser.GetAsync(Url + "/")).Page.QuerySelector(SignInAgain) is not null);
    }

    [Fact]
    public async Task A_teacher_is_told_that_the_service_is_not_for_staff()
    {
        using var browser = new Browser(Url);
        await RegionRunning.SignInAsync(browser, "/login", RegionRunning.Teacher);
        await browser.FollowAsync();
        Assert.Null(browser.Page.QuerySelector("#role"));
        Assert.Null((await browser.GetAsync(Url + "/")).Page.QuerySelector("#role"));
    }

    [Theory]
    [InlineData("iss", "https://elsewhere.example")]
    [InlineData("iss", null)]
    [InlineData("state", "another")]
    [InlineData("state", null)]
    [InlineData("code", "another")]
    public async Task A_changed_answer_signs_nobody_in(string parameter, string? value)
    {
        using var browser = new Browser(Url);
        var answer = await UntilAnswerAsync(browser);
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(answer.Query).ToDictionary(p => p.Key, p => (string?)p.Value);
        if (value is null) query.Remove(parameter);
        else query[parameter] = value;
        await browser.GetAsync(Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(Url + "/callback", query));
        await ExpectRefusedAsync(browser);
    }

    [Fact]
    public async Task An_answer_that_another_browser_asked_for_signs_nobody_in()
    {
        using var attacker = new Browser(Url);
        var answer = await UntilAnswerAsync(attacker);
        using var victim = new Browser(Url);
        await victim.GetAsync("/login");
        await ExpectRefusedAsync(await victim.GetAsync(answer.AbsoluteUri));
    }

    [Theory]
    [InlineData("")]
    [InlineData("logout_token=")]
    [InlineData("logout_token=a.b.c")]
    [InlineData("logout_token=eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30.")]
    public async Task A_logout_token_that_proves_nothing_is_refused(string body)
    {
        using var http = new HttpClient();
        var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync(Url + "/backchannel-logout", content)).StatusCode);
    }

    private async Task SignInAsync(Browser browser)
    {
        await RegionRunning.SignInAsync(browser, "/login", RegionRunning.Parent);
        await browser.FollowAsync();
        Assert.True(browser.Url.AbsoluteUri == Url + "/", $"{browser.Url} {browser.Text}\n{service.Output}");
        ExpectParent(browser);
    }

    // As far as the address that the region sends the browser back to, not opened yet.
    private async Task<Uri> UntilAnswerAsync(Browser browser)
    {
        await RegionRunning.SignInAsync(browser, "/login", RegionRunning.Parent);
        while (browser.Location is { } next)
        {
            if (next.AbsoluteUri.StartsWith(Url + "/callback", StringComparison.Ordinal)) return next;
            await browser.GetAsync(next.AbsoluteUri);
        }
        throw new InvalidOperationException($"No answer; the last page was {browser.Url}: {browser.Text}");
    }

    private async Task ExpectRefusedAsync(Browser browser)
    {
        Assert.InRange((int)browser.Status, 400, 502);
        Assert.NotNull(browser.Page.QuerySelector(SignInAgain));
        Assert.NotNull((await browser.GetAsync(Url + "/")).Page.QuerySelector(SignInAgain));
    }

    private static void ExpectParent(Browser browser)
    {
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains(RegionRunning.Parent.Account.LastName, browser.Page.QuerySelector("h1")?.TextContent);
        Assert.Equal("guardian", browser.Page.QuerySelector("#role")?.TextContent);
        Assert.Equal(2, browser.Page.QuerySelectorAll("li").Length);
    }

    private static async Task SubmitAsync(Browser browser, string action)
    {
        Assert.NotNull(browser.Page.QuerySelector($"form[action='{action}']"));
        await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(browser.Url, action)) { Content = new FormUrlEncodedContent([]) });
        await browser.FollowAsync();
    }
}
