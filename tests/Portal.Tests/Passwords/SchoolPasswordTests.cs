using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.FirstPasswords;
using Aupd.Portal.Passwords;
using Aupd.Portal.Sessions;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Passwords;

/// <summary>A portal in a region whose directory asks more of passwords than the portal does.</summary>
public sealed class StrictSite : SelfServiceSite
{
    protected override Dictionary<string, string?> Settings =>
        new(base.Settings) { ["SchoolPasswords:MinLength"] = "14", ["SchoolPasswords:IsComplex"] = "true" };
}

/// <summary>What school computers would refuse is said where the password is chosen, and nothing is changed.</summary>
public sealed class SchoolPasswordTests(StrictSite site) : IClassFixture<StrictSite>
{
    private const string Short = "Рыжий 5 ёж", Plain = "рыжий ёжик спит", Good = "Рыжий ёжик спит 5 лет";

    [Fact]
    public async Task At_registration_the_rules_are_listed_and_kept()
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await site.NewBrowser().GetAsync("/register");
        await browser.SubmitAndFollowAsync(("Last", "Осокина"), ("First", "Марина"), ("Middle", "Петровна"), ("BirthDate", "08.03.1985"));
        await browser.SubmitAndFollowAsync(("Phone", phone));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(phone)));
        await browser.SubmitAndFollowAsync(("Email", email));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(email)));
        await (await browser.PressAsync("Skip")).FollowAsync();
        Assert.Equal(["Не короче 14 знаков", "Три вида знаков: заглавные буквы, строчные, цифры, пробелы и другие", "Без имени, фамилии и логина внутри"], Rules(browser));
        Assert.Contains("Password-rules", browser.Page.QuerySelector("#Password")!.GetAttribute("aria-describedby")!.Split(' '));
        await RefusedAsync(browser, "Password", "Марина пьёт 5 чаёв", "есть ваши имя, фамилия или логин");
        await RefusedAsync(browser, "Password", Short, "не меньше 14 знаков");
        await RefusedAsync(browser, "Password", Plain, "добавьте в пароль заглавную букву и цифру");
        await browser.SubmitAndFollowAsync(("Password", Good));
        Assert.NotEqual("/register/password", browser.Path());
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from portal.account where last_name = 'Осокина'"));
    }

    [Fact]
    public async Task At_a_change_of_the_password()
    {
        var person = await site.NewPersonAsync();
        var browser = await site.SignedInAsync(person);
        await browser.GetAsync("/profile/password");
        Assert.Equal(3, Rules(browser).Count);
        var stamp = await StampAsync(person);
        foreach (var (typed, words) in new[] { (Short, "не меньше 14 знаков"), (Plain, "добавьте в пароль заглавную букву и цифру"), ($"Это {person.Login} и 5 слов", "есть ваши имя") })
        {
            await browser.SubmitAsync(("Old", PortalSite.Password), ("New", typed));
            Assert.Contains(browser.Errors(), e => e.Contains(words, StringComparison.Ordinal));
        }
        Assert.Equal(stamp, await StampAsync(person));
        await browser.SubmitAndFollowAsync(("Old", PortalSite.Password), ("New", Good));
        Assert.NotEqual(stamp, await StampAsync(person));
    }

    [Fact, Trait("takes", "long")]
    public async Task At_a_recovery()
    {
        var person = await site.NewPersonAsync();
        var browser = await site.NewBrowser().GetAsync("/recover");
        await browser.SubmitAndFollowAsync(("Identifier", person.Phone));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(person.Phone)));
        Assert.Equal(3, Rules(browser).Count);
        await RefusedAsync(browser, "Password", Plain, "добавьте в пароль заглавную букву и цифру");
        await browser.SubmitAndFollowAsync(("Password", Good));
        Assert.Equal("/recover/done", browser.Path());
        await site.SignedInAsync(person, Good);
    }

    [Fact]
    public async Task When_a_child_replaces_its_first_password()
    {
        var person = await site.NewPersonAsync();
        await using var scope = site.Scope();
        var choose = scope.ServiceProvider.GetRequiredService<ChooseOwnPassword>();
        var now = site.Clock.GetUtcNow();
        var session = new PortalSession(Guid.NewGuid(), person.Id, ["pwd"], "", "", now, now, now, now.AddHours(1));
        var outcome = await choose.RunAsync(session, Plain, default);
        Assert.Equal("school-too-plain", Assert.IsType<ChangePasswordOutcome.NewRefused>(outcome).Fault.Key);
        Assert.IsType<ChangePasswordOutcome.Changed>(await choose.RunAsync(session, Good, default));
    }

    // What stands on a child's sheet opens one page of the portal and no computer.
    [Fact]
    public void A_first_password_is_held_to_the_portals_rules_alone()
    {
        var owner = new PasswordOwner(null, null, null, null, null);
        var text = site.Get<FirstPasswordText>().Of(Guid.NewGuid(), owner);
        Assert.Null(PasswordRules.Check(text, owner));
    }

    [Theory]
    [InlineData("Рыжий ёж пришёл 1", 17, true, null)]
    [InlineData("Рыжий ёж пришёл 1", 18, true, "too-short")]
    [InlineData("рыжий ёж пришёл", 1, false, null)]
    [InlineData("рыжий ёж пришёл", 1, true, "too-plain")]
    [InlineData("рыжий ёж пришёл 1", 1, true, null)]
    [InlineData("Рыжий Ёж И Ян 1", 1, true, null)]
    [InlineData("Рыжий ИВАНОВ 1", 1, true, "has-name")]
    [InlineData("Рыжий ivanovii 1", 1, true, "has-name")]
    public void Rules_have_their_edges(string password, int least, bool isComplex, string? word) =>
        Assert.Equal(word, SchoolPasswordRules.Check(password, least, isComplex, "Иванов-Петров Ян", "ivanovii")?.Word);

    private static async Task RefusedAsync(Browser browser, string field, string typed, string words)
    {
        var before = browser.Path();
        await browser.SubmitAsync((field, typed));
        Assert.Equal(before, browser.Path());
        Assert.Contains(browser.Errors(), e => e.Contains(words, StringComparison.Ordinal));
    }

    private static List<string> Rules(Browser browser) => [.. browser.Page.QuerySelectorAll("[data-rules] li").Select(l => l.TextContent.Replace("✓", "").Trim())];

    private Task<string?> StampAsync(Person person) => site.AskAsync<string>("select password_hash from portal.account where id = @Id", person);
}
