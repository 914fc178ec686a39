using System.Net;
using Aupd.SignIn.Cabinet.Security;
using Aupd.SignIn.Sessions;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>One's sessions, and the history of one's sign-ins.</summary>
[Collection(CabinetRegion.Name)]
public sealed class SecurityTests(GatewaySite site)
{
    [Fact]
    public async Task One_session_is_ended_and_the_other_goes_on()
    {
        var parent = await site.ParentAsync(17);
        using var phone = await site.SignInAsync(parent);
        using var computer = site.NewBrowser();
        computer.Headers.UserAgent.ParseAdd("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36");
        await site.SignInAsync(parent, computer);
        await computer.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Вход: Chrome, Windows, сеть 127.0.0.x", computer.Text);
        await computer.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
        var cards = computer.Page.QuerySelectorAll("main .card").ToList();
        Assert.Equal(2, cards.Count);
        Assert.Contains("Chrome, Windows", cards.Single(c => c.TextContent.Contains("это устройство")).TextContent);
        Assert.All(cards, c => Assert.Contains("сеть 127.0.0.x", c.TextContent));
        var other = cards.Single(c => !c.TextContent.Contains("это устройство")).QuerySelector("[name=sid]")!.GetAttribute("value")!;
        await computer.SubmitAsync(("sid", other));
        await computer.FollowAsync();
        Assert.Contains("там нужно будет войти заново", computer.Text);
        Assert.Single(computer.Page.QuerySelectorAll("main .card"));
        Assert.Equal(HttpStatusCode.Redirect, (await phone.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    [Fact]
    public async Task The_history_tells_sign_ins_and_services_in_plain_words()
    {
        using var browser = await site.ActivatedAsync(await site.TeacherAsync(18));
        await browser.GetAsync(site.Service.DemoUrl + "/journal/login");
        await browser.FollowAsync();
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        var lines = browser.Page.QuerySelectorAll(".plain li").Select(l => l.TextContent[(l.TextContent.IndexOf(' ') + 1)..]).ToList();
        Assert.Equal("Открыт сервис «Журнал»", lines[0]);
        Assert.Contains("Аккаунт активирован, логин выдан", lines);
        Assert.StartsWith("Вход", lines[^1]);
        Assert.DoesNotContain("signin.", browser.Text);
    }

    [Fact]
    public async Task The_way_to_the_password_and_the_second_step_leads_to_pages_that_are_there()
    {
        using var browser = await site.SignInAsync(await site.PrivateTeacherAsync(19));
        foreach (var path in new[] { "/profile/password", "/profile/second-step" })
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
            var link = browser.Page.QuerySelectorAll("main a").Select(a => a.GetAttribute("href")!).Single(h => h.StartsWith(site.Service.PortalUrl + path, StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(link)).Status);
        }
    }

    [Fact]
    public async Task Fifty_lines_make_a_page_and_every_line_is_on_exactly_one()
    {
        var parent = await site.ParentAsync(18);
        using var browser = await site.SignInAsync(parent);
        var account = await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = parent.AccountId.ToString() });
        // Many lines of one moment: the place in the trail, not the time alone, divides the pages.
        await site.QueryAsync<int>("""
            insert into kernel.audit (at, act, actor, details) select @now::timestamptz - interval '1 hour', 'signin.signed-in', @actor, jsonb_build_object('device', 'Устройство ' || n)
              from generate_series(1, 120) n
            """, new { now = site.Clock.GetUtcNow(), actor = account.ToString() });
        var seen = new List<string>();
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        while (true)
        {
            var lines = browser.Page.QuerySelectorAll(".plain li").Select(l => l.TextContent).ToList();
            Assert.InRange(lines.Count, 1, HistoryModel.PageSize);
            seen.AddRange(lines.Where(l => l.Contains("Устройство")));
            if (browser.Page.QuerySelectorAll("main a").FirstOrDefault(a => a.TextContent == "Раньше") is not { } older) break;
            await browser.GetAsync(older.GetAttribute("href")!);
        }
        Assert.Equal(120, seen.Count);
        Assert.Equal(120, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_made_up_place_in_the_history_is_answered_with_a_page()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(19));
        foreach (var before in new[] { "x", "-1-1", "9999999999999999999-1", "1-9223372036854775808", "1%00-2", "3155378975999999999-9223372036854775807", "0-0" })
        {
            await browser.GetAsync($"{site.Service.SchoolUrl}/cabinet/security/history?before={before}");
            Assert.Equal(HttpStatusCode.OK, browser.Status);
        }
    }

    [Fact]
    public async Task The_history_is_ones_own()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(3));
        var other = await site.TeacherAsync(19);
        using var others = await site.ActivatedAsync(other);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Открыт сервис «Дневник»", browser.Text);
        Assert.DoesNotContain("Журнал", browser.Text);
        Assert.DoesNotContain("активирован", browser.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task What_ended_a_session_from_outside_is_in_the_history()
    {
        var parent = await site.ParentAsync(7);
        using var browser = await site.SignInAsync(parent);
        using var other = await site.SignInAsync(parent);
        await site.Get<EndSessions>().WithRolesAsync(site.Service.PortalUrl, parent.AccountId.ToString(), ["guardian"], default);
        using var later = await site.SignInAsync(parent);
        await later.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Роль изменилась, вход в ней закончен", later.Text);
    }
}
