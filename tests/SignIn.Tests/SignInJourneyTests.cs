using System.Net;
using Aupd.Kernel.Audit;
using Aupd.SignIn.Doors;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests;

/// <summary>People on their way from the start page to their service, over HTTP, with portal, gateway, demo services and workers running.</summary>
public sealed class SignInJourneyTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    [Fact]
    public async Task A_teacher_activates_gets_the_login_and_lands_in_the_journal()
    {
        var teacher = await site.TeacherAsync(0);
        var browser = await site.NewBrowser().GetAsync("/");
        Assert.Contains("Войти через", browser.Text);
        await site.SignInAsync(teacher, browser);
        Assert.Equal("/activate", browser.Url.AbsolutePath);

        await browser.SubmitAsync(("Password", ""));
        Assert.Contains("Введите пароль", browser.Text);
        await browser.SubmitAsync(("Password", "не тот"));
        Assert.Contains("Пароль не подошёл", browser.Text);
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.login where login_key = 'teacher_0'"));

        await browser.SubmitAsync(("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal("/activated", browser.Url.AbsolutePath);
        Assert.Contains("teacher_0", browser.Text);
        Assert.Contains("teacher_0@zao.obr.school.example", browser.Text);

        await browser.GetAsync(site.Service.SchoolUrl + "/continue");
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/journal/", browser.Url.AbsoluteUri);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains(teacher.Surname, browser.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task The_second_sign_in_asks_nothing_more()
    {
        var teacher = await site.TeacherAsync(1);
        await site.ActivatedAsync(teacher);
        var again = await site.SignInAsync(teacher);
        Assert.StartsWith(site.Service.DemoUrl + "/journal/", again.Url.AbsoluteUri);
    }

    // A sign-in writes no more than it must: of an account that is as it was nothing is written.
    [Fact, Trait("takes", "long")]
    public async Task An_account_is_written_again_only_when_the_portal_says_something_else()
    {
        var parent = await site.ParentAsync(9);
        const string Version = "select xmin::text || ' ' || last_name from signin.account where subject = @id";
        var who = new { id = parent.AccountId.ToString() };
        using (await site.SignInAsync(parent)) { }
        using (await site.SignInAsync(parent)) { }
        var kept = await site.QueryAsync<string>(Version, who);
        using (await site.SignInAsync(parent)) { }
        Assert.Equal(kept, await site.QueryAsync<string>(Version, who));

        await site.QueryAsync<int>("update portal.account set last_name = 'Новов' where id = @AccountId", new { parent.AccountId });
        using (await site.SignInAsync(parent)) { }
        Assert.EndsWith(" Новов", await site.QueryAsync<string>(Version, who), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_issued_login_opens_the_portal_within_seconds()
    {
        var teacher = await site.TeacherAsync(2);
        await site.ActivatedAsync(teacher);
        await Eventually.HoldsAsync("the portal told of the login", async () => await site.QueryAsync<long>("select count(*) from signin.login where login_key = 'teacher_2' and told_portal_at is not null") == 1);
        Assert.Null(await site.QueryAsync<string>("select portal_refused from signin.login where login_key = 'teacher_2'"));
        var browser = await new Browser(site.Service.PortalUrl).GetAsync("/login");
        await browser.SubmitAsync(("Login", "teacher_2"), ("Password", Person.Password));
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
    }

    [Fact]
    public async Task A_pupil_without_a_journal_login_gets_a_new_one_and_lands_in_the_diary()
    {
        var browser = await site.ActivatedAsync(await site.PupilAsync(0));
        Assert.Contains("shkolnikova", browser.Text);
        await browser.GetAsync("/continue");
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_parent_goes_straight_to_the_diary()
    {
        var browser = await site.SignInAsync(await site.ParentAsync(0));
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
        Assert.Contains("Школьников", browser.Text);
    }

    [Fact]
    public async Task Staff_of_a_private_school_go_straight_to_the_journal()
    {
        var browser = await site.SignInAsync(await site.PrivateTeacherAsync(0));
        Assert.StartsWith(site.Service.DemoUrl + "/journal/", browser.Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_teacher_who_is_a_parent_chooses_and_switches_without_a_password()
    {
        var browser = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(0));
        Assert.Contains("orlova", browser.Text);
        await browser.GetAsync("/continue");
        await browser.FollowAsync();
        Assert.Equal("/choose", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Role", "guardian"), ("Service", "diary"));
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
        await browser.GetAsync(site.Service.SchoolUrl + "/choose");
        Assert.Contains("в прошлый раз", browser.Text);
        await browser.SubmitAsync(("Role", "staff:b0"), ("Service", "journal"));
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/journal/", browser.Url.AbsoluteUri);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
    }

    [Fact]
    public async Task The_chooser_takes_no_role_or_service_that_is_not_the_persons_own()
    {
        var browser = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(1));
        foreach (var (role, service) in new[] { ("staff:t0", "journal"), ("guardian", "journal"), ("", ""), ("staff:b1", "portal"), (new string('x', 5000), "journal") })
        {
            await browser.GetAsync("/choose");
            await browser.SubmitAsync(("Role", role), ("Service", service));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.Contains("из списка", browser.Text);
        }
    }

    [Fact]
    public async Task A_service_that_asked_gets_its_answer_after_activation()
    {
        var teacher = await site.TeacherAsync(3);
        var browser = await site.SignInAsync(teacher, from: site.Service.DemoUrl + "/library/login");
        Assert.Equal("/activate", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Password", Person.Password));
        await browser.FollowAsync();
        var onward = browser.Page.QuerySelector("a.main")!.GetAttribute("href")!;
        await browser.GetAsync(onward);
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/library/", browser.Url.AbsoluteUri);
        Assert.Contains(teacher.Surname, browser.Text);
    }

    [Fact]
    public async Task A_service_for_other_roles_is_refused_in_plain_words()
    {
        var browser = await site.SignInAsync(await site.ParentAsync(1), from: site.Service.DemoUrl + "/journal/login");
        Assert.Equal("/no-right", browser.Url.AbsolutePath);
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.Contains("открыт для других ролей", browser.Text);
    }

    [Fact]
    public async Task A_person_unknown_to_the_schools_is_told_what_was_compared_and_support_can_read_why()
    {
        var stranger = await site.StrangerAsync(0);
        var browser = await site.SignInAsync(stranger);
        Assert.Equal("/no-account", browser.Url.AbsolutePath);
        Assert.Contains("Такой учётной записи нет", browser.Text);
        Assert.Contains(stranger.Surname, browser.Text);
        Assert.DoesNotContain(stranger.Snils, browser.Text.Replace("-", "").Replace(" ", ""));
        Assert.DoesNotContain("Школа №", browser.Text);
        var trace = TraceNumber.TryParse(System.Text.RegularExpressions.Regex.Match(browser.Text, @"\d{3}-\d{3}-\d{4}").Value)!;
        var report = string.Join('\n', await site.Get<TraceReport>().RunAsync(trace, russian: true, "test", default));
        Assert.Contains("сверена с реестрами", report);
        Assert.Contains("подходящих записей нет", report);
        Assert.DoesNotContain(stranger.Surname, report);
        Assert.Empty(await site.Get<TraceReport>().RunAsync(TraceNumber.New(), russian: false, "test", default));
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @id", new { id = stranger.AccountId.ToString() }));
    }

    [Fact]
    public async Task An_unconfirmed_СНИЛС_is_named_as_the_cause_and_checking_again_asks_no_password()
    {
        var browser = await site.SignInAsync(await site.TeacherAsync(4, snilsConfirmed: false));
        Assert.Equal("/no-account", browser.Url.AbsolutePath);
        Assert.Contains("не подтверждён", browser.Text);
        await browser.GetAsync(browser.Page.QuerySelector("a.main")!.GetAttribute("href")!);
        await browser.FollowAsync();
        Assert.Equal("/no-account", browser.Url.AbsolutePath);
    }

    [Fact]
    public async Task Two_tabs_can_sign_in_side_by_side()
    {
        var parent = await site.ParentAsync(2);
        var browser = site.NewBrowser();
        await browser.GetAsync("/signin/start");
        var first = browser.Location!;
        await browser.GetAsync(site.Service.SchoolUrl + "/signin/start");
        var second = browser.Location!;
        await browser.GetAsync(first.AbsoluteUri);
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
        await browser.GetAsync(second.AbsoluteUri);
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
    }
}
