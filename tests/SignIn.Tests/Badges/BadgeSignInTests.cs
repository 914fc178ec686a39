using System.Net;
using Aupd.SignIn.Badges;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests.Badges;

/// <summary>The child's side: the badge, the pictures, the session, and all that a badge is too little for.</summary>
public sealed class BadgeSignInTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    internal const string SessionSql = """
        select s.kind || ' ' || array_to_string(s.methods, ',') || ' ' || s.active_role || ' ' || (s.expires_at - s.created_at)::text || ' ' || s.idle_minutes
          from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.ended_at is null
        """;

    [Fact, Trait("takes", "long")]
    public async Task A_child_shows_the_badge_presses_the_pictures_and_is_in_the_diary_for_a_school_day()
    {
        var child = await site.ChildAsync(0);
        await site.QueryAsync<int>("delete from signin.session");
        using var teacher = await site.LeaderAsync(0);
        var badge = await site.PrintOneAsync(teacher, 0);
        using var browser = site.NewBrowser();
        await browser.GetAsync(site.Service.SchoolUrl + "/");
        Assert.Contains(browser.Page.QuerySelectorAll("a"), a => a.GetAttribute("href") == "/badge" && a.TextContent == "У меня бейдж");

        var url = await site.ScannedAsync(badge);
        await browser.GetAsync(url);
        Assert.Equal(HttpStatusCode.Redirect, browser.Status);
        Assert.Equal(site.Service.SchoolUrl + "/badge/pictures", browser.Location?.AbsoluteUri);
        Assert.Equal("no-referrer", browser.Answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.DoesNotContain(url.Split('/')[^1], browser.Cookie(BadgeSteps.CookieName));
        await browser.FollowAsync();
        Assert.Equal(16, browser.Page.QuerySelectorAll("button img").Select(i => i.GetAttribute("alt")).Distinct().Count());
        await browser.PressAsync(badge.Pictures);
        Assert.Equal("/continue", browser.Location?.AbsolutePath);
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
        Assert.Equal("badge badge,pin pupil:p0 08:00:00 60", await site.QueryAsync<string>(SessionSql, new { id = child.AccountId.ToString() }));
        Assert.Null(browser.Cookie(BadgeSteps.CookieName));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_service_that_asked_gets_its_answer_after_the_badge()
    {
        await site.ChildAsync(1);
        using var teacher = await site.LeaderAsync(1);
        var badge = await site.PrintOneAsync(teacher, 1);
        using var browser = site.NewBrowser();
        await browser.GetAsync(site.Service.DemoUrl + "/library/login");
        while (browser.Location is { } next && next.AbsolutePath != "/signin/start") await browser.GetAsync(next.AbsoluteUri);
        var request = browser.Location!.Query.TrimStart('?').Split('&').Single(q => q.StartsWith("request=", StringComparison.Ordinal));
        await browser.GetAsync($"{site.Service.SchoolUrl}/badge?{request}");
        await browser.SubmitAsync(("Number", badge.Number));
        await browser.FollowAsync();
        await browser.PressAsync(badge.Pictures);
        await browser.FollowAsync();
        Assert.Equal(site.Service.DemoUrl + "/library/", browser.Url.GetLeftPart(UriPartial.Path));
        // And a service that is not for pupils says so, as to anybody.
        await browser.GetAsync(site.Service.DemoUrl + "/journal/login");
        await browser.FollowAsync();
        Assert.Equal("/no-right", browser.Url.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task The_one_time_state_is_spent_by_one_of_thirty_and_is_worth_nothing_afterwards()
    {
        var child = await site.ChildAsync(2);
        using var teacher = await site.LeaderAsync(2);
        var badge = await site.PrintOneAsync(teacher, 2);
        await site.QueryAsync<int>("delete from signin.session s using signin.account a where a.id = s.account_id and a.subject = @id", new { id = child.AccountId.ToString() });
        using var first = await site.TypedAsync(badge.Number);
        var state = first.Cookie(BadgeSteps.CookieName)!;
        var ends = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var tab = site.WithState(state);
            await tab.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
            await tab.PressAtOnceAsync(badge.Pictures);
            return tab.Location!.PathAndQuery;
        }));
        Assert.Equal(1, ends.Count(e => e == "/continue"));
        Assert.Equal(29, ends.Count(e => e == "/badge?why=again"));
        Assert.Equal(1, await site.CountAsync("select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id", child));
        using var later = site.WithState(state);
        await later.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
        await later.PressAtOnceAsync(badge.Pictures);
        Assert.Equal("/badge?why=again", later.Location?.PathAndQuery);
        Assert.Equal(1, await site.CountAsync("select count(*) from kernel.audit k join signin.account a on a.id::text = k.actor where a.subject = @id and act = 'signin.badge-used'", child));
    }

    [Fact, Trait("takes", "long")]
    public async Task Another_child_who_found_the_badge_does_not_get_in_with_his_own_pictures()
    {
        await site.ChildAsync(3);
        await site.ChildAsync(4);
        using var teacher = await site.LeaderAsync(3);
        var (found, own) = (await site.PrintOneAsync(teacher, 3), await site.PrintOneAsync(teacher, 4));
        using var browser = await site.EnterAsync(found with { Pictures = own.Pictures });
        Assert.Equal("/badge/pictures", browser.Url.AbsolutePath);
        Assert.Contains("Не те картинки", browser.Text);
        // Nor with a cookie put together of two badges.
        using var mine = await site.TypedAsync(own.Number);
        var (state, badge) = (browser.Cookie(BadgeSteps.CookieName)!.Split('.')[0], mine.Cookie(BadgeSteps.CookieName)!.Split('.')[1]);
        using var forger = site.WithState($"{state}.{badge}");
        await forger.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
        await forger.PressAtOnceAsync(own.Pictures);
        Assert.Contains("Осталась одна попытка", forger.Text);
        // The same pictures in another order are others.
        using var shuffled = await site.EnterAsync(own with { Pictures = [.. own.Pictures.Reverse()] });
        Assert.Contains("Не те картинки", shuffled.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_badge_opens_services_and_nothing_that_concerns_safety()
    {
        var child = await site.ChildAsync(5);
        using var teacher = await site.LeaderAsync(4);
        using var browser = await site.EnterAsync(await site.PrintOneAsync(teacher, 5));
        await browser.FollowAsync();
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Empty(browser.Page.QuerySelectorAll(".tabs a"));
        var closed = new[]
        {
            "/cabinet/security", "/cabinet/security/history", "/cabinet/security/third-parties", "/cabinet/data", "/cabinet/data/copy", "/cabinet/devices",
            "/cabinet/devices/bind", "/cabinet/class",
        };
        foreach (var page in closed)
        {
            await browser.GetAsync(site.Service.SchoolUrl + page);
            Assert.Equal("/cabinet?closed=true", browser.Location?.PathAndQuery);
        }
        await browser.FollowAsync();
        Assert.Contains("По бейджу эта страница не открывается", browser.Text);
        // A form of another page, sent by hand.
        using var own = await site.SignInAsync(child);
        await own.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
        var form = own.Page.Forms.Single(f => f.GetAttribute("action")!.EndsWith("handler=EndAll", StringComparison.Ordinal));
        await browser.GetAsync(site.Service.SchoolUrl + "/badge");
        await browser.SendAsync(form, ("form_token", browser.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!));
        Assert.Equal("/continue", browser.Location?.AbsolutePath);
        await own.GetAsync("/cabinet/security");
        Assert.Equal(HttpStatusCode.OK, own.Status);
        Assert.Contains("по бейджу", own.Text);
        // Nor does it let in another screen.
        using var screen = site.NewBrowser();
        await screen.GetAsync(site.Service.SchoolUrl + "/qr/screen");
        await browser.GetAsync(site.Service.SchoolUrl + "/qr");
        await browser.SubmitAsync(("Number", screen.Page.QuerySelector("#code .big")!.TextContent));
        await browser.FollowAsync();
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.Contains("Здесь подтвердить нельзя", browser.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task The_next_child_at_the_same_tablet_signs_the_one_before_out()
    {
        var (one, two) = (await site.ChildAsync(6), await site.ChildAsync(7));
        using var teacher = await site.LeaderAsync(5);
        var (first, second) = (await site.PrintOneAsync(teacher, 6), await site.PrintOneAsync(teacher, 7));
        using var tablet = await site.EnterAsync(first);
        var live = "select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.kind = 'badge' and s.ended_at is null";
        Assert.Equal(1, await site.CountAsync(live, one));
        await tablet.GetAsync(site.Service.SchoolUrl + "/badge");
        await tablet.SubmitAsync(("Number", second.Number));
        await tablet.FollowAsync();
        await tablet.PressAsync(second.Pictures);
        Assert.Equal("/continue", tablet.Location?.AbsolutePath);
        Assert.Equal(0, await site.CountAsync(live, one));
        Assert.Equal(1, await site.CountAsync(live, two));
    }

    [Fact, Trait("takes", "long")]
    public async Task Every_use_stands_in_the_childs_history_and_in_the_classs()
    {
        var child = await site.ChildAsync(8);
        using var teacher = await site.LeaderAsync(6);
        var badge = await site.PrintOneAsync(teacher, 8);
        using (var wrong = await site.EnterAsync(badge with { Pictures = badge.Wrong })) await wrong.PressAsync(badge.Pictures);
        await site.ActAsync(teacher, "Void", 8);
        using (await site.TypedAsync(badge.Number)) { }
        using (await site.TypedAsync(badge.Number)) { }
        string[] expected = ["По отключённому бейджу не впустили", "Бейдж отключён учителем", "Вход по бейджу", "Бейдж: выбраны не те картинки", "Бейдж напечатан"];
        await teacher.GetAsync("/cabinet/class/history");
        var seen = teacher.Page.QuerySelectorAll(".card").Where(c => c.QuerySelector("strong")!.TextContent == "Школьникови Марина").Select(c => c.TextContent).ToList();
        Assert.Equal(expected.Length, seen.Count);
        Assert.All(expected.Zip(seen), p => Assert.Contains(p.First, p.Second));
        using var own = await site.SignInAsync(child);
        await own.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.All(expected, words => Assert.Contains(words, own.Text));
        Assert.Contains("Бейдж больше не действует, вход по нему закончен", own.Text);
        await teacher.GetAsync("/cabinet/security/history");
        Assert.Contains("Бейдж напечатан", teacher.Text);
        Assert.Contains("Вы отметили, что ведёте класс", teacher.Text);
    }

    [Theory]
    [InlineData("activated_at = null", "first", "Сначала войди один раз с логином и паролем")]
    [InlineData("disabled_at = now()", "closed", "Вход для тебя закрыт")]
    public async Task Who_may_not_enter_is_told_so_in_a_childs_words_after_the_pictures(string change, string why, string words)
    {
        var pupil = why == "first" ? 9 : 10;
        var child = await site.ChildAsync(pupil);
        using var teacher = await site.LeaderAsync(pupil);
        var badge = await site.PrintOneAsync(teacher, pupil);
        await site.QueryAsync<int>($"update signin.profile p set {change} from signin.account a where a.id = p.account_id and a.subject = @id", new { id = child.AccountId.ToString() });
        using var browser = await site.EnterAsync(badge);
        Assert.Equal($"/badge?why={why}", browser.Location?.PathAndQuery);
        await browser.FollowAsync();
        Assert.Contains(words, browser.Text);
        await browser.GetAsync("/cabinet");
        Assert.Equal("/continue", browser.Location?.AbsolutePath);
        await teacher.GetAsync("/cabinet/class");
        Assert.Equal(why == "first" ? "аккаунт не активирован" : "доступ закрыт", teacher.StandingOf(pupil));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_badge_does_not_get_past_an_account_that_is_disabled_at_the_portal()
    {
        var child = await site.ChildAsync(15);
        using var teacher = await site.LeaderAsync(14, "2Б");
        var badge = await site.PrintOneAsync(teacher, 15);
        await using (var scope = site.Service.Portal.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<Aupd.Portal.Doors.IAccounts>().DisableAsync(child.AccountId, "test"));
        await Eventually.HoldsAsync("the news of the portal", async () => await site.CountAsync("select count(*) from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @id and p.disabled_at is not null", child) == 1);
        using var browser = await site.EnterAsync(badge);
        Assert.Equal("/badge?why=closed", browser.Location?.PathAndQuery);
        await teacher.GetAsync("/cabinet/class");
        Assert.Equal("доступ закрыт", teacher.StandingOf(15));
    }

    [Fact]
    public async Task Bad_input_is_answered_and_changes_nothing()
    {
        using var browser = site.NewBrowser();
        foreach (var secret in new[] { "x", new string('A', 22), new string('A', 3000), "%00", "АБВ", "..%2f.." })
        {
            await browser.GetAsync($"{site.Service.SchoolUrl}/badge/{secret}");
            Assert.True(browser.Status is HttpStatusCode.Redirect or HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{secret}: {browser.Status}");
            if (browser.Location is { } to) Assert.Equal("/badge?why=no-good", to.PathAndQuery);
        }
        foreach (var number in new[] { "", "1234567", "123456789", "1234567890123", "abcdefgh", "١٢٣٤٥٦٧٨" })
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/badge");
            await browser.SubmitAsync(("Number", number));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.Contains("двенадцать цифр", browser.Page.QuerySelector(".error")!.TextContent);
        }
        await browser.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
        Assert.Equal("/badge", browser.Location?.PathAndQuery);
        foreach (var cookie in new[] { "x", ".", $"{new string('A', 43)}.{Guid.Empty:N}", new string('.', 2000) })
        {
            using var forger = site.WithState(cookie);
            await forger.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
            if (forger.Status == HttpStatusCode.OK) await forger.PressAtOnceAsync([.. Picture.All.Take(4).Select(p => p.Word)]);
            Assert.Equal("/badge", forger.Location?.AbsolutePath);
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task Pictures_that_are_none_or_come_twice_begin_the_choice_again_and_cost_no_try()
    {
        var child = await site.ChildAsync(11);
        using var teacher = await site.LeaderAsync(11);
        var badge = await site.PrintOneAsync(teacher, 11);
        using var browser = await site.TypedAsync(badge.Number);
        await browser.FollowAsync();
        foreach (var (chosen, picture) in new[] { ("cat-cat-sun", "moon"), ("cat-sun-moon", "cat"), ("x-y-z", "moon"), ("", "nothing"), ("cat-sun-moon-key-car", "ball"), (new string('-', 5000), "cat"), ("cat-sun-moon", "") })
        {
            await browser.SubmitAsync(("Chosen", chosen), ("Picture", picture));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
        }
        Assert.Equal(0, await site.CountAsync("select sum(fails)::bigint from signin.badge b join signin.account a on a.id = b.account_id where a.subject = @id", child));
        await browser.GetAsync("/badge/pictures");
        await browser.PressAsync(badge.Pictures);
        Assert.Equal("/continue", browser.Location?.AbsolutePath);
    }
}
