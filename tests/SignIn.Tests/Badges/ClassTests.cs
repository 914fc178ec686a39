using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Badges;

/// <summary>The teacher's side: naming a class, printing, voiding, unlocking, and what others may not.</summary>
public sealed class ClassTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    private const string LiveSql = "select count(*) from signin.badge b join signin.account a on a.id = b.account_id where a.subject = @id and b.voided_at is null";

    [Fact, Trait("takes", "long")]
    public async Task A_teacher_names_a_class_sees_its_pupils_and_prints_badges_for_those_who_have_none()
    {
        var children = new[] { await site.ChildAsync(14), await site.ChildAsync(15) };
        var waiting = await site.PupilAsync(16);
        using (await site.SignInAsync(waiting)) { }
        using var teacher = await site.LeaderAsync(0, "2Б");
        Assert.Equal("2Б", teacher.Page.QuerySelector("h1")!.TextContent);
        Assert.Contains(teacher.Page.QuerySelectorAll(".tabs a"), a => a.GetAttribute("href") == "/cabinet/class");
        Assert.Equal("бейджа нет", teacher.StandingOf(14));
        Assert.Equal("аккаунт не активирован", teacher.StandingOf(16));
        Assert.Equal("ещё не входил", teacher.StandingOf(17));
        Assert.DoesNotContain("Школьникова Марина", teacher.Text);

        var printed = await site.PrintAsync(teacher, "missing");
        Assert.Equal(["Марина Школьниковп", "Марина Школьниковр"], printed.Select(p => p.Name));
        Assert.All(printed, p => Assert.Equal(4, p.Pictures.Distinct().Count()));
        Assert.Equal(2, printed.Select(p => p.Number).Distinct().Count());
        Assert.Contains("Без бейджа пока: 2", teacher.Text);
        Assert.Contains("no-store", teacher.Answer.Headers.CacheControl!.ToString());
        foreach (var child in children) Assert.Equal(1, await site.CountAsync(LiveSql, child));
        // Nothing that is printed lies in the table.
        var kept = await site.QueryAsync<string>("select string_agg(b::text, ' ') from signin.badge b");
        foreach (var badge in printed)
        {
            Assert.DoesNotContain(badge.Number.Replace(" ", ""), kept);
            Assert.DoesNotContain(badge.Pictures[0], kept);
        }
        await teacher.GetAsync("/cabinet/class");
        Assert.Equal("бейдж до 31 августа", teacher.StandingOf(14));
    }

    [Fact, Trait("takes", "long")]
    public async Task The_same_press_of_the_button_prints_once_be_it_thirty_times()
    {
        var child = await site.ChildAsync(4);
        using var teacher = await site.LeaderAsync(1);
        await teacher.GetAsync("/cabinet/class");
        var form = teacher.Page.Forms.First(f => f.QuerySelector("[name=pupil][value=p4]") is not null && f.QuerySelector("[name=whom]") is not null);
        var bodies = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var tab = site.NewBrowser();
            tab.Cookies.Add(teacher.Cookies.GetAllCookies());
            tab.Headers.Add("X-Forwarded-For", "203.0.113.77");
            await tab.GetAsync(teacher.Url.AbsoluteUri);
            await tab.SendAsync(form);
            return tab.PrintedBadges().Count;
        }));
        Assert.Equal(1, bodies.Sum());
        Assert.Equal(1, await site.CountAsync(LiveSql, child));
        await teacher.SendAsync(form);
        Assert.Contains("уже показан один раз", teacher.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_new_badges_for_one_child_leave_one_that_is_good()
    {
        var child = await site.ChildAsync(5);
        using var teacher = await site.LeaderAsync(2);
        await teacher.GetAsync("/cabinet/class");
        var printed = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var tab = site.NewBrowser();
            tab.Cookies.Add(teacher.Cookies.GetAllCookies());
            return await site.PrintOneAsync(tab, 5);
        }));
        Assert.Equal(1, await site.CountAsync(LiveSql, child));
        var good = 0;
        foreach (var (badge, i) in printed.Select((b, i) => (b, i)))
        {
            using var browser = await site.TypedAsync(badge.Number, $"198.51.{i}.1");
            if (browser.Location?.AbsolutePath == "/badge/pictures") good++;
        }
        Assert.Equal(1, good);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_new_badge_and_a_voided_one_end_the_old_one_and_what_began_with_it()
    {
        var child = await site.ChildAsync(6);
        using var teacher = await site.LeaderAsync(3);
        var first = await site.PrintOneAsync(teacher, 6);
        using var one = await site.EnterAsync(first);
        var second = await site.PrintOneAsync(teacher, 6);
        Assert.NotEqual(first.Number, second.Number);
        await one.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal("/continue", one.Location?.AbsolutePath);
        using (var old = await site.TypedAsync(first.Number)) Assert.Contains("Такого числа нет", old.Text);
        using var two = await site.EnterAsync(second);
        await site.ActAsync(teacher, "Void", 6);
        Assert.Contains("Бейдж отключён", teacher.Text);
        Assert.Equal("бейдж отключён", teacher.StandingOf(6));
        await two.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal("/continue", two.Location?.AbsolutePath);
        using (var old = await site.TypedAsync(second.Number)) Assert.Contains("Такого числа нет", old.Text);
        await site.PrintOneAsync(teacher, 6);
        await site.ActAsync(teacher, "VoidAll");
        Assert.Equal(0, await site.CountAsync(LiveSql, child));
    }

    [Fact, Trait("takes", "long")]
    public async Task Another_classs_teacher_and_whoever_is_no_teacher_cannot_touch_the_class()
    {
        var child = await site.ChildAsync(7);
        using var teacher = await site.LeaderAsync(4);
        var badge = await site.PrintOneAsync(teacher, 7);
        await teacher.GetAsync("/cabinet/class");
        var mine = teacher.FormOf("Void", 7);
        using var other = await site.LeaderAsync(5, "2Б");
        Assert.DoesNotContain("Школьниковз", other.Text);
        foreach (var form in new[] { mine, teacher.FormOf("Code", 7), teacher.Page.Forms.First(f => f.QuerySelector("[name=pupil][value=p7]") is not null && f.QuerySelector("[name=whom]") is not null) })
        {
            await other.GetAsync("/cabinet/class");
            var token = other.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!;
            // By the other class's address, and by one's own with somebody else's pupil.
            await other.SendAsync(form, ("form_token", token));
            Assert.Equal("/cabinet/class", other.Location?.AbsolutePath);
            Assert.DoesNotContain("done", other.Location?.Query);
            form.SetAttribute("action", new Uri(other.Url, form.GetAttribute("action")!).PathAndQuery.Replace(form.GetAttribute("action")!.Split("class=")[1].Split('&')[0], ""));
            await other.SendAsync(form, ("form_token", token));
            Assert.Equal("/cabinet/class", other.Location?.AbsolutePath);
            Assert.DoesNotContain("done", other.Location?.Query);
        }
        using (var still = await site.TypedAsync(badge.Number)) Assert.Equal("/badge/pictures", still.Location?.AbsolutePath);

        using var parent = await site.SignInAsync(await site.ParentAsync(7));
        using var pupil = await site.SignInAsync(child);
        foreach (var nobody in new[] { parent, pupil })
            foreach (var page in new[] { "/cabinet/class", "/cabinet/class/history", "/cabinet/class/sheet" })
            {
                await nobody.GetAsync(site.Service.SchoolUrl + page);
                Assert.Equal("/cabinet", nobody.Location?.AbsolutePath);
            }
        using var stranger = site.NewBrowser();
        await stranger.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
        Assert.Equal("/continue", stranger.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Teachers_of_one_class_see_each_other_and_one_that_is_removed_is_out_at_once()
    {
        await site.ChildAsync(8);
        using var first = await site.LeaderAsync(6);
        using var second = await site.LeaderAsync(7);
        await first.GetAsync("/cabinet/class");
        var form = first.Page.Forms.First(f => f.GetAttribute("action")!.EndsWith("handler=Leave", StringComparison.Ordinal) && f.Closest(".card")!.TextContent.Contains("Учителевз", StringComparison.Ordinal));
        await first.SendAsync(form);
        Assert.Equal("?done=left", first.Location?.Query);
        await second.GetAsync("/cabinet/class");
        Assert.Equal("Какой класс вы ведёте?", second.Page.QuerySelector("h1")!.TextContent);
        await second.GetAsync("/cabinet");
        Assert.DoesNotContain(second.Page.QuerySelectorAll(".tabs a"), a => a.GetAttribute("href") == "/cabinet/class");
        Assert.Equal(2, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.class-named' and details->>'record' in ('t6', 't7')"));
        await second.GetAsync("/cabinet/security/history");
        Assert.Contains("Класс больше не ваш", second.Text);
    }

    [Fact]
    public async Task Only_a_primary_class_of_the_own_school_can_be_named()
    {
        using var teacher = await site.ActivatedAsync(await site.TeacherAsync(8));
        foreach (var named in new[] { "t8 5А", "t8 9Я", "t0 2А", "", "t8 2А;", "t8", new string('я', 5000) })
        {
            await teacher.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
            Assert.Equal(["t8 2А", "t8 2Б"], teacher.Page.QuerySelectorAll("option").Select(o => o.GetAttribute("value")));
            await teacher.SubmitAsync(("named", named));
            Assert.Equal(HttpStatusCode.OK, teacher.Status);
            Assert.Contains("Выберите класс из списка", teacher.Text);
        }
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.class_teacher where staff_record_id = 't8'"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_namings_of_one_class_by_one_teacher_are_one()
    {
        using var teacher = await site.ActivatedAsync(await site.TeacherAsync(9));
        await teacher.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
        await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var tab = site.NewBrowser();
            tab.Cookies.Add(teacher.Cookies.GetAllCookies());
            await tab.GetAsync(site.Service.SchoolUrl + "/cabinet/class?more=true");
            await tab.SubmitAsync(("named", "t9 2Б"));
            Assert.Contains("done=named", tab.Location?.Query);
        }));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from signin.class_teacher where staff_record_id = 't9'"));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.class-named' and details->>'record' = 't9'"));
    }
}
