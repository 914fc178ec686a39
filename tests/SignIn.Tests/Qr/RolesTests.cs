using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Qr;

/// <summary>In which role a screen is let in, what must come before, and what a panel is let in for.</summary>
public sealed class RolesTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string CookieName = "aupd-school-session";

    [Fact]
    public async Task Whoever_has_several_roles_chooses_one_on_the_phone_and_only_the_screen_is_in_it()
    {
        var person = await site.TeacherWhoIsParentAsync(0);
        var phone = await site.ActivatedAsync(person);
        var before = await ActiveAsync(person, "usual");
        var screen = await site.ScreenAsync();
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Equal("/choose", phone.Url.AbsolutePath);
        await phone.SubmitAsync(("Role", "guardian"));
        await phone.FollowAsync();
        Assert.Contains("родитель", phone.Text);
        await phone.PickAsync(screen.Number());
        await screen.GetAsync("/qr/screen");
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", screen.Location?.AbsoluteUri);
        Assert.Equal("guardian", await ActiveAsync(person, "qr"));
        Assert.Equal(before, await ActiveAsync(person, "usual"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_service_for_staff_is_let_in_as_staff_without_a_question_of_roles()
    {
        var person = await site.TeacherWhoIsParentAsync(1);
        var phone = await site.ActivatedAsync(person);
        var screen = await AtServiceAsync("journal");
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Сервис «Журнал»", phone.Text);
        await phone.PickAsync(screen.Number());
        await screen.GetAsync(screen.Url.AbsoluteUri);
        await screen.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/journal/", screen.Url.AbsoluteUri);
        Assert.Equal("staff:b1", await ActiveAsync(person, "qr"));
    }

    [Fact]
    public async Task A_service_that_none_of_the_persons_roles_opens_is_not_let_in()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(2));
        var screen = await AtServiceAsync("journal");
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Equal("/no-right", phone.Url.AbsolutePath);
        Assert.Contains("Журнал", phone.Text);
        await screen.GetAsync(screen.Url.AbsoluteUri);
        Assert.StartsWith("waiting", screen.Tag());
    }

    [Fact]
    public async Task A_role_that_is_lost_before_the_answer_lets_nobody_in()
    {
        var person = await site.PrivateTeacherAsync(3);
        var phone = await site.SignInAsync(person);
        var screen = await site.ScreenAsync("/panel");
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Contains("Панель в классе", phone.Text);
        await site.ImportAsync(record => record != "v3");
        await phone.PickAsync(screen.Number());
        await phone.FollowAsync();
        Assert.DoesNotContain("Готово", phone.Text);
        await screen.GetAsync("/panel");
        Assert.Null(screen.Cookie(CookieName));
    }

    [Fact]
    public async Task Activation_comes_before_the_question_and_leads_back_to_it()
    {
        var teacher = await site.TeacherAsync(4);
        var screen = await site.ScreenAsync();
        var phone = await site.SignInAsync(teacher, from: await site.LinkAsync(screen));
        Assert.Equal("/activate", phone.Url.AbsolutePath);
        await phone.SubmitAsync(("Password", Person.Password));
        await phone.FollowAsync();
        await phone.GetAsync(phone.Page.QuerySelector("main a.main")!.GetAttribute("href")!);
        await phone.FollowAsync();
        Assert.Contains("Войти на другом экране?", phone.Text);
    }

    [Fact]
    public async Task What_a_service_wants_of_a_fresh_proof_is_asked_on_the_phone()
    {
        var parent = await site.ParentAsync(5);
        var phone = await site.SignInAsync(parent);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        var screen = await AtServiceAsync("diary");
        await site.QueryAsync<int>("update signin.request set authenticated_after = @now", new { now = site.Clock.GetUtcNow() });
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Equal("/login", phone.Url.AbsolutePath);
        await phone.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await phone.FollowAsync();
        Assert.Contains("Сервис «Дневник»", phone.Text);
        await phone.PickAsync(screen.Number());
        await screen.GetAsync(screen.Url.AbsoluteUri);
        await screen.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", screen.Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_person_whom_the_portal_knows_goes_from_a_service_straight_through_also_on_a_large_screen()
    {
        var parent = await site.ParentAsync(6);
        var computer = await site.SignInAsync(parent);
        computer.Headers.UserAgent.ParseAdd(Screens.Windows);
        await site.QueryAsync<int>("delete from signin.session where account_id = (select id from signin.account where subject = @id)", new { id = parent.AccountId.ToString() });
        await computer.GetAsync(site.Service.DemoUrl + "/diary/login");
        await computer.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", computer.Url.AbsoluteUri);
        Assert.Contains(parent.Surname, computer.Text);
    }

    [Fact]
    public async Task A_panel_is_for_staff_lasts_a_lesson_and_one_button_ends_all_of_it()
    {
        var teacher = await site.PrivateTeacherAsync(7);
        var phone = await site.SignInAsync(teacher);
        var panel = await PanelAsync(phone);
        Assert.Equal("/panel/lesson", panel.Location?.AbsolutePath);
        await panel.FollowAsync();
        Assert.Contains(teacher.Surname, panel.Text);
        Assert.Contains($"Панель закроется сама в {site.Clock.GetUtcNow().AddHours(3).AddMinutes(45):H:mm}", panel.Text);
        await panel.GetAsync(panel.Page.QuerySelectorAll("a.card").Single(a => a.TextContent.Contains("Журнал")).GetAttribute("href")!);
        await panel.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/journal/", panel.Url.AbsoluteUri);
        Assert.Contains(teacher.Surname, panel.Text);
        await panel.GetAsync(site.Service.SchoolUrl + "/");
        await panel.FollowAsync();
        Assert.Equal("/panel/lesson", panel.Url.AbsolutePath);

        await panel.SubmitAsync();
        Assert.Equal("/panel", panel.Location?.AbsolutePath);
        Assert.Null(await ActiveAsync(teacher, "panel"));
        await Eventually.HoldsAsync("the end of the journal on the panel", async () =>
        {
            await panel.GetAsync(site.Service.DemoUrl + "/journal/");
            return !panel.Text.Contains(teacher.Surname);
        });
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    [Fact]
    public async Task A_panel_that_is_forgotten_closes_after_the_lesson_however_busy()
    {
        var phone = await site.SignInAsync(await site.PrivateTeacherAsync(8));
        var panel = await PanelAsync(phone);
        foreach (var _ in new int[4])
        {
            site.Clock.Advance(TimeSpan.FromMinutes(11));
            Assert.Equal(HttpStatusCode.OK, (await panel.GetAsync(site.Service.SchoolUrl + "/panel/lesson")).Status);
        }
        Assert.Equal("61;url=/panel", panel.Answer.Headers.GetValues("Refresh").Single());
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        await panel.GetAsync(site.Service.SchoolUrl + "/panel/lesson");
        Assert.Equal("/panel", panel.Location?.AbsolutePath);
    }

    [Fact]
    public async Task A_panel_is_not_opened_by_a_parent_and_the_page_of_a_lesson_by_nobody_else()
    {
        var phone = await site.SignInAsync(await site.ParentAsync(9));
        var panel = await site.ScreenAsync("/panel");
        await phone.OpenAsync(await site.LinkAsync(panel));
        Assert.Equal("/no-right", phone.Url.AbsolutePath);
        Assert.Contains("Панель в классе", phone.Text);
        await phone.GetAsync("/panel/lesson");
        Assert.Equal("/continue", phone.Location?.AbsolutePath);
        await panel.GetAsync("/panel/lesson");
        Assert.Equal("/panel", panel.Location?.AbsolutePath);
    }

    private async Task<Browser> PanelAsync(Browser phone)
    {
        var panel = await site.ScreenAsync("/panel");
        await phone.OpenAsync(await site.LinkAsync(panel));
        await phone.PickAsync(panel.Number());
        Assert.Equal("?was=lesson", phone.Location?.Query);
        return await panel.GetAsync("/panel");
    }

    private async Task<Browser> AtServiceAsync(string service)
    {
        var screen = site.NewBrowser();
        screen.Headers.UserAgent.ParseAdd(Screens.Windows);
        await screen.GetAsync($"{site.Service.DemoUrl}/{service}/login");
        await screen.FollowAsync();
        return await screen.GetAsync(screen.Page.QuerySelectorAll("a").Single(a => a.TextContent == "Войти по коду с телефона").GetAttribute("href")!);
    }

    private Task<string?> ActiveAsync(Person person, string kind) => site.QueryAsync<string>(
        "select active_role from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.kind = @kind and s.ended_at is null",
        new { id = person.AccountId.ToString(), kind });
}
