using System.Net;
using Aupd.SignIn.Qr;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Qr;

/// <summary>Racing, guessing, stealing and fooling: what a code does not give.</summary>
public sealed class ScreenAbuseTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string CookieName = "aupd-school-session";

    [Fact]
    public async Task Of_two_phones_that_confirm_one_code_the_first_counts_and_the_second_is_told()
    {
        var screen = await site.ScreenAsync();
        var (link, number) = (await site.LinkAsync(screen), screen.Number());
        var (mother, father) = (await site.ParentAsync(0), await site.ParentAsync(1));
        var (first, second) = (await site.SignInAsync(mother), await site.SignInAsync(father));
        await first.OpenAsync(link);
        await second.OpenAsync(link);
        var (one, other) = (first.PickAsync(number), second.PickAsync(number));
        await Task.WhenAll(one, other);
        Assert.Equal([HttpStatusCode.Redirect, HttpStatusCode.Gone], new[] { first.Status, second.Status }.Order());
        await screen.GetAsync("/qr/screen");
        await screen.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
        Assert.Equal(1, await SessionsAsync(first.Status == HttpStatusCode.Redirect ? mother : father, "qr"));
        Assert.Equal(0, await SessionsAsync(first.Status == HttpStatusCode.Redirect ? father : mother, "qr"));
    }

    [Fact]
    public async Task Of_thirty_racing_requests_of_the_screen_one_takes_the_session()
    {
        var parent = await site.ParentAsync(2);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        var secret = screen.Cookie("aupd-school-screen")!;
        await phone.OpenAsync(await site.LinkAsync(screen));
        await phone.PickAsync(screen.Number());
        var racers = Enumerable.Range(0, 30).Select(_ => WithScreenCookie(secret)).ToList();
        await Task.WhenAll(racers.Select(r => r.GetAsync("/qr/screen")));
        Assert.Single(racers, r => r.Cookie(CookieName) is not null);
        Assert.Equal(1, await SessionsAsync(parent, "qr"));
        racers.ForEach(r => r.Dispose());
    }

    [Fact, Trait("takes", "long")]
    public async Task Of_thirty_racing_answers_one_counts()
    {
        var parent = await site.ParentAsync(3);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(screen));
        var forms = Enumerable.Range(0, 30).Select(i => SameBrowser(phone)).ToList();
        await Task.WhenAll(forms.Select(f => f.GetAsync(phone.Url.AbsoluteUri)));
        await Task.WhenAll(forms.Select((f, i) => i % 2 == 0 ? f.PickAsync(screen.Number()) : f.RefuseAsync()));
        Assert.Single(forms, f => f.Status == HttpStatusCode.Redirect);
        Assert.Equal(29, forms.Count(f => f.Status == HttpStatusCode.Gone));
        forms.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task A_strangers_browser_with_the_code_alone_gets_nothing()
    {
        var parent = await site.ParentAsync(4);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        var (link, number) = (await site.LinkAsync(screen), screen.Number());
        using var stranger = site.NewBrowser();
        await stranger.GetAsync(link);
        await phone.OpenAsync(link);
        await phone.PickAsync(number);
        foreach (var address in new[] { "/qr/screen", "/qr/screen?handler=Part", link, "/qr/state?panel=0", "/qr/events?panel=0", "/panel", "/qr/screen?request=" + new Uri(link).Segments[^1] })
        {
            await stranger.GetAsync(new Uri(new Uri(site.Service.SchoolUrl), address).AbsoluteUri);
            Assert.Null(stranger.Cookie(CookieName));
        }
        // The screen's own cookie takes it for what it asked, and for nothing else.
        await screen.GetAsync(site.Service.SchoolUrl + "/panel");
        Assert.Null(screen.Cookie(CookieName));
        await screen.GetAsync("/qr/screen");
        Assert.NotNull(screen.Cookie(CookieName));
        Assert.Equal(1, await SessionsAsync(parent, "qr"));
    }

    [Fact]
    public async Task A_phone_that_says_not_me_leaves_the_screen_outside_and_the_code_spent()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(5));
        var screen = await site.ScreenAsync();
        var link = await site.LinkAsync(screen);
        await phone.OpenAsync(link);
        await phone.RefuseAsync();
        await phone.FollowAsync();
        Assert.Contains("Экран не впущен", phone.Text);
        await screen.GetAsync("/qr/screen");
        Assert.StartsWith("refused", screen.Tag());
        Assert.Contains("На телефоне вход отклонили", screen.Text);
        Assert.Equal(HttpStatusCode.Gone, (await phone.GetAsync(link)).Status);
        await screen.SubmitAsync();
        await screen.FollowAsync();
        Assert.StartsWith("waiting", screen.Tag());
        await ToldOnceAsync(phone, "вы ответили, что это не вы");
    }

    private async Task ToldOnceAsync(Browser phone, string why)
    {
        await phone.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Single(phone.Page.QuerySelectorAll("main li"), li => li.TextContent.Contains("Вход на экране отклонён: " + why, StringComparison.Ordinal));
    }

    [Fact, Trait("takes", "long")]
    public async Task Whoever_opened_a_link_and_picks_a_number_of_another_screen_lets_nobody_in()
    {
        var parent = await site.ParentAsync(6);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        var link = await site.LinkAsync(screen);
        await phone.OpenAsync(link);
        var offered = phone.Page.QuerySelectorAll("button[name=number]").Select(b => b.GetAttribute("value")!).ToList();
        Assert.Equal(3, offered.Distinct().Count());
        Assert.Contains(screen.Number(), offered);
        await phone.GetAsync(phone.Url.AbsoluteUri);
        Assert.Equal(offered, phone.Page.QuerySelectorAll("button[name=number]").Select(b => b.GetAttribute("value")!));
        // Neither a number that was not offered nor a form without one decides anything.
        foreach (var wrong in new[] { "", "abc", "00000000" })
        {
            await phone.PickAsync(wrong);
            Assert.Equal(HttpStatusCode.OK, phone.Status);
            Assert.Contains("Какое число", phone.Text);
        }
        await phone.PickAsync(offered.First(o => o != screen.Number()));
        Assert.Equal("?was=wrong", phone.Location?.Query);
        await screen.GetAsync("/qr/screen");
        Assert.StartsWith("refused", screen.Tag());
        Assert.Equal(0, await SessionsAsync(parent, "qr"));
        await ToldOnceAsync(phone, "выбрано не то число");
    }

    [Fact]
    public async Task No_get_request_and_no_form_of_another_site_confirms()
    {
        var parent = await site.ParentAsync(7);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        var link = await site.LinkAsync(screen);
        await phone.OpenAsync(link);
        var (who, role) = (phone.Value("who"), phone.Value("role"));
        await phone.GetAsync($"{link}?answer=allow&number={screen.Number()}&who={who}&role={role}");
        await phone.SendAsync(new HttpRequestMessage(HttpMethod.Post, link)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["answer"] = "allow", ["number"] = screen.Number(), ["who"] = who, ["role"] = role }),
        });
        Assert.Equal(HttpStatusCode.BadRequest, phone.Status);
        await screen.GetAsync("/qr/screen");
        Assert.StartsWith("opened", screen.Tag());
    }

    [Fact]
    public async Task A_question_put_to_one_person_is_not_answered_by_another()
    {
        var screen = await site.ScreenAsync();
        var link = await site.LinkAsync(screen);
        var phone = await site.SignInAsync(await site.ParentAsync(8));
        await phone.OpenAsync(link);
        await phone.SubmitAsync(("number", screen.Number()), ("answer", "allow"), ("who", Guid.NewGuid().ToString()));
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        await phone.SubmitAsync(("number", screen.Number()), ("answer", "allow"), ("role", "staff:t1"));
        Assert.Equal(HttpStatusCode.OK, phone.Status);
        await screen.GetAsync("/qr/screen");
        Assert.StartsWith("opened", screen.Tag());
    }

    [Fact]
    public async Task A_screen_that_was_let_in_lets_no_other_in()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(9));
        var first = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(first));
        await phone.PickAsync(first.Number());
        await first.GetAsync("/qr/screen");
        var second = await site.ScreenAsync();
        await first.OpenAsync(await site.LinkAsync(second));
        Assert.Equal(HttpStatusCode.Forbidden, first.Status);
        Assert.Contains("Здесь подтвердить нельзя", first.Text);
        await second.GetAsync("/qr/screen");
        Assert.StartsWith("waiting", second.Tag());
    }

    [Fact]
    public async Task A_disabled_person_confirms_nothing_and_what_was_confirmed_before_is_worth_nothing()
    {
        var parent = await site.ParentAsync(10);
        var phone = await site.SignInAsync(parent);
        var before = await site.ScreenAsync();
        var after = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(before));
        await phone.PickAsync(before.Number());
        var open = await site.LinkAsync(after);
        await phone.OpenAsync(open);
        await site.QueryAsync<int>("update signin.profile set disabled_at = @now where account_id = (select id from signin.account where subject = @id)",
            new { now = site.Clock.GetUtcNow(), id = parent.AccountId.ToString() });
        await phone.PickAsync(after.Number());
        await phone.FollowAsync();
        Assert.Equal("/no-right", phone.Url.AbsolutePath);
        foreach (var screen in new[] { before, after })
        {
            await screen.GetAsync("/qr/screen");
            Assert.Equal(HttpStatusCode.OK, screen.Status);
            Assert.Null(screen.Cookie(CookieName));
        }
        Assert.Contains("доступ закрыли", before.Text);
        Assert.StartsWith("waiting", before.Tag());
        Assert.Equal(0, await SessionsAsync(parent, "qr"));
    }

    [Fact]
    public async Task An_answer_is_taken_back_by_signing_out_on_the_phone_at_once()
    {
        var parent = await site.ParentAsync(11);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(screen));
        await phone.PickAsync(screen.Number());
        await phone.GetAsync(site.Service.SchoolUrl + "/sign-out");
        await phone.SubmitAsync();
        await screen.GetAsync("/qr/screen");
        Assert.Null(screen.Cookie(CookieName));
        Assert.Equal(0, await SessionsAsync(parent, "qr"));
    }

    [Fact]
    public async Task The_database_holds_neither_number_nor_link_nor_the_screens_secret()
    {
        var screen = await site.ScreenAsync();
        var link = (await site.LinkAsync(screen)).Split('/')[^1];
        foreach (var secret in new[] { screen.Number(), link, screen.Cookie("aupd-school-screen")! })
            Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.screen_code c where c::text like '%' || @secret || '%'", new { secret }));
    }

    private Browser WithScreenCookie(string secret)
    {
        var browser = site.NewBrowser();
        browser.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie("aupd-school-screen", secret));
        return browser;
    }

    private Browser SameBrowser(Browser other)
    {
        var browser = site.NewBrowser();
        foreach (Cookie cookie in other.Cookies.GetAllCookies()) browser.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(cookie.Name, cookie.Value));
        return browser;
    }

    private Task<long> SessionsAsync(Person person, string kind) => site.QueryAsync<long>("""
        select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.kind = @kind and s.ended_at is null
        """, new { id = person.AccountId.ToString(), kind });
}
