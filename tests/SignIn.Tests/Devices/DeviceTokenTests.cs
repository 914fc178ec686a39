using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Devices;

/// <summary>The token of a bound device: how it changes, and how a copy of it is noticed.</summary>
public sealed class DeviceTokenTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private static readonly TimeSpan Rotates = TimeSpan.FromMinutes(10), Grace = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_use_gives_the_next_token_when_the_set_time_is_over_and_not_before()
    {
        using var browser = await site.BoundAsync(await site.ParentAsync(0));
        var first = browser.Token();
        site.Clock.Advance(Rotates - TimeSpan.FromSeconds(1));
        site.At("library", await site.StartAsync(browser));
        Assert.Equal(first, browser.Token());
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        site.At("library", await site.StartAsync(browser));
        var second = browser.Token();
        Assert.NotEqual(first, second);
        site.Clock.Advance(Rotates);
        site.At("library", await site.StartAsync(browser));
        Assert.NotEqual(second, browser.Token());
    }

    [Fact]
    public async Task The_database_holds_no_token_and_no_page_shows_one()
    {
        using var browser = await site.BoundAsync(await site.ParentAsync(1));
        var token = browser.Token()!;
        var hex = Convert.ToHexStringLower(System.Buffers.Text.Base64Url.DecodeFromChars(token));
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.device d where d::text like '%' || @token || '%' or d::text like '%' || @family || '%' or d::text like '%' || @secret || '%'",
            new { token, family = hex[..32], secret = hex[32..] }));
        await browser.GetAsync("/cabinet/devices");
        Assert.DoesNotContain(token[..20], browser.Page.Source.Text);
        Assert.Contains("httponly", string.Join(';', (await site.BindAsync(browser)).Answer.Headers.GetValues("Set-Cookie").Where(c => c.StartsWith(DeviceSteps.CookieName))));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_tabs_get_one_next_token_and_do_not_unbind_the_device()
    {
        var parent = await site.ParentAsync(2);
        using var browser = await site.BoundAsync(parent);
        var (token, session) = (browser.Token()!, browser.Cookie(DeviceSteps.SessionName)!);
        site.Clock.Advance(Rotates);
        var tabs = Enumerable.Range(0, 30).Select(_ => site.With(token, session)).ToList();
        var ends = await Task.WhenAll(tabs.Select(site.StartAsync));
        Assert.All(ends, where => site.At("library", where));
        var next = Assert.Single(tabs.Select(t => t.Token()).Distinct());
        Assert.NotEqual(token, next);
        Assert.Equal(1, await site.CountAsync(DeviceSteps.LiveSql, parent));
        using var later = site.With(next!, session);
        site.At("library", await site.StartAsync(later));
        // A tab that was slow: within the grace the token before is still good, and brings the newest.
        site.Clock.Advance(Grace - TimeSpan.FromSeconds(1));
        using var slow = site.With(token, session);
        site.At("library", await site.StartAsync(slow));
        Assert.Equal(next, slow.Token());
        tabs.ForEach(t => t.Dispose());
    }

    [Fact]
    public async Task The_token_before_is_good_until_the_newer_one_was_shown_since_an_answer_may_be_lost_on_its_way()
    {
        var parent = await site.ParentAsync(3);
        using var browser = await site.BoundAsync(parent);
        var (token, session) = (browser.Token()!, browser.Cookie(DeviceSteps.SessionName)!);
        site.Clock.Advance(Rotates);
        using (var lost = site.With(token, session)) site.At("library", await site.StartAsync(lost));
        site.Clock.Advance(TimeSpan.FromHours(1));
        site.At("library", await site.StartAsync(browser));
        Assert.NotEqual(token, browser.Token());
        site.Clock.Advance(TimeSpan.FromHours(1));
        site.At("library", await site.StartAsync(browser));
        Assert.Equal(1, await site.CountAsync(DeviceSteps.LiveSql, parent));
    }

    [Fact]
    public async Task An_older_token_unbinds_the_device_ends_its_session_and_the_person_is_told()
    {
        var parent = await site.ParentAsync(4);
        using var browser = await site.BoundAsync(parent);
        var old = browser.Token()!;
        site.Clock.Advance(Rotates);
        await site.StartAsync(browser);
        await site.StartAsync(browser);
        site.Clock.Advance(Grace);
        using var thief = site.With(old);
        await site.StartAsync(thief);
        Assert.Contains("Это устройство отвязано", thief.Text);
        Assert.Null(thief.Token());
        Assert.Equal(0, await site.CountAsync(DeviceSteps.LiveSql, parent));
        Assert.Equal(0, await site.CountAsync(DeviceSteps.SessionsSql, parent));
        Assert.Equal("/", (await site.StartAsync(browser)).AbsolutePath);
        Assert.Null(browser.Token());
        await ToldAsync(await site.SignInAsync(parent, browser));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_stolen_copy_that_is_used_first_is_noticed_when_the_owner_comes()
    {
        var parent = await site.ParentAsync(5);
        using var browser = await site.BoundAsync(parent);
        using var thief = site.With(browser.Token()!);
        site.Clock.Advance(Rotates);
        await site.StartAsync(thief);
        Assert.Equal("/", thief.Url.AbsolutePath);
        await site.StartAsync(thief);
        site.Clock.Advance(Grace);
        Assert.Equal(DeviceSteps.Copied, (await site.StartAsync(browser)).PathAndQuery);
        Assert.Equal(0, await site.CountAsync(DeviceSteps.SessionsSql, parent));
        await browser.GetAsync(DeviceSteps.Copied);
        Assert.Contains("Войдите ещё раз", browser.Text);
        // What the thief has is worth nothing either, and ends nothing more.
        await site.StartAsync(thief);
        Assert.Null(thief.Token());
        await ToldAsync(await site.SignInAsync(parent, browser));
    }

    [Fact]
    public async Task Of_thirty_that_show_an_old_token_one_unbinds_and_the_person_is_told_once()
    {
        var parent = await site.ParentAsync(6);
        using var browser = await site.BoundAsync(parent);
        var old = browser.Token()!;
        site.Clock.Advance(Rotates);
        await site.StartAsync(browser);
        await site.StartAsync(browser);
        site.Clock.Advance(Grace);
        var copies = Enumerable.Range(0, 30).Select(_ => site.With(old)).ToList();
        await Task.WhenAll(copies.Select(site.StartAsync));
        Assert.Equal(1, await site.QueryAsync<long>("""
            select count(*) from kernel.audit l join signin.account a on l.subject = a.id::text
             where a.subject = @id and l.act = 'signin.device-unbound' and l.details ->> 'why' = 'copied'
            """, new { id = parent.AccountId.ToString() }));
        copies.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task A_token_alone_signs_nobody_in()
    {
        using var browser = await site.BoundAsync(await site.ParentAsync(7));
        using var thief = site.With(browser.Token()!);
        foreach (var page in new[] { "/cabinet", "/cabinet/devices", "/continue" })
        {
            await thief.GetAsync(site.Service.SchoolUrl + page);
            await thief.FollowAsync();
            Assert.Equal("/", thief.Url.AbsolutePath);
            Assert.DoesNotContain("Планшет", thief.Text);
        }
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    public async Task What_is_no_token_is_dropped_and_nothing_happens(string token)
    {
        using var browser = site.With(token);
        await browser.GetAsync(site.Service.SchoolUrl + "/");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Null(browser.Token());
        Assert.DoesNotContain("отвязано", browser.Text);
    }

    private async Task ToldAsync(Browser browser)
    {
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains("Устройство «Планшет на кухне» отвязано", browser.Text);
        await browser.GetAsync("/cabinet/security/history");
        Assert.Contains("его метку скопировали", browser.Text);
        await browser.GetAsync("/cabinet/devices");
        Assert.Contains("похоже, кто-то скопировал", browser.Text);
        await browser.PressAsync("PutAway");
        await browser.GetAsync("/cabinet");
        Assert.DoesNotContain("Планшет на кухне", browser.Text);
    }
}
