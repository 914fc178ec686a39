using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>One region for all tests of the cabinet; people by number: 0–4 home, 5–9 data, 10–14 copy, 15–19 security.</summary>
[CollectionDefinition(Name)]
public sealed class CabinetRegion : ICollectionFixture<GatewaySite>
{
    internal const string Name = "the cabinet";
}

/// <summary>The cabinet's first page, and what holds for all of them.</summary>
[Collection(CabinetRegion.Name)]
public sealed class CabinetTests(GatewaySite site)
{
    private static readonly string[] Pages =
    [
        "/cabinet", "/cabinet/data", "/cabinet/data/services", "/cabinet/data/copy", "/cabinet/security", "/cabinet/security/history", "/cabinet/security/third-parties",
        "/cabinet/family",
    ];

    [Fact]
    public async Task Every_page_sends_a_stranger_to_sign_in_and_shows_nothing()
    {
        foreach (var page in Pages)
        {
            using var stranger = site.NewBrowser();
            await stranger.GetAsync(page);
            Assert.Equal(HttpStatusCode.Redirect, stranger.Status);
            await stranger.FollowAsync();
            Assert.Equal("/", stranger.Url.AbsolutePath);
        }
    }

    [Fact]
    public async Task Every_page_has_the_same_tabs_and_marks_the_one_it_belongs_to()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(0));
        foreach (var page in Pages)
        {
            await browser.GetAsync(site.Service.SchoolUrl + page);
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.Equal(["Главная", "Семья", "Данные", "Устройства", "Безопасность"], browser.Page.QuerySelectorAll("nav.tabs a").Select(a => a.TextContent));
            var current = Assert.Single(browser.Page.QuerySelectorAll("nav.tabs a[aria-current]"));
            Assert.StartsWith(current.GetAttribute("href")!, page);
            Assert.Equal(current.GetAttribute("href") == page ? "page" : "true", current.GetAttribute("aria-current"));
            Assert.Single(browser.Page.QuerySelectorAll("h1"));
            // With the style sheet and the script it stays below 60 KiB without any compression.
            Assert.InRange((await browser.Answer.Content.ReadAsByteArrayAsync()).Length, 1000, 30 * 1024);
        }
    }

    [Fact]
    public async Task The_old_addresses_lead_to_the_new_pages()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(1));
        await browser.GetAsync(site.Service.SchoolUrl + "/account");
        Assert.Equal("/cabinet", browser.Location?.AbsolutePath);
        await browser.GetAsync(site.Service.SchoolUrl + "/account/third-parties");
        Assert.Equal("/cabinet/security/third-parties", browser.Location?.AbsolutePath);
    }

    [Fact]
    public async Task A_tile_leads_into_the_service_in_the_role_it_stands_under()
    {
        using var browser = await site.ActivatedAsync(await site.TeacherWhoIsParentAsync(0));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        var tiles = browser.Page.QuerySelectorAll("main > .tiles strong").Select(s => s.TextContent).ToList();
        Assert.Equal("Журнал", tiles[0]);
        Assert.Contains("Дневник", browser.Page.QuerySelectorAll("details .tiles strong").Select(s => s.TextContent));
        await browser.SubmitAsync(("Role", "guardian"), ("Service", "diary"));
        Assert.Equal(site.Service.DemoUrl + "/diary/login", browser.Location!.GetLeftPart(UriPartial.Path));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal("Дневник", browser.Page.QuerySelector("main > .tiles strong")!.TextContent);
    }

    [Fact]
    public async Task Switching_the_role_asks_for_no_password_and_is_remembered()
    {
        var person = await site.TeacherWhoIsParentAsync(1);
        using var browser = await site.ActivatedAsync(person);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        await browser.SubmitAsync(("role", "guardian"));
        Assert.Equal("/cabinet", browser.Location?.AbsolutePath);
        await browser.FollowAsync();
        Assert.Equal("Родитель", browser.Page.QuerySelector(".now strong")!.TextContent);
        Assert.Equal("Дневник", browser.Page.QuerySelector("main > .tiles strong")!.TextContent);
        Assert.Equal("guardian", await site.QueryAsync<string>(
            "select p.last_role from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @id", new { id = person.AccountId.ToString() }));
    }

    [Fact]
    public async Task A_role_that_one_does_not_hold_is_not_taken()
    {
        var person = await site.ParentAsync(2);
        using var browser = await site.SignInAsync(person);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        foreach (var role in new[] { "staff:t2", "", "guardian\0", new string('x', 10_000), "pupil:p2" })
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
            var token = browser.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!;
            await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, site.Service.SchoolUrl + "/cabinet?handler=Role")
            {
                Content = new FormUrlEncodedContent([KeyValuePair.Create("form_token", token), KeyValuePair.Create("role", role)]),
            });
            Assert.True((int)browser.Status < 500, $"{role[..Math.Min(20, role.Length)]}: {browser.Status}");
        }
        Assert.NotEqual("staff:t2", await site.QueryAsync<string>(
            "select s.active_role from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id", new { id = person.AccountId.ToString() }));
    }

    [Fact]
    public async Task What_waits_is_told_in_one_sentence_with_one_act_and_goes_when_it_is_done()
    {
        var teacher = await site.TeacherAsync(3);
        using var browser = await site.SignInAsync(teacher);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        var todo = Assert.Single(browser.Page.QuerySelectorAll("main .notice"));
        Assert.Equal("/activate", Assert.Single(todo.QuerySelectorAll("a")).GetAttribute("href"));
        Assert.Empty(browser.Page.QuerySelectorAll(".tiles"));
        await browser.GetAsync("/activate");
        await browser.SubmitAsync(("Password", Person.Password));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Empty(browser.Page.QuerySelectorAll("main .notice"));
        Assert.NotEmpty(browser.Page.QuerySelectorAll(".tiles"));
        Assert.Equal("teacher_3", browser.Page.QuerySelector(".big")!.TextContent);
    }

    [Fact]
    public async Task A_child_without_an_account_is_named_until_it_has_one()
    {
        var parent = await site.ParentAsync(4);
        using var browser = await site.SignInAsync(parent);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Contains(browser.Page.QuerySelectorAll("main .notice"), n => n.TextContent.Contains("Марина: своей учётной записи пока нет"));
        await site.SignInAsync(await site.PupilAsync(4));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.DoesNotContain("учётной записи пока нет", browser.Text);
    }

    [Fact]
    public async Task Whom_the_registries_no_longer_know_is_led_out_of_the_cabinet()
    {
        using var stranger = await site.SignInAsync(await site.StrangerAsync(0));
        foreach (var page in Pages)
        {
            await stranger.GetAsync(site.Service.SchoolUrl + page);
            await stranger.FollowAsync();
            Assert.Equal("/no-account", stranger.Url.AbsolutePath);
        }
    }
}
