using System.Net;
using Aupd.Desk.Doors;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests;

/// <summary>The "Написать нам" form, signed in and not.</summary>
public sealed class WriteToUsTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private static readonly (string, string)[] Good =
    [
        ("LastName", "Иванова"), ("FirstName", "Мария"), ("School", "ГБОУ Школа № 856"), ("Contact", "+7 916 000-00-00"), ("Topic", "sign-in"), ("Text", "Не могу войти\nсо вчера"),
    ];

    [Fact]
    public async Task A_request_is_numbered_kept_sealed_and_read_by_support()
    {
        var browser = await site.NewBrowser().GetAsync("/write-to-us");
        Assert.Contains(browser.Page.QuerySelectorAll("datalist option"), o => o.GetAttribute("value") == "ГБОУ Школа № 856");
        await PostAsync(browser, [.. Good, ("SnilsText", "112-233-445 95")]);
        await browser.FollowAsync();
        var number = long.Parse(System.Text.RegularExpressions.Regex.Match(browser.Text, @"\b1\d{5}\b").Value);
        var requests = site.Get<ISupportRequests>();
        Assert.Contains(await requests.OpenAsync(100, default), r => r.Number == number);
        var request = (await requests.ReadAsync(number, "test", default))!;
        Assert.Equal("Иванова Мария", request.Name.Reveal());
        Assert.Equal("11223344595", request.Snils!.Digits);
        Assert.Equal("Не могу войти\nсо вчера", request.Text.ReplaceLineEndings("\n"));
        Assert.Equal(0, await site.QueryAsync<long>("select count(*) from desk.support_request r where r::text like '%Иванова%' or r::text like '%11223344595%'"));
        Assert.True(await requests.CloseAsync(number, "test", default));
        Assert.False(await requests.CloseAsync(number, "test", default));
        Assert.Null(await requests.ReadAsync(1, "test", default));
    }

    [Fact]
    public async Task The_same_form_sent_twice_is_one_request()
    {
        var browser = await site.NewBrowser().GetAsync("/write-to-us");
        var page = browser.Page;
        await PostAsync(browser, Good);
        var first = browser.Location;
        await PostAsync(browser, Good, page);
        Assert.Equal(first, browser.Location);
    }

    [Theory]
    [InlineData("LastName", "", "Укажите фамилию")]
    [InlineData("School", "  ", "Укажите школу")]
    [InlineData("Contact", "", "чтобы мы могли ответить")]
    [InlineData("Topic", "junk", "Выберите тему")]
    [InlineData("Text", "", "Напишите, что случилось")]
    [InlineData("Text", "a\u001bb", "нельзя прочитать")]
    [InlineData("LastName", "Ива\u0007нова", "нельзя прочитать")]
    [InlineData("SnilsText", "112-233-445 96", "опечатка")]
    [InlineData("SnilsText", "123", "11 цифр, а здесь 3")]
    [InlineData("FormKey", "", "Форма устарела")]
    public async Task A_wrong_field_is_named_and_the_rest_is_kept(string field, string value, string says)
    {
        var browser = await site.NewBrowser().GetAsync("/write-to-us");
        await PostAsync(browser, [.. Good.Where(g => g.Item1 != field), (field, value)]);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains(says, browser.Text);
        if (field != "FirstName") Assert.Equal("Мария", browser.Page.QuerySelector("#FirstName")!.GetAttribute("value"));
    }

    // The framework's own form reader stops at it; what counts is that it is no 500 and changes nothing.
    [Fact]
    public async Task A_NUL_in_a_field_is_refused_and_nothing_is_kept()
    {
        var before = await site.QueryAsync<long>("select count(*) from desk.support_request");
        var browser = await site.NewBrowser().GetAsync("/write-to-us");
        await PostAsync(browser, [.. Good.Where(g => g.Item1 != "Text"), ("Text", "a\0b")]);
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
        Assert.Equal(before, await site.QueryAsync<long>("select count(*) from desk.support_request"));
    }

    [Fact]
    public async Task A_text_longer_than_the_limit_is_refused_and_one_at_the_limit_taken()
    {
        var browser = await site.NewBrowser().GetAsync("/write-to-us");
        await PostAsync(browser, [.. Good.Where(g => g.Item1 != "Text"), ("Text", new string('я', 4001))]);
        Assert.Contains("не больше 4000", browser.Text);
        await PostAsync(browser, [.. Good.Where(g => g.Item1 != "Text"), ("Text", new string('я', 4000))]);
        Assert.Equal("/write-to-us/sent", browser.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Whoever_is_signed_in_finds_his_data_filled_in_and_is_held_to_five_an_hour()
    {
        var stranger = await site.StrangerAsync(1);
        var browser = await site.SignInAsync(stranger);
        for (var i = 0; i < 5; i++)
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/write-to-us?topic=no-account");
            Assert.Equal(stranger.Surname, browser.Page.QuerySelector("#LastName")!.GetAttribute("value"));
            await PostAsync(browser, Good);
            Assert.Equal("/write-to-us/sent", browser.Location?.AbsolutePath);
        }
        await browser.GetAsync(site.Service.SchoolUrl + "/write-to-us");
        await PostAsync(browser, Good);
        Assert.Contains("уже много обращений", browser.Text);
        Assert.Equal(5, await site.QueryAsync<long>("select count(*) from desk.support_request where trace is not null and account_id is not null"));
    }

    private static Task<Browser> PostAsync(Browser browser, (string Name, string Value)[] fields, AngleSharp.Html.Dom.IHtmlDocument? page = null)
    {
        var form = (page ?? browser.Page).Forms.Single();
        var hidden = form.QuerySelectorAll("input[type=hidden]").Select(i => (Name: i.GetAttribute("name")!, Value: i.GetAttribute("value") ?? ""));
        var values = hidden.Where(h => fields.All(f => f.Name != h.Name)).Concat(fields).Select(f => KeyValuePair.Create(f.Name, f.Value));
        return browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(browser.Url, "/write-to-us")) { Content = new FormUrlEncodedContent(values) });
    }
}
