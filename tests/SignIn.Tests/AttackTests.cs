using System.Net;
using System.Text;
using Aupd.SignIn.Provider;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests;

/// <summary>What must not work, and bad input of every kind.</summary>
public sealed partial class AttackTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string CookieName = "aupd-school-session";

    // CVE-2026-119128: a forgeable cookie set the first credential of users who had not activated yet.
    [Fact]
    public async Task Nobody_activates_without_a_session_of_his_own()
    {
        var teacher = await site.TeacherAsync(0);
        await site.SignInAsync(teacher);
        foreach (var cookie in new[] { "", new string('A', 43), Guid.CreateVersion7().ToString("N"), teacher.AccountId.ToString(), "'; drop table signin.login; --" })
        {
            using var attacker = site.NewBrowser();
            if (cookie.Length > 0) attacker.Headers.Add("Cookie", $"{CookieName}={Uri.EscapeDataString(cookie)}");
            await attacker.GetAsync("/activate");
            Assert.Equal(HttpStatusCode.Redirect, attacker.Status);
            await attacker.SendAsync(new HttpRequestMessage(HttpMethod.Post, site.Service.SchoolUrl + "/activate")
            {
                Content = new FormUrlEncodedContent([KeyValuePair.Create("Password", Person.Password)]),
            });
            Assert.NotEqual("/activated", attacker.Location?.AbsolutePath);
        }
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.login where login_key = 'teacher_0'"));
    }

    // CVE-2026-49448: an empty POST skipped a stage.
    [Fact]
    public async Task No_stage_is_skipped_by_an_empty_form_or_by_going_straight_to_a_later_page()
    {
        var browser = await site.SignInAsync(await site.TeacherAsync(1));
        await browser.SubmitAsync();
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        foreach (var page in new[] { "/activated", "/choose", "/continue", "/no-right", "/no-account", "/" })
        {
            await browser.GetAsync(site.Service.SchoolUrl + page);
            await browser.FollowAsync();
            Assert.Equal("/activate", browser.Url.AbsolutePath);
        }
        await browser.GetAsync(site.Service.DemoUrl + "/journal/login");
        await browser.FollowAsync();
        Assert.Equal("/activate", browser.Url.AbsolutePath);
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.login where login_key = 'teacher_1'"));
    }

    [Fact]
    public async Task A_login_hint_lies_sealed_while_the_person_is_away_at_the_portal()
    {
        var requests = site.Get<RequestStore>();
        await requests.AddAsync(new PendingRequest
        {
            RequestId = "with-hint", ClientId = "diary", ClientName = "Diary", ResumeUrl = "/r", LoginHint = "+79161234567", AskedAt = site.Clock.GetUtcNow(),
        }, default);
        Assert.Equal("+79161234567", (await requests.FindAsync("with-hint", default))!.LoginHint);
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.request r where r::text like '%79161234567%'"));
    }

    [Fact]
    public async Task A_guardian_cannot_activate()
    {
        var browser = await site.SignInAsync(await site.ParentAsync(0));
        await browser.GetAsync(site.Service.SchoolUrl + "/activate");
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
    }

    [Fact]
    public async Task Password_tries_are_limited_and_failures_counted_for_the_school()
    {
        var browser = await site.SignInAsync(await site.TeacherAsync(2));
        for (var i = 1; i <= 4; i++)
        {
            await browser.SubmitAsync(("Password", "wrong " + i));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
        }
        Assert.Contains("Осталась одна попытка", browser.Text);
        await browser.SubmitAsync(("Password", "wrong 5"));
        await browser.FollowAsync();
        Assert.Equal("/activation-failed", browser.Url.AbsolutePath);
        Assert.Equal(3, browser.Page.QuerySelectorAll("main a.main").Length);
        Assert.Contains(browser.Page.Links, l => l.GetAttribute("href") == "https://old.example/");
        // The right password waits like any other.
        await browser.GetAsync("/activate");
        await browser.SubmitAsync(("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal("/activation-failed", browser.Url.AbsolutePath);
        Assert.Equal(5, await site.QueryAsync<long>("""
            select count(*) from signin.activation_failure f join signin.profile p on p.id = f.profile_id join signin.account a on a.id = p.account_id
             where f.org_nsi_id = '4185' and f.cause = 'wrong-password' and a.last_name = 'Учителевв'
            """));
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.login where login_key = 'teacher_2'"));
    }

    [Fact]
    public async Task An_answer_of_the_portal_for_another_browser_signs_nobody_in()
    {
        var attacker = site.NewBrowser();
        await attacker.GetAsync("/signin/start");
        await attacker.GetAsync(attacker.Location!.AbsoluteUri);
        await attacker.FollowAsync();
        var parent = await site.ParentAsync(1);
        await attacker.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        while (attacker.Location!.AbsolutePath != "/signin/callback") await attacker.GetAsync(attacker.Location!.AbsoluteUri);
        var victim = site.NewBrowser();
        await victim.GetAsync(attacker.Location!.AbsoluteUri);
        Assert.Equal("/start-again", victim.Location?.AbsolutePath);
        Assert.Null(victim.Cookie(CookieName));
        await victim.FollowAsync();
        Assert.Contains("Вход не завершён", victim.Text);
    }

    [Theory]
    [InlineData("/signin/callback")]
    [InlineData("/signin/callback?state=x&code=y")]
    [InlineData("/signin/callback?error=access_denied")]
    [InlineData("/signin/callback?error=a%00b&state=%00")]
    public async Task An_answer_that_nobody_asked_for_begins_anew(string url)
    {
        var browser = await site.NewBrowser().GetAsync(url);
        Assert.Equal("/start-again", browser.Location?.AbsolutePath);
    }

    [Theory]
    [InlineData("/continue?request=%00")]
    [InlineData("/continue?request=unknown")]
    [InlineData("/choose?request=%00")]
    [InlineData("/no-right?request=unknown")]
    [InlineData("/no-account")]
    [InlineData("/activated")]
    [InlineData("/activation-failed?why=%00%3Cscript%3E")]
    [InlineData("/cabinet")]
    public async Task Pages_of_a_sign_in_lead_a_stranger_to_the_start(string url)
    {
        var browser = await site.NewBrowser().GetAsync(url);
        await browser.FollowAsync();
        Assert.Equal("/", browser.Url.AbsolutePath);
    }

    [Theory]
    [InlineData("/signed-out?state=%00")]
    [InlineData("/signed-out?state=https://evil.example/")]
    [InlineData("/start-again?why=%00")]
    [InlineData("/?request=%00")]
    [InlineData("/write-to-us?topic=%00")]
    [InlineData("/how-to-get-access")]
    public async Task Open_pages_answer_odd_addresses_calmly(string url) => Assert.Equal(HttpStatusCode.OK, (await site.NewBrowser().GetAsync(url)).Status);

    [Fact]
    public async Task Forged_events_and_logout_tokens_are_refused_with_a_reason()
    {
        using var http = new HttpClient();
        var cases = new (string Path, HttpContent Content)[]
        {
            ("/events/portal", new StringContent("", Encoding.ASCII, "application/secevent+jwt")),
            ("/events/portal", new StringContent("junk", Encoding.ASCII, "application/secevent+jwt")),
            ("/events/portal", new StringContent("eyJhbGciOiJub25lIn0.e30.", Encoding.ASCII, "application/secevent+jwt")),
            ("/events/portal", new StringContent(new string('a', 100_000), Encoding.ASCII, "application/secevent+jwt")),
            ("/events/portal", new StringContent("{}", Encoding.ASCII, "application/json")),
            ("/signin/backchannel-logout", new FormUrlEncodedContent([])),
            ("/signin/backchannel-logout", new FormUrlEncodedContent([KeyValuePair.Create("logout_token", "eyJhbGciOiJub25lIn0.e30.")])),
            ("/signin/backchannel-logout", new FormUrlEncodedContent([KeyValuePair.Create("logout_token", "a"), KeyValuePair.Create("logout_token", "b")])),
            ("/signin/backchannel-logout", new StringContent("{}", Encoding.ASCII, "application/json")),
        };
        foreach (var (path, content) in cases)
        {
            using var answer = await http.PostAsync(site.Service.SchoolUrl + path, content);
            Assert.Equal((HttpStatusCode.BadRequest, true), (answer.StatusCode, answer.Headers.CacheControl?.NoStore));
            Assert.Contains("description", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task A_portal_that_is_down_gives_a_clear_page_and_a_way_to_try_again()
    {
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?> { ["SignIn:PortalIssuer"] = "http://127.0.0.1:9" });
        using var browser = await new Browser(service.SchoolUrl).GetAsync("/signin/start");
        await browser.FollowAsync();
        Assert.Equal("/portal-down", browser.Url.AbsolutePath);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, browser.Status);
        Assert.Equal("/signin/start", browser.Page.QuerySelector("a.main")!.GetAttribute("href"));
    }
}
