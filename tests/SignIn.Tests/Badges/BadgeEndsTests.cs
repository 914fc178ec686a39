using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Badges;

/// <summary>How long badges and codes are good: other classes, other schools, other years, forgotten badges. The clock and the registries move.</summary>
public sealed class BadgeEndsTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    [Fact, Trait("takes", "long")]
    public async Task A_badge_goes_along_to_another_class_and_not_to_another_school_or_grade_or_out_of_school()
    {
        var child = await site.ChildAsync(0);
        using var teacher = await site.LeaderAsync(0);
        var badge = await site.PrintOneAsync(teacher, 0);
        await site.MoveAsync(0, "4185;3В");
        using (var browser = await site.EnterAsync(badge)) Assert.Equal("/continue", browser.Location?.AbsolutePath);
        // The teacher of the old class has lost sight of the child.
        await teacher.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
        Assert.DoesNotContain("Школьникова Марина", teacher.Text);
        foreach (var elsewhere in new[] { "4185;5Б", "653;2А", "4185;", "4185;А2" })
        {
            await site.MoveAsync(0, elsewhere);
            using var browser = await site.TypedAsync(badge.Number, "203.0.120.1");
            Assert.Contains("Такого числа нет", browser.Text);
        }
        await site.MoveAsync(0, "4185;2А");
        using var signedIn = await site.EnterAsync(badge);
        using var half = await site.TypedAsync(badge.Number);
        await site.ImportAsync(record => record != "p0" && record != "g0" && record != "o0");
        await Eventually.HoldsAsync("the end of the badge of who left", async () => await site.QueryAsync<string>(
            "select voided_why from signin.badge b join signin.account a on a.id = b.account_id where a.subject = @id", new { id = child.AccountId.ToString() }) == "left");
        await Eventually.HoldsAsync("the end of the session", async () => (await signedIn.GetAsync(site.Service.SchoolUrl + "/cabinet")).Location?.AbsolutePath == "/continue");
        await half.FollowAsync();
        await half.PressAsync(badge.Pictures);
        Assert.Equal("/badge?why=again", half.Location?.PathAndQuery);
        // Whoever comes back gets a new one: the old one stays voided.
        await site.ImportAsync(_ => true);
        using var back = await site.TypedAsync(badge.Number, "203.0.121.1");
        Assert.Contains("Такого числа нет", back.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_pupil_who_moves_up_between_the_badge_and_the_pictures_is_not_let_in()
    {
        await site.ChildAsync(1);
        using var teacher = await site.LeaderAsync(1);
        var badge = await site.PrintOneAsync(teacher, 1);
        using var browser = await site.TypedAsync(badge.Number);
        await browser.FollowAsync();
        await site.MoveAsync(1, "4185;5А");
        await browser.PressAsync(badge.Pictures);
        Assert.Equal("/badge?why=no-good", browser.Location?.PathAndQuery);
        await browser.GetAsync("/cabinet");
        Assert.Equal("/continue", browser.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task The_pictures_wait_for_five_minutes()
    {
        await site.ChildAsync(2);
        using var teacher = await site.LeaderAsync(2);
        var badge = await site.PrintOneAsync(teacher, 2);
        using var browser = await site.TypedAsync(badge.Number);
        await browser.FollowAsync();
        site.Clock.Advance(TimeSpan.FromMinutes(5));
        await browser.PressAsync(badge.Pictures);
        Assert.Equal("/badge?why=again", browser.Location?.PathAndQuery);
        await browser.FollowAsync();
        Assert.Contains("Покажи бейдж ещё раз", browser.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_code_stands_in_for_a_forgotten_badge_for_its_hours_and_there_is_one_at_a_time()
    {
        await site.ChildAsync(3);
        using var teacher = await site.LeaderAsync(3);
        var badge = await site.PrintOneAsync(teacher, 3);
        var first = await CodeAsync(teacher, 3, "1");
        Assert.Equal(8, first.Number.Replace(" ", "").Length);
        Assert.DoesNotContain(first.Number.Replace(" ", ""), await site.QueryAsync<string>("select string_agg(c::text, ' ') from signin.badge_code c"));
        // As often as the day asks for it, with the badge's own pictures.
        for (var i = 0; i < 2; i++)
            using (var browser = await site.EnterAsync(badge with { Number = first.Number })) Assert.Equal("/continue", browser.Location?.AbsolutePath);
        using (var wrong = await site.EnterAsync(badge with { Number = first.Number, Pictures = badge.Wrong })) Assert.Contains("Не те картинки", wrong.Text);
        using (var alsoBadge = await site.EnterAsync(badge)) Assert.Equal("/continue", alsoBadge.Location?.AbsolutePath);

        var second = await CodeAsync(teacher, 3, "12");
        using (var old = await site.TypedAsync(first.Number, "203.0.122.1")) Assert.Contains("Такого числа нет", old.Text);
        site.Clock.Advance(TimeSpan.FromMinutes(61));
        using (var browser = await site.TypedAsync(second.Number)) Assert.Equal("/badge/pictures", browser.Location?.AbsolutePath);
        using var half = await site.TypedAsync(second.Number);
        await half.FollowAsync();
        using var anew = await site.SignInAsync(await site.ParentAsync(3));
        await site.ActAsync(teacher, "EndCode", 3);
        Assert.Contains("Код отменён", teacher.Text);
        await half.PressAsync(badge.Pictures);
        Assert.Equal("/badge?why=again", half.Location?.PathAndQuery);
        var third = await CodeAsync(teacher, 3, "1");
        site.Clock.Advance(TimeSpan.FromMinutes(60));
        using (var over = await site.TypedAsync(third.Number, "203.0.122.1")) Assert.Contains("Такого числа нет", over.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_code_ends_with_its_badge_and_has_between_one_and_twelve_hours()
    {
        await site.ChildAsync(4);
        using var teacher = await site.LeaderAsync(4);
        await site.PrintOneAsync(teacher, 4);
        foreach (var hours in new[] { "0", "13", "-1", "", "x", "1.5", "99999999999" })
        {
            await teacher.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
            await teacher.SendAsync(teacher.FormOf("Code", 4), ("hours", hours));
            Assert.Equal(HttpStatusCode.OK, teacher.Status);
            Assert.Contains("от 1 до 12 часов", teacher.Text);
        }
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.badge_code c join signin.badge b on b.id = c.badge_id where b.pupil_record_id = 'p4'"));
        var code = await CodeAsync(teacher, 4, "2");
        await site.PrintOneAsync(teacher, 4);
        using var browser = await site.TypedAsync(code.Number, "203.0.123.1");
        Assert.Contains("Такого числа нет", browser.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_codes_for_one_child_leave_one_that_is_good()
    {
        await site.ChildAsync(5);
        using var teacher = await site.LeaderAsync(5);
        await site.PrintOneAsync(teacher, 5);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var tab = site.NewBrowser();
            tab.Cookies.Add(teacher.Cookies.GetAllCookies());
            await CodeAsync(tab, 5, "1");
        }));
        Assert.Equal(1, await site.QueryAsync<long>(
            "select count(*) from signin.badge_code c join signin.badge b on b.id = c.badge_id where b.pupil_record_id = 'p5' and c.ended_at is null"));
    }

    private async Task<Printed> CodeAsync(Browser teacher, int pupil, string hours)
    {
        await teacher.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
        await teacher.SendAsync(teacher.FormOf("Code", pupil), ("hours", hours));
        return new Printed("", teacher.Page.QuerySelector(".notice.good .big")!.TextContent, []);
    }
}

/// <summary>A year goes by.</summary>
public sealed class BadgeYearTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    [Fact, Trait("takes", "long")]
    public async Task Badges_and_named_classes_end_with_the_school_year_and_are_forgotten_a_month_later()
    {
        await site.ChildAsync(0);
        using var teacher = await site.LeaderAsync(0);
        var badge = await site.PrintOneAsync(teacher, 0);
        // The last evening of August, in Moscow.
        site.Clock.Advance(new DateTimeOffset(2027, 8, 31, 20, 59, 0, TimeSpan.Zero) - site.Clock.GetUtcNow());
        using (var last = await site.EnterAsync(badge)) Assert.Equal("/continue", last.Location?.AbsolutePath);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        using (var over = await site.TypedAsync(badge.Number)) Assert.Contains("Такого числа нет", over.Text);
        using var september = await site.SignInAsync(await site.TeacherAgainAsync(0));
        await september.GetAsync(site.Service.SchoolUrl + "/cabinet/class");
        Assert.Equal("Какой класс вы ведёте?", september.Page.QuerySelector("h1")!.TextContent);
        await september.SubmitAsync(("named", "t0 2А"));
        await september.FollowAsync();
        Assert.Equal("бейдж закончился", september.StandingOf(0));
        var next = await site.PrintOneAsync(september, 0);
        using (var browser = await site.EnterAsync(next)) Assert.Equal("/continue", browser.Location?.AbsolutePath);
        site.Clock.Advance(TimeSpan.FromDays(31));
        await site.Get<Aupd.SignIn.Badges.BadgeEntries>().PruneAsync(default);
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from signin.badge"));
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from signin.class_teacher"));
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.badge_entry"));
    }

    [Theory]
    [InlineData("2026-09-01", "2027-09-01")]
    [InlineData("2027-06-30", "2027-09-01")]
    [InlineData("2027-07-04", "2028-09-01")]
    [InlineData("2027-08-31", "2028-09-01")]
    [InlineData("2027-12-31", "2028-09-01")]
    public void A_badge_made_in_summer_is_for_the_year_to_come(string today, string ends)
    {
        var moscow = TimeZoneInfo.FindSystemTimeZoneById("Europe/Moscow");
        var noon = DateTimeOffset.Parse(today + "T12:00:00+03:00", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(DateTimeOffset.Parse(ends + "T00:00:00+03:00", System.Globalization.CultureInfo.InvariantCulture), new Aupd.SignIn.Badges.BadgeSettings().YearEnd(noon, moscow));
    }

    [Fact]
    public void The_end_of_february_is_a_day_in_every_year()
    {
        var settings = new Aupd.SignIn.Badges.BadgeSettings { YearEndsWithMonth = 2 };
        Assert.Equal(new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero), settings.YearEnd(new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc));
    }
}
