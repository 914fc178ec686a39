using System.Net;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Registration;

public sealed partial class RegistrationTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private const string Password = "зелёный чайник поёт";

    [Fact]
    public async Task A_person_registers_and_is_back_where_he_came_from_signed_in()
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPasswordAsync(phone, email, "/register?return=%2Fconnect%2Fauthorize%2Fresume%3Frequest%3Dabc", snils: "112-233-445 95");
        await browser.SubmitAsync(("Password", Password));
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        Assert.Equal("/connect/authorize/resume?request=abc", browser.Location!.PathAndQuery);
        await browser.GetAsync("/profile");
        Assert.Contains("Иванова Мария Петровна", browser.MainText());
        Assert.Contains("8 марта 1985", browser.MainText());
        Assert.Contains(email, browser.MainText());
        Assert.Contains("введён, ещё не подтверждён", browser.MainText());
        await site.TryAsync(site.NewBrowser(), phone, Password);
        var again = await site.NewBrowser().GetAsync("/login");
        await again.SubmitAsync(("Login", email.ToUpperInvariant()), ("Password", Password));
        Assert.Equal("/profile", again.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_presses_on_the_last_button_open_one_account()
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPasswordAsync(phone, email);
        var before = await AccountsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SendAsync(browser, Password)));
        Assert.Equal(before + 1, await AccountsAsync());
        // Those beyond the limit of password tries are led to the sign-in.
        Assert.All(answers, a => Assert.Contains(a.Headers.Location!.OriginalString, new[] { "/profile", "/login" }));
        Assert.Contains(answers, a => a.Headers.Location!.OriginalString == "/profile");
        Assert.Equal("/login", (await SendAsync(browser, "совсем другой пароль")).Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Both_of_two_presses_on_the_last_button_sign_in()
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPasswordAsync(phone, email);
        var answers = await Task.WhenAll(SendAsync(browser, Password), SendAsync(browser, Password));
        Assert.All(answers, a => Assert.Equal("/profile", a.Headers.Location!.OriginalString));
        Assert.All(answers, a => Assert.Contains(a.Headers.GetValues("Set-Cookie"), c => c.StartsWith("aupd-portal-session=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_owner_of_a_phone_is_told_and_the_page_shows_no_difference()
    {
        var owner = await site.NewPersonAsync();
        var known = await AtPhoneCodeAsync(owner.Phone);
        var unknown = await AtPhoneCodeAsync(SelfServiceSite.NewContacts().Phone);
        Assert.Equal(unknown.Path(), known.Path());
        Assert.Equal(Digitless(unknown.MainText()), Digitless(known.MainText()));
        var letter = Assert.Single(await site.MessagesToAsync(owner.Phone));
        Assert.Contains("у вас уже есть учётная запись", letter.Text);
        Assert.Null(letter.Code);
        await known.SubmitAsync(("Code", "123456"));
        await unknown.SubmitAsync(("Code", SelfServiceSite.Other("123456")));
        Assert.Equal(unknown.Errors(), known.Errors());
    }

    [Fact, Trait("takes", "long")]
    public async Task Back_and_reload_never_break_it_and_another_phone_needs_another_code()
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var other = SelfServiceSite.NewContacts().Phone;
        var browser = await AtPasswordAsync(phone, email);
        await browser.GetAsync("/register/phone-code");
        Assert.Equal("/register/password", (await browser.FollowAsync()).Path());
        await browser.GetAsync("/register");
        Assert.Equal("Иванова", browser.Page.QuerySelector("#Last")!.GetAttribute("value"));
        await browser.SubmitAndFollowAsync(("Last", "Петрова"));
        Assert.Equal("/register/password", browser.Path());
        await browser.GetAsync("/register/phone");
        await browser.SubmitAndFollowAsync(("Phone", phone));
        Assert.Equal("/register/password", browser.Path());
        await browser.GetAsync("/register/phone");
        await browser.SubmitAndFollowAsync(("Phone", other));
        Assert.Equal("/register/phone-code", browser.Path());
        await (await browser.GetAsync("/register/password")).FollowAsync();
        Assert.Equal("/register/phone-code", browser.Path());
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(other)));
        await browser.SubmitAndFollowAsync(("Password", Password));
        Assert.Contains("Петрова Мария Петровна", browser.MainText());
    }

    [Fact]
    public async Task A_page_ahead_of_its_turn_leads_to_the_one_that_is_due()
    {
        var browser = await AtPhoneAsync();
        foreach (var page in new[] { "phone-code", "email", "email-code", "snils", "password" })
            Assert.Equal("/register/phone", (await (await browser.GetAsync("/register/" + page)).FollowAsync()).Path());
        var stranger = site.NewBrowser();
        foreach (var page in new[] { "phone", "phone-code", "email", "email-code", "snils", "password" })
            Assert.Equal("/register?again=true", (await stranger.GetAsync("/register/" + page)).Location!.PathAndQuery);
    }

    [Fact]
    public async Task A_code_of_one_browser_confirms_nothing_in_another()
    {
        var phone = SelfServiceSite.NewContacts().Phone;
        await AtPhoneCodeAsync(phone);
        var firstCode = await site.CodeToAsync(phone);
        var thief = await AtPhoneCodeAsync(phone);
        if (await site.CodeToAsync(phone) == firstCode) return;
        await thief.SubmitAsync(("Code", firstCode));
        Assert.Single(thief.Errors());
    }

    [Fact]
    public async Task A_begun_registration_is_kept_for_an_hour()
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPasswordAsync(phone, email);
        site.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/register/password")).Status);
        site.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await (await browser.GetAsync("/register/password")).FollowAsync();
        Assert.Equal("/register", browser.Path());
        Assert.Contains("начатая регистрация не сохранилась", browser.MainText());
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task A_return_address_that_is_not_local_is_left_out(string url)
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPasswordAsync(phone, email, "/register?return=" + Uri.EscapeDataString(url));
        await browser.SubmitAsync(("Password", Password));
        Assert.Equal("/profile", browser.Location!.PathAndQuery);
    }

    [Fact]
    public async Task Of_a_child_no_snils_is_asked()
    {
        var browser = await AtPhoneAsync(birthDate: "02.09.2012");
        var (phone, email) = SelfServiceSite.NewContacts();
        await ConfirmAsync(browser, phone, email);
        Assert.Equal("/register/password", browser.Path());
        Assert.Equal("/register/password", (await (await browser.GetAsync("/register/snils")).FollowAsync()).Path());
        var older = await AtPhoneAsync(birthDate: "01.09.2012");
        var contacts = SelfServiceSite.NewContacts();
        await ConfirmAsync(older, contacts.Phone, contacts.Email);
        Assert.Equal("/register/snils", older.Path());
    }

    [Theory]
    [InlineData("112-233-445 96", "Контрольное число не сходится: проверьте последние две цифры, потом остальные")]
    [InlineData("112-233-445 9", "В СНИЛС 11 цифр, а здесь 10: проверьте, не пропущена ли цифра")]
    [InlineData("112-233-445 955", "В СНИЛС 11 цифр, а здесь 12: проверьте, не набрана ли лишняя")]
    [InlineData("сто двенадцать", "СНИЛС состоит только из цифр: 11 цифр с карточки")]
    [InlineData("000-000-000 00", "Это не номер СНИЛС: перепишите 11 цифр с карточки")]
    [InlineData("", "Напишите номер или нажмите «Пропустить»")]
    public async Task A_wrong_snils_is_explained(string typed, string told)
    {
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPhoneAsync();
        await ConfirmAsync(browser, phone, email);
        await browser.SubmitAsync(("Snils", typed));
        Assert.Equal([told], browser.Errors());
    }

    [Fact]
    public async Task A_snils_confirmed_for_another_says_what_to_do_and_not_whose_it_is()
    {
        var owner = await site.NewPersonAsync();
        var (phone, email) = SelfServiceSite.NewContacts();
        var browser = await AtPhoneAsync();
        await ConfirmAsync(browser, phone, email);
        await browser.SubmitAsync(("Snils", owner.Snils));
        Assert.Contains("уже подтверждён для другой учётной записи", Assert.Single(browser.Errors()));
        Assert.DoesNotContain(owner.Login, browser.MainText());
        await browser.PressAsync("Skip");
        Assert.Equal("/register/password", browser.Location!.AbsolutePath);
    }

    [Theory]
    [InlineData("ru", "Напишите фамилию", "Такой даты нет в календаре", "31.02.1985")]
    [InlineData("en", "Enter your surname", "There is no such date in the calendar", "31.02.1985")]
    [InlineData("ru", "Напишите фамилию", "Эта дата ещё не наступила", "02.09.2026")]
    [InlineData("ru", "Напишите фамилию", "Проверьте год рождения", "01.01.1900")]
    [InlineData("ru", "Напишите фамилию", "Напишите дату так: 27.03.1988", "вчера")]
    public async Task What_is_wrong_is_said_and_what_is_right_is_kept(string language, string noSurname, string badDate, string date)
    {
        var browser = await site.NewBrowser().GetAsync("/register?lang=" + language);
        await browser.SubmitAsync(("Last", " "), ("First", "Мария"), ("Middle", "Петровна"), ("BirthDate", date));
        Assert.Equal([noSurname, badDate], browser.Errors());
        Assert.Equal("Мария", browser.Page.QuerySelector("#First")!.GetAttribute("value"));
        Assert.Equal(date, browser.Page.QuerySelector("#BirthDate")!.GetAttribute("value"));
    }

    [Theory]
    [InlineData("8.3.1985")]
    [InlineData("08031985")]
    [InlineData("8 3 1985")]
    [InlineData("1985-03-08")]
    public async Task A_birth_date_is_read_in_any_spelling(string date)
    {
        var browser = await AtPhoneAsync(birthDate: date);
        Assert.Equal("08.03.1985", (await browser.GetAsync("/register")).Page.QuerySelector("#BirthDate")!.GetAttribute("value"));
    }

    [Theory]
    [InlineData("Last")]
    [InlineData("First")]
    [InlineData("Middle")]
    [InlineData("BirthDate")]
    public async Task Nonsense_in_any_field_is_refused_in_words(string field)
    {
        foreach (var nonsense in new[] { "\u0001", "Ма\u0007рия", new string('я', 100_000), "<script>", "123", "\ud800", "😀" })
        {
            var browser = await site.NewBrowser().GetAsync("/register");
            var fields = new Dictionary<string, string> { ["Last"] = "Иванова", ["First"] = "Мария", ["Middle"] = "Петровна", ["BirthDate"] = "08.03.1985", [field] = nonsense };
            await browser.SubmitAsync([.. fields.Select(f => (f.Key, f.Value))]);
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.Single(browser.Errors());
        }
    }

    [Theory]
    [InlineData("916123")]
    [InlineData("9161234567890")]
    [InlineData("пока нет")]
    [InlineData("+7 916 123-45-6")]
    [InlineData("\u0001")]
    public async Task A_phone_that_no_sms_reaches_is_refused(string typed)
    {
        var browser = await AtPhoneAsync();
        await browser.SubmitAsync(("Phone", typed));
        Assert.Contains("Проверьте номер", Assert.Single(browser.Errors()));
    }

    [Fact]
    public async Task A_form_with_a_nul_in_it_is_refused_whole()
    {
        var browser = await AtPhoneAsync();
        await browser.SubmitAsync(("Phone", "+7916\01234567"));
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var answer = await http.PostAsync(site.Url + "/register", new FormUrlEncodedContent([new("Last", "Иванова")]));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Personal_data_of_a_begun_registration_lies_sealed()
    {
        await AtPhoneAsync(last: "Редкофамильная");
        Assert.Equal(0, await site.AskAsync<long>("select count(*) from portal.flow where position(@name in state_sealed) > 0", new { name = "Редкофамильная"u8.ToArray() }));
    }
}
