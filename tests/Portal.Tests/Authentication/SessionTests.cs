using System.Net;
using Aupd.Portal.Accounts;
using Aupd.Portal.Sessions;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Authentication;

public sealed class SessionTests(PortalSite site) : IClassFixture<PortalSite>
{
    [Fact]
    public async Task A_session_ends_when_it_was_not_used_for_two_hours()
    {
        using var browser = await site.SignedInAsync(await site.NewPersonAsync());
        for (var i = 0; i < 3; i++)
        {
            site.Clock.Advance(TimeSpan.FromMinutes(119));
            Assert.True(await IsSignedInAsync(browser));
        }
        site.Clock.Advance(TimeSpan.FromMinutes(120));
        Assert.False(await IsSignedInAsync(browser));
    }

    [Fact]
    public async Task A_session_ends_twelve_hours_after_the_password_however_much_it_is_used()
    {
        using var browser = await site.SignedInAsync(await site.NewPersonAsync());
        for (var hour = 1; hour < 12; hour++)
        {
            site.Clock.Advance(TimeSpan.FromHours(1));
            Assert.True(await IsSignedInAsync(browser));
        }
        site.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.True(await IsSignedInAsync(browser));
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await IsSignedInAsync(browser));
    }

    [Fact]
    public async Task A_changed_password_ends_every_other_session_and_keeps_this_one()
    {
        var person = await site.NewPersonAsync();
        using var here = await site.SignedInAsync(person);
        using var elsewhere = await site.SignedInAsync(person);
        var sessions = site.Get<PortalSessions>();
        var mine = (await sessions.ListAsync(person.Id)).MinBy(s => s.Id)!;
        Assert.Equal(2, (await sessions.ListAsync(person.Id)).Count);
        Assert.IsType<ChangePasswordOutcome.Changed>(await ChangeAsync(mine, PortalSite.Password, "четыре синих чайника"));
        Assert.True(await IsSignedInAsync(here));
        Assert.False(await IsSignedInAsync(elsewhere));
        Assert.Equal(mine.Id, Assert.Single(await sessions.ListAsync(person.Id)).Id);
        Assert.Equal(200, await site.TryAsync(elsewhere, person.Login, PortalSite.Password));
        Assert.Equal(303, await site.TryAsync(elsewhere, person.Login, "четыре синих чайника"));
    }

    [Fact]
    public async Task A_password_is_changed_by_who_knows_the_old_one_only()
    {
        var person = await site.NewPersonAsync();
        using var browser = await site.SignedInAsync(person);
        var session = Assert.Single(await site.Get<PortalSessions>().ListAsync(person.Id));
        Assert.IsType<ChangePasswordOutcome.NewRefused>(await ChangeAsync(session, PortalSite.Password, "короткий"));
        Assert.IsType<ChangePasswordOutcome.NewRefused>(await ChangeAsync(session, PortalSite.Password, person.Phone));
        Assert.IsType<ChangePasswordOutcome.SameAsOld>(await ChangeAsync(session, PortalSite.Password, PortalSite.Password));
        for (var i = 0; i < 5; i++) Assert.IsType<ChangePasswordOutcome.OldIsWrong>(
            await ChangeAsync(session, "not the password", "четыре синих чайника"));
        Assert.IsType<ChangePasswordOutcome.MustWait>(await ChangeAsync(session, PortalSite.Password, "четыре синих чайника"));
        // Whoever guessed at an open browser has locked that browser, not the owner's sign-in.
        Assert.Equal(303, await site.TryAsync(site.NewBrowser(), person.Login, PortalSite.Password));
    }

    [Fact]
    public async Task A_hash_of_other_parameters_is_made_anew_at_the_next_sign_in()
    {
        var person = await site.NewPersonAsync();
        await site.AskAsync<int>("update portal.account set password_hash = @hash where id = @Id returning 1", new
        {
            hash = Portal.Passwords.Argon2id.Hash(System.Text.Encoding.UTF8.GetBytes(PortalSite.Password), 3, 9000), person.Id,
        });
        using var browser = await site.SignedInAsync(person);
        Assert.StartsWith("$argon2id$v=19$m=8192,t=1,p=1$",
            await site.AskAsync<string>("select password_hash from portal.account where id = @Id", new { person.Id }));
        Assert.True(await IsSignedInAsync(browser));
    }

    [Fact]
    public async Task One_person_cannot_end_the_sessions_of_another()
    {
        var (mine, other) = (await site.NewPersonAsync(), await site.NewPersonAsync());
        using var browser = await site.SignedInAsync(other);
        var sessions = site.Get<PortalSessions>();
        var theirs = Assert.Single(await sessions.ListAsync(other.Id));
        Assert.Equal(0, await sessions.EndAsync(mine.Id, [theirs.Id], mine.Id.ToString()));
        Assert.True(await IsSignedInAsync(browser));
        Assert.Equal(1, await sessions.EndAsync(other.Id, [theirs.Id], other.Id.ToString()));
        Assert.False(await IsSignedInAsync(browser));
    }

    [Fact]
    public async Task A_renewed_session_leaves_the_old_cookie_worthless()
    {
        using var browser = await site.SignedInAsync(await site.NewPersonAsync());
        var old = browser.Cookie("aupd-portal-session")!;
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext { RequestServices = site.Service.Portal.Services };
        http.Request.Headers.Cookie = $"aupd-portal-session={old}";
        await site.Get<PortalSessions>().RenewAsync(http);
        Assert.False(await IsSignedInAsync(browser));
        var fresh = http.Response.Headers.SetCookie.ToString().Split(['=', ';'])[1];
        browser.Cookies.Add(new Cookie("aupd-portal-session", fresh, "/", "localhost"));
        Assert.True(await IsSignedInAsync(browser));
    }

    private static async Task<bool> IsSignedInAsync(Browser browser)
    {
        await browser.GetAsync("/");
        return browser.Location?.AbsolutePath == "/profile";
    }

    private async Task<ChangePasswordOutcome> ChangeAsync(PortalSession session, string old, string fresh)
    {
        await using var scope = site.Scope();
        return await scope.ServiceProvider.GetRequiredService<ChangePassword>().RunAsync(session, old, fresh);
    }
}
