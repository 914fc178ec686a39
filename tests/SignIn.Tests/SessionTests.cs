using System.Net;
using Aupd.Portal.Doors;
using Aupd.SignIn.Sessions;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests;

/// <summary>Sessions: how they begin, how long they last, and everything that ends them.</summary>
public sealed class SessionTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string CookieName = "aupd-school-session";
    private const string LiveSql = """
        select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.ended_at is null
        """;

    [Fact]
    public async Task A_session_id_from_elsewhere_is_never_adopted()
    {
        var browser = site.NewBrowser();
        var planted = new string('A', 43);
        browser.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(CookieName, planted));
        await site.SignInAsync(await site.ParentAsync(0), browser);
        Assert.NotEqual(planted, browser.Cookie(CookieName));
        using var attacker = site.NewBrowser();
        attacker.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(CookieName, planted));
        await attacker.GetAsync("/cabinet");
        await attacker.FollowAsync();
        Assert.Equal("/", attacker.Url.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Requests_that_ran_out_go_however_many_they_are_and_one_that_waits_stays()
    {
        await site.QueryAsync<int>("""
            insert into signin.request (request_id, client_id, client_name, client_roles, resume_url, select_asked, asked_at, expires_at)
            select 'pile' || n, 'diary', 'Дневник', '{}', '/', false, @now, @now + case when n = 0 then interval '1 hour' else interval '-1 second' end from generate_series(0, 12000) n
            """, new { now = site.Clock.GetUtcNow() });
        await ActivatorUtilities.CreateInstance<PruneExpired>(site.Service.School.Services).RunAsync(default);
        Assert.Equal("pile0", await site.QueryAsync<string>("select string_agg(request_id, ' ') from signin.request where request_id like 'pile%'"));
    }

    [Fact]
    public async Task Every_sign_in_changes_the_id_and_the_old_one_is_worth_nothing()
    {
        var parent = await site.ParentAsync(1);
        var browser = await site.SignInAsync(parent);
        var before = browser.Cookie(CookieName)!;
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.GetAsync(site.Service.SchoolUrl + "/signin/start?anew=1");
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
        Assert.NotEqual(before, browser.Cookie(CookieName));
        using var old = site.NewBrowser();
        old.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(CookieName, before));
        await old.GetAsync("/cabinet");
        Assert.Equal("/continue", old.Location?.AbsolutePath);
        Assert.Equal(1, await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }));
    }

    [Fact]
    public async Task The_database_holds_no_session_id()
    {
        var browser = await site.SignInAsync(await site.ParentAsync(2));
        var id = browser.Cookie(CookieName)!;
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.session s where s::text like '%' || @id || '%'", new { id }));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_session_ends_when_nobody_was_there_for_the_set_time_and_not_before()
    {
        var browser = await site.SignInAsync(await site.ParentAsync(3));
        site.Clock.Advance(TimeSpan.FromMinutes(239));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        site.Clock.Advance(TimeSpan.FromMinutes(239));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/cabinet")).Status);
        site.Clock.Advance(TimeSpan.FromMinutes(241));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/cabinet")).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_session_ends_after_the_longest_time_however_busy()
    {
        var browser = await site.SignInAsync(await site.ParentAsync(4));
        for (var hours = 0; hours < 166; hours += 2)
        {
            site.Clock.Advance(TimeSpan.FromHours(2));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        }
        site.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/cabinet")).Status);
    }

    [Fact]
    public async Task Signing_out_ends_the_gateway_and_the_portal_and_asks_first()
    {
        var parent = await site.ParentAsync(5);
        var browser = await site.SignInAsync(parent);
        await browser.GetAsync(site.Service.SchoolUrl + "/sign-out");
        Assert.Contains("Выйти из школьных сервисов?", browser.Text);
        Assert.Equal(1, await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }));
        await browser.SubmitAsync();
        await browser.FollowAsync();
        Assert.Equal(site.Service.SchoolUrl + "/signed-out", browser.Url.GetLeftPart(UriPartial.Path));
        Assert.Equal(0, await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }));
        await browser.GetAsync(site.Service.PortalUrl + "/profile");
        Assert.Equal(HttpStatusCode.Redirect, browser.Status);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_the_other_devices_too()
    {
        var parent = await site.ParentAsync(6);
        var phone = await site.SignInAsync(parent);
        var computer = await site.SignInAsync(parent);
        await computer.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
        var form = computer.Page.Forms.Single(f => f.GetAttribute("action")!.EndsWith("EndAll"));
        await computer.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(computer.Url, form.GetAttribute("action")!))
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("form_token", form.QuerySelector("[name=form_token]")!.GetAttribute("value")!)]),
        });
        Assert.Equal(0, await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }));
        Assert.Equal(HttpStatusCode.Redirect, (await phone.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    [Fact]
    public async Task A_disabled_portal_account_is_out_of_the_gateway_also_when_its_portal_session_is_long_gone()
    {
        var parent = await site.ParentAsync(17);
        await site.SignInAsync(parent);
        await GrantOfflineAsync(parent);
        await site.QueryAsync<int>("delete from portal.session where account_id = @AccountId", new { parent.AccountId });
        await using (var scope = site.Service.Portal.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(parent.AccountId, "test"));
        await Eventually.HoldsAsync("the end of the sessions", async () => await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }) == 0);
        await Eventually.HoldsAsync("the end of the grants", async () => await site.QueryAsync<long>(OfflineSql, new { id = parent.AccountId.ToString() }) == 0);
    }

    [Fact]
    public async Task Signing_out_everywhere_and_a_new_password_end_what_outlives_sessions()
    {
        foreach (var parent in new[] { await site.ParentAsync(18), await site.ParentAsync(19) })
        {
            await site.SignInAsync(parent);
            await GrantOfflineAsync(parent);
            var account = await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = parent.AccountId.ToString() });
            var end = site.Get<EndSessions>();
            await end.AuthenticatedBeforeAsync(account, site.Clock.GetUtcNow().AddDays(-1), "test", default);
            Assert.NotEqual(0, await site.QueryAsync<long>(OfflineSql, new { id = parent.AccountId.ToString() }));
            if (parent.Surname.EndsWith('у')) await end.AuthenticatedBeforeAsync(account, site.Clock.GetUtcNow().AddDays(1), "test", default);
            else await end.AllOfAsync(account, "test", default);
            Assert.Equal(0, await site.QueryAsync<long>(OfflineSql, new { id = parent.AccountId.ToString() }));
        }
    }

    private const string OfflineSql = """
        select count(*) from openid.client_grant g join signin.profile p on p.id::text = g.subject join signin.account a on a.id = p.account_id
         where a.subject = @id and g.offline and g.revoked_at is null
        """;

    private Task GrantOfflineAsync(Person person) => site.QueryAsync<int>("""
        insert into openid.client_grant (id, provider, client_id, subject, session_id, scopes, offline, authenticated_at, methods, granted_at, expires_at)
        select gen_random_uuid(), 'school', 'diary', p.id::text, 'gone', '{openid,offline_access}', true, @now, '{pwd}', @now, @later
          from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @id
        """, new { id = person.AccountId.ToString(), now = site.Clock.GetUtcNow(), later = site.Clock.GetUtcNow().AddDays(30) });

    [Fact]
    public async Task One_cannot_end_the_session_of_another()
    {
        var victim = await site.ParentAsync(7);
        await site.SignInAsync(victim);
        var sid = await site.QueryAsync<string>("select s.sid from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id", new { id = victim.AccountId.ToString() });
        var browser = await site.SignInAsync(await site.ParentAsync(8));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
        await browser.SubmitAsync(("sid", sid!));
        Assert.Equal("/cabinet/security", browser.Location?.AbsolutePath);
        Assert.Equal(1, await site.QueryAsync<long>(LiveSql, new { id = victim.AccountId.ToString() }));
    }

    [Fact]
    public async Task The_end_of_the_portals_session_ends_ours()
    {
        var parent = await site.ParentAsync(9);
        var browser = await site.SignInAsync(parent);
        await browser.GetAsync(site.Service.PortalUrl + "/logout");
        if (browser.Location is null) await browser.SubmitAsync();
        await Eventually.HoldsAsync("the end of the sessions", async () => await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }) == 0);
    }

    [Fact]
    public async Task A_changed_password_ends_the_sessions_that_began_with_the_old_one()
    {
        var parent = await site.ParentAsync(10);
        await site.SignInAsync(parent);
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        var browser = await new Browser(site.Service.PortalUrl).GetAsync("/login");
        await browser.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await browser.GetAsync("/profile/password");
        await browser.SubmitAsync(("Old", Person.Password), ("New", "четыре синих самовара"));
        await Eventually.HoldsAsync("the end of the sessions", async () => await site.QueryAsync<long>(LiveSql, new { id = parent.AccountId.ToString() }) == 0);
    }

    [Fact]
    public async Task Another_person_in_the_same_browser_gets_nothing_of_the_first()
    {
        var first = await site.ParentAsync(11);
        var browser = await site.SignInAsync(first);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.GetAsync(site.Service.SchoolUrl + "/signin/start?anew=1");
        await browser.FollowAsync();
        var second = await site.PrivateTeacherAsync(11);
        await browser.SubmitAsync(("Login", second.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal(0, await site.QueryAsync<long>(LiveSql, new { id = first.AccountId.ToString() }));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains(second.Surname, browser.Text);
        Assert.DoesNotContain(first.Surname, browser.Text);
    }

    [Fact]
    public async Task A_role_that_the_registries_take_away_takes_its_sessions_along_and_no_others()
    {
        var leaver = await site.PrivateTeacherAsync(12);
        var stayer = await site.PrivateTeacherAsync(13);
        await site.SignInAsync(leaver);
        await site.SignInAsync(stayer);
        await site.ImportAsync(record => record != "v12");
        await Eventually.HoldsAsync("the end of the sessions", async () => await site.QueryAsync<long>(LiveSql, new { id = leaver.AccountId.ToString() }) == 0);
        Assert.Equal(1, await site.QueryAsync<long>(LiveSql, new { id = stayer.AccountId.ToString() }));
    }
}
