using System.Net;
using System.Text.Json;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>A copy of all of one's data as a file.</summary>
[Collection(CabinetRegion.Name)]
public sealed class CopyTests(GatewaySite site)
{
    [Fact]
    public async Task The_copy_holds_the_data_of_all_modules_and_nobody_elses()
    {
        var teacher = await site.TeacherAsync(10);
        using var browser = await site.ActivatedAsync(teacher);
        await browser.GetAsync(site.Service.DemoUrl + "/journal/login");
        await browser.FollowAsync();
        await browser.GetAsync(site.Service.SchoolUrl + "/write-to-us");
        await browser.SubmitAsync(("Topic", "login"), ("Text", "Где мой логин?"));
        var text = await TakeAsync(browser);
        using var copy = JsonDocument.Parse(text);
        var root = copy.RootElement;
        Assert.Equal(teacher.Surname, root.GetProperty("данные_портала").GetProperty("фамилия").GetString());
        Assert.Equal("teacher_10", root.GetProperty("логины")[0].GetProperty("логин").GetString());
        Assert.Equal("t10", root.GetProperty("записи_школ")[0].GetProperty("номер_записи").GetString());
        Assert.Equal("t10", root.GetProperty("сверка_со_школами")[0].GetProperty("запись").GetString());
        Assert.Equal("Журнал", root.GetProperty("что_узнали_сервисы")[0].GetProperty("сервис").GetString());
        Assert.Equal("Где мой логин?", root.GetProperty("обращения_в_поддержку")[0].GetProperty("текст").GetString());
        Assert.Contains(root.GetProperty("журнал_действий").EnumerateArray(), l => l.GetProperty("слово_журнала").GetString() == "signin.data-copied");
        Assert.DoesNotContain(root.GetProperty("журнал_действий").EnumerateArray(), l => l.GetProperty("слово_журнала").GetString()!.StartsWith("portal."));
        Assert.DoesNotContain("\\u04", text);
        foreach (var other in Enumerable.Range(0, 20).Where(i => i != 10)) Assert.DoesNotContain($"\"t{other}\"", text);
    }

    [Fact]
    public async Task A_long_trail_comes_whole_page_by_page()
    {
        var parent = await site.ParentAsync(14);
        using var browser = await site.SignInAsync(parent);
        var account = await site.QueryAsync<Guid>("select id from signin.account where subject = @id", new { id = parent.AccountId.ToString() });
        await site.QueryAsync<int>("""
            insert into kernel.audit (at, act, actor) select @now::timestamptz - n / 3 * interval '1 second', 'signin.role-chosen', @actor from generate_series(1, 1300) n
            """, new { now = site.Clock.GetUtcNow(), actor = account.ToString() });
        using var copy = JsonDocument.Parse(await TakeAsync(browser));
        Assert.Equal(1300, copy.RootElement.GetProperty("журнал_действий").EnumerateArray().Count(l => l.GetProperty("слово_журнала").GetString() == "signin.role-chosen"));
    }

    [Fact]
    public async Task Long_after_the_password_it_is_asked_for_once_more()
    {
        var parent = await site.ParentAsync(15);
        using var browser = await site.SignInAsync(parent);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        var token = browser.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!;
        site.Clock.Advance(TimeSpan.FromMinutes(11));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        Assert.Empty(browser.Page.QuerySelectorAll("main form"));
        await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, site.Service.SchoolUrl + "/cabinet/data/copy")
            { Content = new FormUrlEncodedContent([KeyValuePair.Create("form_token", token)]) });
        Assert.Equal("text/html", browser.Answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain(parent.Email, browser.Text);
        await browser.GetAsync(browser.Page.QuerySelector("main a.main")!.GetAttribute("href")!);
        await browser.FollowAsync();
        Assert.Equal("/login", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal("/cabinet/data/copy", browser.Url.AbsolutePath);
        Assert.Contains(parent.Email, await TakeAsync(browser));
    }

    [Fact]
    public async Task Copies_are_counted_and_each_is_in_the_trail()
    {
        var parent = await site.ParentAsync(16);
        using var browser = await site.SignInAsync(parent);
        for (var i = 0; i < 5; i++) await TakeAsync(browser);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        await browser.SubmitAsync();
        Assert.Contains("Следующую можно взять через час", browser.Text);
        Assert.Equal(5, await site.QueryAsync<long>("select count(*) from kernel.audit l join signin.account a on a.id::text = l.actor where a.subject = @id and l.act = 'signin.data-copied'",
            new { id = parent.AccountId.ToString() }));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_requests_at_once_get_five_copies()
    {
        using var browser = await site.SignInAsync(await site.PrivateTeacherAsync(0));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        var token = browser.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!;
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = browser.Cookies, AllowAutoRedirect = false });
        var kinds = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var answer = await http.PostAsync(site.Service.SchoolUrl + "/cabinet/data/copy", new FormUrlEncodedContent([KeyValuePair.Create("form_token", token)]));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return answer.Content.Headers.ContentType?.MediaType;
        }));
        Assert.Equal(5, kinds.Count(k => k == "application/json"));
    }

    private async Task<string> TakeAsync(Browser browser)
    {
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        await browser.SubmitAsync();
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Equal("application/json", browser.Answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", browser.Answer.Content.Headers.ContentDisposition?.DispositionType);
        return await browser.Answer.Content.ReadAsStringAsync();
    }
}
