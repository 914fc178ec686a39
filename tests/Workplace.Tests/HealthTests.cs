using System.Net;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests;

/// <summary>The page on which people see where their login works, over a real directory.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class HealthTests(School school) : IDisposable
{
    public void Dispose() => school.Gate.Open();

    [Fact]
    public async Task A_login_that_works_has_a_green_lamp_with_the_time_of_its_password()
    {
        using var browser = await AtWorkAsync("hgood");
        await LookAsync(browser);
        Assert.Equal("✓ Школьный компьютер: работает", Lamp(browser, "computer"));
        Assert.Equal(["portal", "gateway", "computer"], browser.Page.QuerySelectorAll("section[aria-labelledby^=part-]").Select(s => s.GetAttribute("aria-labelledby")![5..]));
        var when = browser.Page.QuerySelectorAll("section[aria-labelledby=part-computer] dd").Select(d => d.TextContent).ToList();
        Assert.Equal(2, when.Count);
        Assert.DoesNotContain("пока нет", when);
        Assert.Null(browser.Page.QuerySelector("details[open]"));
    }

    [Fact]
    public async Task Repair_now_puts_right_what_was_changed_by_hand_a_few_times_an_hour_and_leaves_a_line()
    {
        using var browser = await AtWorkAsync("hrepair");
        school.Domain.AsAdministrator(link => link.Set(school.Domain.Account("hrepair")!.Name, [new("userAccountControl", "514")]));
        await LookAsync(browser);
        await browser.SubmitAsync();
        Assert.Equal("/cabinet/login?done=repair", browser.Location?.PathAndQuery);
        await browser.FollowAsync();
        Assert.Contains("Загляните сюда через минуту", browser.Text, StringComparison.Ordinal);
        await Eventually.HoldsAsync("it opens again", () => school.Domain.BindOpens("hrepair@zao.obr.test", Person.Password));

        for (var i = 2; i <= 5; i++)
        {
            await browser.SubmitAsync();
            await browser.FollowAsync();
        }
        await browser.SubmitAsync();
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("Вы уже просили об этом несколько раз", browser.Text, StringComparison.Ordinal);
        var profile = await school.QueryAsync<Guid>("select profile_id from workplace.account where login = 'hrepair'");
        Assert.Equal(5, await school.QueryAsync<long>("select count(*) from kernel.audit where act = 'signin.repair-asked' and subject = @profile", new { profile = profile.ToString() }));

        await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, school.Service.SchoolUrl + "/cabinet/login?handler=Repair") { Content = new FormUrlEncodedContent([]) });
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
    }

    [Fact]
    public async Task Where_the_password_is_lacking_the_person_gives_it_again_and_the_portal_says_whether_it_is_right()
    {
        using var browser = await AtWorkAsync("hlacks");
        // Deleted by mistake: it is made anew, and its password is gone.
        school.Domain.AsAdministrator(link => link.Remove(school.Domain.Account("hlacks")!.Name));
        await LookAsync(browser);
        await browser.SubmitAsync();
        await Eventually.HoldsAsync("it is told", () => school.QueryAsync<bool>("select password_trouble = 'missing' from workplace.account where login = 'hlacks'"));
        await LookAsync(browser);
        Assert.Equal("✕ Школьный компьютер: не работает", Lamp(browser, "computer"));
        Assert.Contains("Введите его ещё раз", browser.Text, StringComparison.Ordinal);
        Assert.NotNull(browser.Page.QuerySelector("details[open] input[type=password]"));

        await browser.SubmitAsync(("Password", "совсем не тот пароль"));
        Assert.Contains("Пароль не подошёл", browser.Text, StringComparison.Ordinal);
        Assert.Equal(0, await WaitingAsync("hlacks"));
        await browser.SubmitAsync(("Password", Person.Password));
        Assert.Equal("/cabinet/login?done=password", browser.Location?.PathAndQuery);
        await Eventually.HoldsAsync("it opens", () => school.Domain.BindOpens("hlacks@zao.obr.test", Person.Password));
        await Eventually.HoldsAsync("the lamp is green", async () =>
        {
            await LookAsync(browser);
            return Lamp(browser, "computer") == "✓ Школьный компьютер: работает";
        });
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Пароль передан школьным компьютерам ещё раз", browser.Text, StringComparison.Ordinal);
    }

    [Theory, InlineData(""), InlineData("\0"), InlineData("long")]
    public async Task Whatever_is_typed_as_a_password_is_answered_with_a_sentence(string typed)
    {
        var login = $"htyped{typed.Length}{(typed == "\0" ? "n" : "")}";
        using var browser = await AtWorkAsync(login);
        await LookAsync(browser);
        await browser.SubmitAsync(("Password", typed == "long" ? new string('a', 5000) : typed));
        Assert.InRange((int)browser.Status, 200, 499);
        Assert.NotEmpty(browser.Page.QuerySelectorAll(".field.wrong, .notice.bad, h1"));
        Assert.Equal(0, await WaitingAsync(login));
    }

    // Other people's may wait: of those who are in conflict.
    private Task<long> WaitingAsync(string login) =>
        school.QueryAsync<long>("select count(*) from workplace.password p join workplace.account a using (profile_id) where a.login = @login", new { login });

    [Fact]
    public async Task While_the_directory_is_away_the_lamp_says_that_nothing_is_to_be_done()
    {
        var person = await school.TeacherAsync("haway");
        school.Gate.Shut();
        using var browser = await school.ActivateAsync(person);
        await Eventually.HoldsAsync("the lamp says so", async () =>
        {
            await LookAsync(browser);
            return Lamp(browser, "computer") == "… Школьный компьютер: подождите немного" && browser.Text.Contains("Школьный сервер сейчас не отвечает", StringComparison.Ordinal);
        });
        Assert.Contains("пока нет", browser.Text, StringComparison.Ordinal);
        school.Gate.Open();
        await Eventually.HoldsAsync("the lamp is green", async () =>
        {
            await LookAsync(browser);
            return Lamp(browser, "computer") == "✓ Школьный компьютер: работает";
        });
    }

    [Fact]
    public async Task A_login_of_somebody_else_is_said_to_be_taken_and_whom_to_ask()
    {
        school.Domain.AsAdministrator(link => link.Add($"CN=htaken,CN=Users,{SambaDomain.Base}", "user", [new("sAMAccountName", "htaken"), new("sn", "Чужая"), new("givenName", "Вера")]));
        using var browser = await school.ActivateAsync(await school.TeacherAsync("htaken"));
        await Eventually.HoldsAsync("the lamp says so", async () =>
        {
            await LookAsync(browser);
            return Lamp(browser, "computer") == "✕ Школьный компьютер: не работает" && browser.Text.Contains("занят чужой или старой записью", StringComparison.Ordinal);
        });
    }

    private async Task<Browser> AtWorkAsync(string login)
    {
        var browser = await school.ActivateAsync(await school.TeacherAsync(login));
        await Eventually.HoldsAsync("it is delivered", () => school.QueryAsync<bool>("""
            select exists (select 1 from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id
             where a.login = @login and a.password_at is not null and d.delivered_version = a.version and d.due_at is null)
            """, new { login }));
        return browser;
    }

    private Task LookAsync(Browser browser) => browser.GetAsync(school.Service.SchoolUrl + "/cabinet/login");

    private static string? Lamp(Browser browser, string part) => browser.Page.QuerySelector($"#part-{part}")?.TextContent.Trim();
}
