using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Profile;

public sealed class ProfileTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private static readonly string[] Pages = ["", "/name", "/birth-date", "/phone", "/phone-code", "/email", "/email-code", "/snils", "/password", "/sessions", "/copy"];

    [Fact]
    public async Task Whoever_is_not_signed_in_goes_to_the_sign_in_and_comes_back()
    {
        foreach (var page in Pages)
            Assert.Equal("/login?return=" + Uri.EscapeDataString("/profile" + page), (await site.NewBrowser().GetAsync("/profile" + page)).Location!.PathAndQuery);
    }

    [Fact]
    public async Task Another_name_takes_the_confirmation_off_the_snils_and_says_so_before()
    {
        var person = await site.NewPersonAsync();
        var browser = await site.SignedInAsync(person);
        await browser.GetAsync("/profile/name");
        Assert.Contains("СНИЛС придётся подтвердить заново", browser.MainText());
        await browser.SubmitAndFollowAsync(("Last", "ИВАНОВА"));
        Assert.Equal("confirmed", await StateAsync(person));
        await browser.GetAsync("/profile/name");
        await browser.SubmitAndFollowAsync(("Last", "Петрова"));
        Assert.Contains("Имя сохранено", browser.MainText());
        Assert.Equal("entered", await StateAsync(person));
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from portal.snils_request where account_id = @Id and decided_at is null", person));
    }

    [Fact]
    public async Task A_phone_is_changed_by_a_code_to_the_new_one_and_the_old_one_is_told()
    {
        var person = await site.NewPersonAsync();
        var phone = SelfServiceSite.NewContacts().Phone;
        var browser = await AtNewPhoneCodeAsync(person, phone);
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(phone)));
        Assert.Contains("Телефон изменён", browser.MainText());
        Assert.Contains("больше не привязан", Assert.Single(await site.MessagesToAsync(person.Phone)).Text);
        Assert.Equal(303, await site.TryAsync(site.NewBrowser(), phone, PortalSite.Password));
        Assert.Equal(200, await site.TryAsync(site.NewBrowser(), person.Phone, PortalSite.Password));
    }

    [Fact]
    public async Task An_email_is_changed_likewise()
    {
        var person = await site.NewPersonAsync();
        var email = SelfServiceSite.NewContacts().Email;
        var browser = await (await site.SignedInAsync(person)).GetAsync("/profile/email");
        await browser.SubmitAndFollowAsync(("Email", email), ("Password", PortalSite.Password));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(email)));
        Assert.Contains(email, browser.MainText());
        Assert.Contains("больше не привязана", Assert.Single(await site.MessagesToAsync(person.Email)).Text);
    }

    [Fact]
    public async Task A_contact_is_not_changed_without_the_password()
    {
        var person = await site.NewPersonAsync();
        var phone = SelfServiceSite.NewContacts().Phone;
        var browser = await (await site.SignedInAsync(person)).GetAsync("/profile/phone");
        await browser.SubmitAsync(("Phone", phone), ("Password", "не тот пароль"));
        Assert.Equal(["Пароль не подошёл"], browser.Errors());
        Assert.Empty(await site.MessagesToAsync(phone));
        Assert.Equal("/profile/phone", (await browser.GetAsync("/profile/phone-code")).Location!.AbsolutePath);
    }

    [Fact]
    public async Task A_phone_of_another_is_not_given_away()
    {
        var owner = await site.NewPersonAsync();
        var browser = await AtNewPhoneCodeAsync(await site.NewPersonAsync(), owner.Phone);
        var letter = Assert.Single(await site.MessagesToAsync(owner.Phone));
        Assert.Contains("у вас уже есть учётная запись", letter.Text);
        await browser.SubmitAsync(("Code", "123456"));
        Assert.Contains("осталось попыток: 4", Assert.Single(browser.Errors()));
    }

    [Fact]
    public async Task What_one_person_began_another_at_the_same_browser_cannot_finish()
    {
        var phone = SelfServiceSite.NewContacts().Phone;
        var browser = await AtNewPhoneCodeAsync(await site.NewPersonAsync(), phone);
        var next = await site.NewPersonAsync();
        await browser.GetAsync("/login?again=true");
        await browser.SubmitAndFollowAsync(("Login", next.Login), ("Password", PortalSite.Password));
        Assert.Equal("/profile/phone", (await browser.GetAsync("/profile/phone-code")).Location!.AbsolutePath);
    }

    [Fact]
    public async Task A_new_password_ends_other_sessions_and_the_person_is_told()
    {
        var person = await site.NewPersonAsync();
        var elsewhere = await site.SignedInAsync(person);
        var browser = await (await site.SignedInAsync(person)).GetAsync("/profile/password");
        await browser.SubmitAsync(("Old", "не тот пароль"), ("New", "синий самовар молчит"));
        Assert.Equal(["Нынешний пароль не подошёл"], browser.Errors());
        await browser.SubmitAsync(("Old", PortalSite.Password), ("New", PortalSite.Password));
        Assert.Equal(["Это прежний пароль. Придумайте другой"], browser.Errors());
        await browser.SubmitAndFollowAsync(("Old", PortalSite.Password), ("New", "синий самовар молчит"));
        Assert.Contains("Пароль изменён", browser.MainText());
        Assert.Equal("/login", (await elsewhere.GetAsync("/profile")).Location!.AbsolutePath);
        Assert.Contains(await site.MessagesToAsync(person.Phone), m => m.Text.Contains("пароль изменён"));
    }

    [Fact]
    public async Task A_person_ends_sessions_of_his_own_and_nobody_elses()
    {
        var person = await site.NewPersonAsync();
        var stranger = await site.NewPersonAsync();
        var (here, there, third) = (await site.SignedInAsync(person), await site.SignedInAsync(person), await site.SignedInAsync(person));
        var foreign = await site.SignedInAsync(stranger);
        var foreignId = await site.AskAsync<Guid>("select id from portal.session where account_id = @Id", stranger);
        await here.GetAsync("/profile/sessions");
        await here.SubmitAndFollowAsync(("id", foreignId.ToString()));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await foreign.GetAsync("/profile")).Status);
        await here.GetAsync("/profile/sessions");
        await here.PressAsync("End");
        Assert.Equal("/profile/sessions?ended=1", here.Location!.PathAndQuery);
        await here.FollowAsync();
        await here.PressAsync("EndOthers");
        Assert.Equal("/login", (await there.GetAsync("/profile")).Location!.AbsolutePath);
        Assert.Equal("/login", (await third.GetAsync("/profile")).Location!.AbsolutePath);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await here.GetAsync("/profile")).Status);
        await here.PressAsync("SignOut");
        Assert.Equal("/login", (await here.GetAsync("/profile")).Location!.AbsolutePath);
    }

    [Fact]
    public async Task A_birth_date_is_changed()
    {
        var browser = await (await site.SignedInAsync(await site.NewPersonAsync())).GetAsync("/profile/birth-date");
        await browser.SubmitAsync(("BirthDate", "99.99.1999"));
        Assert.Single(browser.Errors());
        await browser.SubmitAndFollowAsync(("BirthDate", "9 5 1990"));
        Assert.Contains("9 мая 1990", browser.MainText());
    }

    [Fact]
    public async Task In_English_no_page_speaks_Russian_but_for_names()
    {
        var browser = await site.SignedInAsync(await site.NewPersonAsync(a => a with { Name = Kernel.People.PersonName.TryCreate("Brown", "Mary", null)! }));
        var pages = Pages.Select(p => "/profile" + p).Concat(["/register", "/recover", "/dev/messages"]).Where(p => !p.EndsWith("-code", StringComparison.Ordinal));
        foreach (var page in pages)
        {
            await browser.GetAsync(page + "?lang=en");
            var text = browser.MainText() + browser.Page.Title;
            if (page != "/dev/messages") Assert.DoesNotContain(text, c => c is >= 'А' and <= 'я');
            Assert.Equal("en", browser.Page.DocumentElement.GetAttribute("lang"));
        }
    }

    private async Task<Browser> AtNewPhoneCodeAsync(Person person, string phone)
    {
        var browser = await (await site.SignedInAsync(person)).GetAsync("/profile/phone");
        await browser.SubmitAndFollowAsync(("Phone", phone), ("Password", PortalSite.Password));
        Assert.Equal("/profile/phone-code", browser.Path());
        return browser;
    }

    private Task<string?> StateAsync(Person person) => site.AskAsync<string>("select snils_state from portal.account where id = @Id", person);
}
