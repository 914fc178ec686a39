using System.Net;
using Aupd.Kernel.Audit;
using Aupd.SignIn.Sessions;
using Aupd.TestKit;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Tests;

/// <summary>A session may have limits, a kind and a place of its own.</summary>
public sealed class SessionLimitsTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string CookieName = "aupd-school-session";

    [Fact]
    public async Task A_session_with_an_idle_limit_of_its_own_ends_by_it_and_moves_it_when_used()
    {
        var browser = await BeginAsync(0, new SessionKindOf("test", 10, null));
        foreach (var _ in new int[3])
        {
            site.Clock.Advance(TimeSpan.FromMinutes(9));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/cabinet")).Status);
        }
        site.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/cabinet")).Status);
    }

    [Fact]
    public async Task A_session_with_a_longest_time_of_its_own_ends_by_it_however_busy()
    {
        var browser = await BeginAsync(1, new SessionKindOf("test", null, TimeSpan.FromMinutes(45)));
        foreach (var _ in new int[4])
        {
            site.Clock.Advance(TimeSpan.FromMinutes(11));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/cabinet")).Status);
        }
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/cabinet")).Status);
    }

    [Fact]
    public async Task A_service_in_use_moves_the_limit_by_the_sessions_own_minutes()
    {
        var own = await BeginAsync(2, new SessionKindOf("test", 10, null));
        var usual = await site.SignInAsync(await site.ParentAsync(3));
        site.Clock.Advance(TimeSpan.FromMinutes(5));
        var touches = site.Get<SessionTouches>();
        foreach (var sid in new[] { await SidAsync(own), await SidAsync(usual) }) touches.Note(sid);
        await touches.WriteAsync(default);
        Assert.Equal(TimeSpan.FromMinutes(10), await IdleAsync(own));
        Assert.Equal(TimeSpan.FromMinutes(240), await IdleAsync(usual));
    }

    [Fact, Trait("takes", "long")]
    public async Task The_person_sees_of_each_session_what_it_is_and_where_it_began()
    {
        var parent = await site.ParentAsync(4);
        await site.SignInAsync(parent);
        await BeginAsync(parent, new SessionKindOf("test", null, null));
        var lines = await site.Get<Sessions.Sessions>().OfAccountAsync(await AccountIdAsync(parent), default);
        Assert.Equal([("test", ""), ("usual", "127.0.0.0/24")], lines.Select(l => (l.Kind, l.Place)).Order());
    }

    private sealed record SessionKindOf(string Kind, int? IdleMinutes, TimeSpan? Longest);

    private async Task<Browser> BeginAsync(int i, SessionKindOf kind)
    {
        var parent = await site.ParentAsync(i);
        await site.SignInAsync(parent);
        return await BeginAsync(parent, kind);
    }

    private async Task<Browser> BeginAsync(Person person, SessionKindOf kind)
    {
        var http = new DefaultHttpContext();
        await site.Get<Sessions.Sessions>().BeginAsync(http, new NewSession(await AccountIdAsync(person), site.Clock.GetUtcNow(), ["pwd"], null, null, TraceNumber.New())
            { Kind = kind.Kind, IdleMinutes = kind.IdleMinutes, Longest = kind.Longest }, null, new AuditLine("signin.signed-in", "test"), default);
        var browser = site.NewBrowser();
        browser.Cookies.SetCookies(new Uri(site.Service.SchoolUrl), http.Response.Headers.SetCookie.ToString().Split(';')[0]);
        Assert.NotNull(browser.Cookie(CookieName));
        return browser;
    }

    private Task<Guid> AccountIdAsync(Person person) =>
        site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = person.AccountId.ToString() });

    private async Task<string> SidAsync(Browser browser) => (await site.QueryAsync<string>("select sid from signin.session where id_hash = @hash", new { hash = HashOf(browser) }))!;

    private async Task<TimeSpan> IdleAsync(Browser browser) =>
        new DateTimeOffset(await site.QueryAsync<DateTime>("select idle_until from signin.session where id_hash = @hash", new { hash = HashOf(browser) })) - site.Clock.GetUtcNow();

    private static byte[] HashOf(Browser browser) =>
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(browser.Cookie(CookieName)!));
}
