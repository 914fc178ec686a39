using System.Net;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.SecondFactor;

public sealed class RenameTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private const string Page = "/profile/second-step/rename?key=";

    [Fact]
    public async Task A_passkey_gets_another_name_and_signs_in_as_before()
    {
        var (person, browser, key) = await WithPasskeyAsync();
        await browser.GetAsync(Page + key.Id);
        Assert.Equal("Мой телефон", ((AngleSharp.Html.Dom.IHtmlInputElement)browser.Page.QuerySelector("[name=Name]")!).Value);
        await browser.SubmitAndFollowAsync(("Name", "  Телефон <Зои>  "));
        Assert.Contains("Ключ доступа переименован", browser.Text);
        Assert.Contains("Телефон <Зои>", browser.Text);
        Assert.Equal("Телефон <Зои>", await NameAsync(person));
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.passkey-renamed' and subject = @id", new { id = person.Id.ToString() }));
        using var next = await site.NewBrowser().GetAsync("/login");
        await key.AnswerAsync(next);
        Assert.True(await next.IsSignedInAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901")]
    [InlineData("a\tb")]
    [InlineData("a\u0007b")]
    public async Task A_name_that_is_none_is_told_at_the_field_and_changes_nothing(string name)
    {
        var (person, browser, key) = await WithPasskeyAsync();
        await browser.GetAsync(Page + key.Id);
        await browser.SubmitAsync(("Name", name));
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("до 60 знаков", Assert.Single(browser.Errors(), e => e.Contains("Назовите ключ")));
        Assert.Equal("Мой телефон", await NameAsync(person));
    }

    [Theory]
    [InlineData("")]
    [InlineData("app")]
    [InlineData("%%%")]
    [InlineData("AAAA")]
    public async Task A_key_that_is_none_leads_back(string id)
    {
        var (_, browser, _) = await WithPasskeyAsync();
        await browser.GetAsync(Page + Uri.EscapeDataString(id));
        Assert.Equal("/profile/second-step", browser.Location?.PathAndQuery);
    }

    [Fact]
    public async Task Nobody_renames_what_is_anothers_and_nobody_without_a_fresh_proof()
    {
        var (owner, _, key) = await WithPasskeyAsync();
        var (_, thief, own) = await WithPasskeyAsync();
        await thief.GetAsync(Page + own.Id);
        var request = thief.FormRequest(("Name", "Чужой"));
        request.RequestUri = new Uri(thief.Url, Page + key.Id);
        await thief.SendAsync(request);
        Assert.Equal("/profile/second-step", thief.Location?.PathAndQuery);
        Assert.Equal("Мой телефон", await NameAsync(owner));

        await thief.GetAsync(Page + own.Id);
        site.Clock.Advance(TimeSpan.FromMinutes(5));
        await thief.SubmitAsync(("Name", "Поздно"));
        Assert.Equal("/profile/second-step/prove", thief.Location?.AbsolutePath);
    }

    private Task<string?> NameAsync(Person person) => site.AskAsync<string>("select name from portal.passkey where account_id = @Id", new { person.Id });

    private async Task<(Person Person, Browser Browser, Authenticator Key)> WithPasskeyAsync()
    {
        var (person, key) = (await site.NewPersonAsync(), new Authenticator(site.Url));
        return (person, await key.RegisterAsync(await site.SignedInAsync(person)), key);
    }
}
