using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>One's own data: what the portal and the school have, changing it, and what services have received.</summary>
[Collection(CabinetRegion.Name)]
public sealed class DataTests(GatewaySite site)
{
    private const string ReadsSql = """
        select count(*) from kernel.audit l join signin.account a on a.id::text = l.actor where a.subject = @id and l.act = 'signin.registry-data-read'
            and l.details -> 'records' = @records::jsonb
        """;

    [Fact]
    public async Task A_parent_sees_what_agrees_and_what_the_school_lacks_and_what_to_do()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(5));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        var fields = browser.Page.QuerySelectorAll(".pairs > div").ToDictionary(d => d.QuerySelector("dt")!.TextContent, d => d.TextContent);
        Assert.Contains("совпадает", fields["Электронная почта"]);
        Assert.Contains("person5-5@mail.example", fields["Электронная почта"]);
        Assert.Contains("В школе телефона нет", fields["Телефон"]);
        Assert.DoesNotContain("знают о вас разное", browser.Text);
        Assert.Contains("классного руководителя или секретаря", fields["Телефон"]);
        Assert.Equal("5А", fields["Класс ребёнка"].Replace("Класс ребёнка", "").Trim());
    }

    [Fact]
    public async Task Every_look_is_in_the_trail_with_the_records_that_were_shown()
    {
        var parent = await site.ParentAsync(6);
        using var browser = await site.SignInAsync(parent);
        var mine = new { id = parent.AccountId.ToString(), records = "[\"g6\"]" };
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
        Assert.Equal(0, await site.QueryAsync<long>(ReadsSql, mine));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        Assert.Equal(2, await site.QueryAsync<long>(ReadsSql, mine));
    }

    [Fact]
    public async Task What_differs_is_masked_since_it_may_be_somebody_elses()
    {
        var pupil = await site.PupilAsync(7);
        using var browser = await site.ActivatedAsync(pupil);
        // The school's card gets another phone and e-mail of a family that shares them; the old match stands until the next comparison.
        await site.QueryAsync<int>("update registries.pupil_record set phones_sealed = (select phones_sealed from registries.pupil_record where record_id = 'p8'), birth_date = '2012-05-18' where record_id = 'p7'");
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        Assert.DoesNotContain("+7 916 004-00-08", browser.Text);
        Assert.DoesNotContain("18 мая 2012", browser.Text);
        Assert.Contains("+7 *** ***-00-08", browser.Text);
        Assert.Contains("В школе записана другая дата", browser.Text);
        Assert.Contains("Портал и школа знают о вас разное", browser.Text);
    }

    [Fact]
    public async Task Nobody_sees_the_data_of_another_whatever_the_address_says()
    {
        var other = await site.ParentAsync(8);
        await site.SignInAsync(other);
        using var browser = await site.SignInAsync(await site.ParentAsync(9));
        foreach (var query in new[] { "?account=" + other.AccountId, "?AccountId=" + other.AccountId, "?subject=" + other.AccountId, "?Visitor.Subject=" + other.AccountId, "?recordId=g8" })
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data" + query);
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.DoesNotContain(other.Surname, browser.Text);
            Assert.DoesNotContain(other.Email, browser.Text);
        }
    }

    [Fact]
    public async Task A_new_phone_at_the_portal_is_here_when_the_person_comes_back()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(10));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        var toPortal = browser.Page.QuerySelectorAll("main a").Single(a => a.TextContent == "Изменить на портале").GetAttribute("href")!;
        await browser.GetAsync(toPortal);
        await browser.GetAsync(site.Service.PortalUrl + "/profile/birth-date");
        await browser.SubmitAsync(("BirthDate", "01.02.1979"));
        await browser.FollowAsync();
        var back = browser.Page.QuerySelectorAll("main a.main").Single();
        Assert.Equal("Вернуться: Школа онлайн", back.TextContent);
        Assert.StartsWith(site.Service.SchoolUrl + "/", back.GetAttribute("href"));
        await browser.GetAsync(back.GetAttribute("href")!);
        await browser.FollowAsync();
        Assert.Equal("/cabinet/data", browser.Url.AbsolutePath);
        Assert.Contains("1 февраля 1979", browser.Text);
        Assert.Contains("Данные с портала обновлены", browser.Text);
    }

    [Fact]
    public async Task The_way_back_from_the_portal_is_only_to_whom_the_portal_knows()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(11));
        foreach (var back in new[] { "evil", "https://evil.example/", "//evil.example", "journal", "SCHOOL", new string('a', 5000), "a\r\nb" })
        {
            await browser.GetAsync(site.Service.PortalUrl + "/profile?back=" + Uri.EscapeDataString(back));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.Empty(browser.Page.QuerySelectorAll("main a.main"));
        }
        await browser.GetAsync(site.Service.PortalUrl + "/profile?back=school");
        Assert.Equal(site.Service.SchoolUrl + "/cabinet/refresh", new Uri(browser.Page.QuerySelector("main a.main")!.GetAttribute("href")!).GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task A_service_stands_in_the_list_from_its_first_grant()
    {
        var parent = await site.ParentAsync(13);
        using var browser = await site.SignInAsync(parent);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/services");
        var card = Assert.Single(browser.Page.QuerySelectorAll("main .card"));
        Assert.Contains("Дневник", card.TextContent);
        Assert.Contains("имя", card.TextContent);
        Assert.Contains("Один раз", card.TextContent);
        Assert.DoesNotContain("Библиотека", browser.Text);
        await browser.GetAsync(site.Service.DemoUrl + "/library/login");
        await browser.FollowAsync();
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data/services");
        Assert.Equal(2, browser.Page.QuerySelectorAll("main .card").Length);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_phone_that_was_changed_at_the_portal_comes_here_by_itself()
    {
        using var browser = await site.SignInAsync(await site.ParentAsync(12));
        await browser.GetAsync(site.Service.PortalUrl + "/profile/phone");
        await browser.SubmitAsync(("Phone", "+7 916 777-00-12"), ("Password", Person.Password));
        await browser.FollowAsync();
        var code = await Eventually.GetAsync("a code", async () =>
        {
            using var phone = site.NewBrowser();
            await phone.GetAsync(site.Service.PortalUrl + "/dev/messages");
            var message = phone.Page.QuerySelectorAll("article").FirstOrDefault(a => a.TextContent.Contains("777-00-12") || a.TextContent.Contains("+79167770012"));
            return message is null ? null : System.Text.RegularExpressions.Regex.Match(message.TextContent, @"(?<!\d)\d{6}(?!\d)").Value;
        });
        await browser.SubmitAsync(("Code", code));
        await browser.FollowAsync();
        Assert.Equal("/profile", browser.Url.AbsolutePath);
        await Eventually.HoldsAsync("the new phone at the gateway",
            async () => (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data")).Text.Contains("+7 916 777-00-12"));
    }

    [Fact]
    public async Task A_role_that_is_missing_is_explained_and_a_namesakes_or_an_ended_one_is_not()
    {
        var person = await site.TeacherWhoIsParentAsync(5);
        using var browser = await site.ActivatedAsync(person);
        foreach (var (reason, proven, isTold) in new[] { ("name_differs", true, true), ("contacts_differ", false, false), ("ended", true, false) })
        {
            await site.QueryAsync<int>("""
                update signin.account set verdicts = jsonb_build_array(jsonb_build_object('role', 'guardian', 'matches', false, 'reason', @reason, 'hint', '', 'proven', @proven))
                 where subject = @id
                """, new { id = person.AccountId.ToString(), reason, proven });
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet");
            Assert.Equal(isTold, browser.Text.Contains("Как родитель вы пока не найдены", StringComparison.Ordinal));
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
            Assert.Equal(isTold, browser.Text.Contains("Не хватает роли", StringComparison.Ordinal));
            Assert.Equal(isTold, browser.Text.Contains("ФИО на портале и в школе записаны по-разному", StringComparison.Ordinal));
        }
    }
}
