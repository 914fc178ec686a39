using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Qr;

/// <summary>A screen shows a code, a phone confirms it, and that browser alone is signed in.</summary>
public sealed class ScreenTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string CookieName = "aupd-school-session";
    private const string SessionsSql = """
        select count(*) from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.ended_at is null
        """;

    [Fact, Trait("takes", "long")]
    public async Task A_phone_confirms_by_the_link_and_the_screen_is_at_the_service_of_the_person()
    {
        var parent = await site.ParentAsync(0);
        var phone = await site.SignInAsync(parent);
        var screen = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Войти на другом экране?", phone.Text);
        Assert.Contains(parent.Surname, phone.Text);
        Assert.Contains("Chrome, Windows", phone.Text);
        Assert.Contains("там же, где вы", phone.Text);
        await phone.PickAsync(screen.Number());
        Assert.Equal("/qr/answered", phone.Location?.AbsolutePath);

        await screen.GetAsync("/qr/screen");
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", screen.Location?.AbsoluteUri);
        await screen.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains("Марина", screen.Text);
        Assert.Equal(2, await CountAsync(parent));
        // The phone goes on.
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    [Fact]
    public async Task A_phone_confirms_by_the_number_typed_in_any_spelling()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(1));
        var screen = await site.ScreenAsync();
        var number = screen.Number();
        await site.TypeAsync(phone, $" {number[..4]} \u2013 {number[4..]} ");
        Assert.Contains("Подтверждайте, только если это число", phone.Text);
        Assert.Single(phone.Page.QuerySelectorAll("button[name=number]"));
        await phone.PickAsync(number);
        await screen.GetAsync("/qr/screen");
        Assert.StartsWith(site.Service.DemoUrl, screen.Location?.AbsoluteUri);
    }

    [Fact]
    public async Task A_phone_that_is_not_signed_in_signs_in_and_comes_back_to_the_question()
    {
        var parent = await site.ParentAsync(2);
        var screen = await site.ScreenAsync();
        using var phone = site.NewBrowser();
        phone.Headers.UserAgent.ParseAdd(Screens.Android);
        await site.SignInAsync(parent, phone, await site.LinkAsync(screen));
        Assert.Contains("Войти на другом экране?", phone.Text);
        await phone.PickAsync(screen.Number());
        await screen.GetAsync("/qr/screen");
        Assert.NotNull(screen.Cookie(CookieName));
    }

    [Fact]
    public async Task What_a_service_has_asked_for_is_what_the_question_names_and_where_the_screen_ends()
    {
        var parent = await site.ParentAsync(3);
        var phone = await site.SignInAsync(parent);
        using var screen = site.NewBrowser();
        screen.Headers.UserAgent.ParseAdd(Screens.Windows);
        await screen.GetAsync(site.Service.DemoUrl + "/diary/login");
        await screen.FollowAsync();
        Assert.Equal("/", screen.Url.AbsolutePath);
        var offer = screen.Page.QuerySelectorAll("a").Single(a => a.TextContent == "Войти по коду с телефона").GetAttribute("href")!;
        await screen.GetAsync(offer);
        Assert.Contains("Дневник", screen.Text);
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Сервис «Дневник»", phone.Text);
        await phone.PickAsync(screen.Number());
        await screen.GetAsync(offer);
        await screen.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", screen.Url.AbsoluteUri);
        Assert.Contains(parent.Surname, screen.Text);
    }

    [Fact]
    public async Task The_session_of_the_screen_says_how_it_came_and_rests_on_the_proof_of_the_phone()
    {
        var parent = await site.ParentAsync(4);
        var phone = await site.SignInAsync(parent);
        var proved = await AuthenticatedAsync(parent, "usual");
        site.Clock.Advance(TimeSpan.FromMinutes(7));
        var screen = await site.ScreenAsync();
        var planted = new string('A', 43);
        screen.Cookies.Add(new Uri(site.Service.SchoolUrl), new Cookie(CookieName, planted));
        await phone.OpenAsync(await site.LinkAsync(screen));
        await phone.PickAsync(screen.Number());
        await screen.GetAsync("/qr/screen");
        Assert.NotEqual(planted, screen.Cookie(CookieName));
        Assert.Equal(proved, await AuthenticatedAsync(parent, "qr"));
        Assert.Equal("pwd,qr", await site.QueryAsync<string>("""
            select array_to_string(array(select unnest(s.methods) order by 1), ',') from signin.session s join signin.account a on a.id = s.account_id
             where a.subject = @id and s.kind = 'qr' and s.portal_sid is null and s.id_token_sealed is null and s.place = '127.0.0.0/24' and s.active_role = 'guardian'
            """, new { id = parent.AccountId.ToString() }));
        Assert.Equal(2, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.screen-allowed' and actor = (select id::text from signin.account where subject = @id)",
            new { id = parent.AccountId.ToString() }));
        Assert.Equal(1, await site.QueryAsync<long>("""
            select count(*) from kernel.audit e join kernel.audit c on c.journey = e.journey and c.act = 'signin.screen-allowed' and c.details->>'phone' = e.details->>'phone'
             where e.act = 'signin.screen-entered' and e.actor = (select id::text from signin.account where subject = @id)
            """, new { id = parent.AccountId.ToString() }));
    }

    [Fact]
    public async Task The_phone_ends_the_screens_session_and_signing_out_on_the_screen_ends_no_other()
    {
        var parent = await site.ParentAsync(5);
        var phone = await site.SignInAsync(parent);
        var screen = await LetInAsync(phone);
        await screen.GetAsync(site.Service.SchoolUrl + "/sign-out");
        await screen.SubmitAsync();
        Assert.Equal("/signed-out", screen.Location?.AbsolutePath);
        Assert.Equal(1, await CountAsync(parent));

        screen = await LetInAsync(phone);
        Assert.Equal(2, await CountAsync(parent));
        await site.Get<Aupd.SignIn.Sessions.EndSessions>().AllOfAsync(await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = parent.AccountId.ToString() }), "test", default);
        Assert.Equal(HttpStatusCode.Redirect, (await screen.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    [Fact]
    public async Task A_page_that_is_loaded_again_keeps_its_code_until_it_is_about_to_run_out()
    {
        var screen = await site.ScreenAsync();
        var number = screen.Number();
        site.Clock.Advance(TimeSpan.FromSeconds(149));
        Assert.Equal(number, (await screen.GetAsync("/qr/screen")).Number());
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        await screen.GetAsync("/qr/screen?handler=Part");
        Assert.NotEqual(number, screen.Number());

        // The old one is still good for half a minute, and its screen goes back to it when it is opened.
        var phone = await site.SignInAsync(await site.ParentAsync(6));
        await site.TypeAsync(phone, number);
        await screen.GetAsync("/qr/screen");
        Assert.Equal(number, screen.Number());
        Assert.StartsWith("opened", screen.Tag());
        await phone.PickAsync(number);
        await screen.GetAsync("/qr/screen");
        Assert.NotNull(screen.Cookie(CookieName));
    }

    [Fact]
    public async Task A_code_is_good_for_three_minutes_and_once_opened_for_three_more()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(7));
        var screen = await site.ScreenAsync();
        var (link, number) = (await site.LinkAsync(screen), screen.Number());
        site.Clock.Advance(TimeSpan.FromSeconds(180));
        Assert.Equal(HttpStatusCode.Gone, (await phone.GetAsync(link)).Status);
        Assert.Contains("На экране есть новый", phone.Text);

        screen = await site.ScreenAsync();
        (link, number) = (await site.LinkAsync(screen), screen.Number());
        site.Clock.Advance(TimeSpan.FromSeconds(179));
        await phone.OpenAsync(link);
        site.Clock.Advance(TimeSpan.FromSeconds(179));
        await phone.OpenAsync(link);
        Assert.Contains("Какое число", phone.Text);
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        await phone.PickAsync(number);
        Assert.Equal(HttpStatusCode.Gone, phone.Status);
        await screen.GetAsync("/qr/screen");
        Assert.Null(screen.Cookie(CookieName));
    }

    [Fact]
    public async Task Codes_that_ran_out_are_removed_and_those_that_live_are_not()
    {
        var screen = await site.ScreenAsync();
        site.Clock.Advance(TimeSpan.FromMinutes(14));
        var live = await site.ScreenAsync();
        await site.Get<Aupd.SignIn.Qr.ScreenCodes>().PruneAsync(default);
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.screen_code where expires_at < @at", new { at = site.Clock.GetUtcNow().AddMinutes(-10) }));
        Assert.Equal(live.Number(), (await live.GetAsync("/qr/screen")).Number());
    }

    private async Task<Browser> LetInAsync(Browser phone)
    {
        var screen = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(screen));
        await phone.PickAsync(screen.Number());
        return await screen.GetAsync("/qr/screen");
    }

    private Task<long> CountAsync(Person person) => site.QueryAsync<long>(SessionsSql, new { id = person.AccountId.ToString() });

    private Task<DateTime> AuthenticatedAsync(Person person, string kind) => site.QueryAsync<DateTime>(
        "select s.authenticated_at from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.kind = @kind",
        new { id = person.AccountId.ToString(), kind });
}
