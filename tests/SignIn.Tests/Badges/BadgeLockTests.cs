using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Badges;

/// <summary>Wrong pictures and wrong numbers: what is locked and throttled, for whom, and who opens it again.</summary>
public sealed class BadgeLockTests(BadgeSite site) : IClassFixture<BadgeSite>
{
    private const string FailsSql = "select fails::bigint from signin.badge b join signin.account a on a.id = b.account_id where a.subject = @id and voided_at is null";
    private const string ActsSql = "select count(*) from kernel.audit k join signin.account a on a.id::text = k.subject where a.subject = @id and act = @act";

    [Fact, Trait("takes", "long")]
    public async Task Wrong_pictures_lock_the_badge_and_not_the_child_until_the_teacher_unlocks_it()
    {
        var child = await site.ChildAsync(0);
        using var teacher = await site.LeaderAsync(0);
        var badge = await site.PrintOneAsync(teacher, 0);
        using var browser = await site.EnterAsync(badge with { Pictures = badge.Wrong });
        Assert.Contains("Не те картинки. Попробуй ещё раз", browser.Text);
        await browser.PressAsync(badge.Wrong);
        Assert.Contains("Осталась одна попытка", browser.Text);
        await browser.PressAsync(badge.Wrong);
        Assert.Equal("/badge?why=locked", browser.Location?.PathAndQuery);
        await browser.FollowAsync();
        Assert.Contains("Этот бейдж закрыт", browser.Text);
        using (var again = await site.TypedAsync(badge.Number)) Assert.Equal("/badge?why=locked", again.Location?.PathAndQuery);
        using (var scanned = site.NewBrowser())
        {
            await scanned.GetAsync(await site.ScannedAsync(badge));
            Assert.Equal("/badge?why=locked", scanned.Location?.PathAndQuery);
        }
        // The child signs in with the password as ever.
        using (var own = await site.SignInAsync(child)) Assert.StartsWith(site.Service.DemoUrl, own.Url.AbsoluteUri);
        await teacher.GetAsync("/cabinet/class");
        Assert.Equal("бейдж закрыт", teacher.StandingOf(0));
        Assert.DoesNotContain(teacher.Page.Forms, f => f.GetAttribute("action")!.EndsWith("handler=Code", StringComparison.Ordinal) && f.QuerySelector("[value=p0]") is not null);
        await site.ActAsync(teacher, "Unlock", 0);
        Assert.Equal("бейдж до 31 августа", teacher.StandingOf(0));
        using var after = await site.EnterAsync(badge);
        Assert.Equal("/continue", after.Location?.AbsolutePath);
        Assert.Equal(1, await site.QueryAsync<long>(ActsSql, new { id = child.AccountId.ToString(), act = "signin.badge-locked" }));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_wrong_tries_at_once_count_to_the_lock_and_no_further()
    {
        var child = await site.ChildAsync(1);
        using var teacher = await site.LeaderAsync(1);
        var badge = await site.PrintOneAsync(teacher, 1);
        using var first = await site.TypedAsync(badge.Number);
        var state = first.Cookie(BadgeSteps.CookieName)!;
        var ends = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var tab = site.WithState(state);
            await tab.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
            await tab.PressAtOnceAsync(badge.Wrong);
            return tab.Location?.PathAndQuery ?? "wrong";
        }));
        Assert.Equal(2, ends.Count(e => e == "wrong"));
        Assert.Equal(1, ends.Count(e => e == "/badge?why=locked"));
        Assert.Equal(27, ends.Count(e => e == "/badge?why=again"));
        Assert.Equal(3, await site.CountAsync(FailsSql, child));
        // The right ones come too late.
        using var late = site.WithState(state);
        await late.GetAsync(site.Service.SchoolUrl + "/badge/pictures");
        await late.PressAtOnceAsync(badge.Pictures);
        Assert.Equal("/badge?why=again", late.Location?.PathAndQuery);
    }

    [Fact, Trait("takes", "long")]
    public async Task Right_pictures_begin_the_count_anew()
    {
        var child = await site.ChildAsync(2);
        using var teacher = await site.LeaderAsync(2);
        var badge = await site.PrintOneAsync(teacher, 2);
        for (var i = 0; i < 3; i++)
        {
            using var browser = await site.EnterAsync(badge with { Pictures = badge.Wrong });
            await browser.PressAsync(badge.Wrong);
            Assert.Equal(2, await site.CountAsync(FailsSql, child));
            await browser.PressAsync(badge.Pictures);
            Assert.Equal("/continue", browser.Location?.AbsolutePath);
            Assert.Equal(0, await site.CountAsync(FailsSql, child));
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task Guessed_numbers_are_held_back_for_their_network_and_badges_before_the_camera_are_not()
    {
        await site.ChildAsync(3);
        using var teacher = await site.LeaderAsync(3);
        var badge = await site.PrintOneAsync(teacher, 3);
        // A school at the first bell: right numbers count for nothing.
        for (var i = 0; i < 15; i++)
            using (var right = await site.TypedAsync(badge.Number, "192.0.2.9")) Assert.Equal("/badge/pictures", right.Location?.AbsolutePath);
        for (var i = 0; i < 10; i++)
            using (var wrong = await site.TypedAsync($"0000 0000 00{i + 10}", $"192.0.2.{i}")) Assert.Contains("Такого числа нет", wrong.Text);
        using (var held = await site.TypedAsync(badge.Number, "192.0.2.77"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, held.Status);
            Assert.Contains("покажи бейдж камере", held.Text);
            await held.GetAsync(await site.ScannedAsync(badge));
            Assert.Equal("/badge/pictures", held.Location?.AbsolutePath);
        }
        using (var elsewhere = await site.TypedAsync(badge.Number, "192.0.3.77")) Assert.Equal("/badge/pictures", elsewhere.Location?.AbsolutePath);
        site.Clock.Advance(TimeSpan.FromMinutes(15));
        using (var later = await site.TypedAsync(badge.Number, "192.0.2.77")) Assert.Equal("/badge/pictures", later.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task An_unknown_badge_and_a_voided_one_have_the_same_answer()
    {
        await site.ChildAsync(4);
        using var teacher = await site.LeaderAsync(4);
        var badge = await site.PrintOneAsync(teacher, 4);
        var voided = await site.ScannedAsync(badge);
        await site.ActAsync(teacher, "Void", 4);
        using var one = await site.TypedAsync(badge.Number, "203.0.116.1");
        using var other = await site.TypedAsync("1234 5678 9012", "203.0.117.1");
        Assert.Equal(Answer(other), Answer(one));
        using var scanned = site.NewBrowser();
        await scanned.GetAsync(voided);
        Assert.Equal("/badge?why=no-good", scanned.Location?.PathAndQuery);
        Assert.Null(scanned.Cookie(BadgeSteps.CookieName));
        await scanned.GetAsync($"{site.Service.SchoolUrl}/badge/{new string('A', 22)}");
        Assert.Equal("/badge?why=no-good", scanned.Location?.PathAndQuery);

        static string Answer(Browser browser) => $"{browser.Status} {browser.Page.QuerySelector("main")!.TextContent}";
    }
}
