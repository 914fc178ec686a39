using System.Net;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Aupd.Portal.Passwords;
using Aupd.Portal.Sessions;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Authentication;

public sealed class LoginTests(PortalSite site) : IClassFixture<PortalSite>
{
    private const string Session = "aupd-portal-session";

    [Theory]
    [InlineData("login")]
    [InlineData("LOGIN")]
    [InlineData("phone")]
    [InlineData("phone by eight")]
    [InlineData("phone with dashes")]
    [InlineData("email")]
    [InlineData("EMAIL")]
    [InlineData("snils")]
    [InlineData("snils with dashes")]
    public async Task A_person_signs_in_by_any_name_in_any_spelling(string how)
    {
        var person = await site.NewPersonAsync();
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", how switch
        {
            "login" => person.Login, "LOGIN" => $"  {person.Login.ToUpperInvariant()} ",
            "phone" => person.Phone, "phone by eight" => "8" + person.Phone[2..], "phone with dashes" =>
                $"+7 ({person.Phone[2..5]}) {person.Phone[5..8]}-{person.Phone[8..10]}-{person.Phone[10..]}",
            "email" => person.Email, "EMAIL" => person.Email.ToUpperInvariant(),
            "snils" => person.Snils, _ => $"{person.Snils[..3]}-{person.Snils[3..6]}-{person.Snils[6..9]} {person.Snils[9..]}",
        }), ("Password", PortalSite.Password));
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
        Assert.NotNull(browser.Cookie(Session));
    }

    [Theory]
    [InlineData("", "x", "Введите телефон")]
    [InlineData("ivanov", "", "Введите пароль")]
    [InlineData("iva\u0007nov", "x", "не бывает")]
    [InlineData("ivanov", "wrong\u0007password", "не подошли")]
    [InlineData("@", "whatever else", "не подошли")]
    [InlineData("' or 1=1 --", "whatever else", "не подошли")]
    [InlineData("<script>alert(1)</script>", "whatever else", "не подошли")]
    public async Task Whatever_is_typed_gets_its_own_answer_and_signs_nobody_in(string login, string password, string words)
    {
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", login), ("Password", password));
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains(words, browser.Text);
        Assert.DoesNotContain("<script>alert", browser.Page.DocumentElement.OuterHtml);
        Assert.Null(browser.Cookie(Session));
    }

    [Fact]
    public async Task An_unknown_login_leaves_the_same_work_behind_as_a_known_one()
    {
        const string sql = "select count(*) from kernel.audit where act = 'portal.password-wrong'";
        var person = await site.NewPersonAsync();
        var before = await site.AskAsync<long>(sql);
        await site.TryAsync(site.NewBrowser(), person.Login, "не тот пароль");
        Assert.Equal(before + 1, await site.AskAsync<long>(sql));
        await site.TryAsync(site.NewBrowser(), "nobody-has-this-login", "не тот пароль");
        Assert.Equal(before + 2, await site.AskAsync<long>(sql));
    }

    [Fact]
    public async Task A_form_with_a_nul_is_refused_before_anything_reads_it()
    {
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", "iva\0nov"), ("Password", "wrong\0password"));
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
        Assert.Null(browser.Cookie(Session));
    }

    [Fact]
    public async Task A_password_of_a_million_letters_is_wrong_and_nothing_worse()
    {
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", "ivanov"), ("Password", new string('a', 900_000)));
        Assert.Contains("не подошли", browser.Text);
    }

    [Fact]
    public async Task What_was_typed_stays_but_the_password()
    {
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", "someone"), ("Password", "a secret of mine"));
        Assert.Equal("someone", browser.Page.QuerySelector("#Login")!.GetAttribute("value"));
        Assert.DoesNotContain("a secret of mine", browser.Page.DocumentElement.OuterHtml);
    }

    [Fact]
    public async Task An_unknown_account_and_a_wrong_password_get_the_same_page_for_the_same_work()
    {
        var person = await site.NewPersonAsync();
        var gate = site.Get<HashGate>();
        async Task<(string Page, long Hashes)> TryAsync(string login)
        {
            using var browser = await site.NewBrowser().GetAsync("/login");
            var before = gate.Begun;
            await browser.SubmitAsync(("Login", login), ("Password", "not the password"));
            return (browser.Text.Replace(login, "", StringComparison.Ordinal), gate.Begun - before);
        }
        var wrong = await TryAsync(person.Login);
        Assert.Equal(1, wrong.Hashes);
        Assert.Equal(wrong, await TryAsync("no-such-person"));
        Assert.Equal(wrong, await TryAsync("+79990000000"));
        Assert.Equal(wrong, await TryAsync("nobody@mail.example"));
        Assert.Equal(await TryAsync(person.Snils), await TryAsync(PortalSite.Snils("999888777")));
    }

    [Fact]
    public async Task An_account_without_a_password_of_its_own_answers_like_any_other()
    {
        var person = await site.NewPersonAsync(a => a with { Password = null });
        Assert.Equal(200, await site.TryAsync(site.NewBrowser(), person.Login, "nobody has this"));
        Assert.Equal(200, await site.TryAsync(site.NewBrowser(), person.Login, PortalSite.Password));
    }

    [Fact]
    public async Task A_disabled_account_tells_so_to_its_owner_alone()
    {
        var person = await site.NewPersonAsync();
        using var inside = await site.SignedInAsync(person);
        await using (var scope = site.Scope()) Assert.True(
            await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.Id, "test"));
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", person.Login), ("Password", "not the password"));
        Assert.Contains("не подошли", browser.Text);
        await browser.SubmitAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.Contains("отключена", browser.Text);
        Assert.Null(browser.Cookie(Session));
        await inside.GetAsync("/");
        Assert.Equal("/login", inside.Location?.AbsolutePath);
    }

    [Fact]
    public async Task A_snils_that_was_merely_typed_in_signs_nobody_in_and_blocks_nobody()
    {
        var owner = await site.NewPersonAsync();
        var stranger = await site.NewPersonAsync(a =>
            a with { Snils = Snils.TryParse(owner.Snils), SnilsConfirmed = false, Password = "a stranger's own one" });
        Assert.Equal(200, await site.TryAsync(site.NewBrowser(), owner.Snils, "a stranger's own one"));
        using var browser = await site.SignedInAsync(owner with { Login = owner.Snils });
        Assert.NotEqual(stranger.Id, owner.Id);
        Assert.Equal(owner.Id, await site.AskAsync<Guid>(
            "select account_id from portal.session order by created_at desc, id desc limit 1"));
    }

    [Fact]
    public async Task A_planted_session_cookie_is_worth_nothing_after_the_sign_in()
    {
        var (attacker, victim) = (await site.NewPersonAsync(), await site.NewPersonAsync());
        using var mine = await site.SignedInAsync(attacker);
        var planted = mine.Cookie(Session)!;
        using var browser = site.NewBrowser();
        browser.Cookies.Add(new Cookie(Session, planted, "/", "localhost"));
        await browser.GetAsync("/login?again=true");
        await browser.SubmitAsync(("Login", victim.Login), ("Password", PortalSite.Password));
        Assert.NotEqual(planted, browser.Cookie(Session));
        await mine.GetAsync("/");
        Assert.Equal("/login", mine.Location?.AbsolutePath);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("тридцать семь букв которых не бывает там")]
    public async Task A_made_up_session_cookie_is_nobody(string value)
    {
        using var browser = site.NewBrowser();
        var request = new HttpRequestMessage(HttpMethod.Get, site.Url + "/");
        request.Headers.TryAddWithoutValidation("Cookie", $"{Session}={Uri.EscapeDataString(value)}");
        await browser.SendAsync(request);
        Assert.Equal("/login", browser.Location?.AbsolutePath);
    }

    [Fact]
    public async Task The_id_of_a_session_lets_nobody_in()
    {
        using var inside = await site.SignedInAsync(await site.NewPersonAsync());
        var hash = await site.AskAsync<byte[]>("select secret_hash from portal.session order by created_at desc, id desc limit 1");
        using var browser = site.NewBrowser();
        browser.Cookies.Add(new Cookie(Session, System.Buffers.Text.Base64Url.EncodeToString(hash), "/", "localhost"));
        await browser.GetAsync("/");
        Assert.Equal("/login", browser.Location?.AbsolutePath);
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example/x")]
    [InlineData("https://evil.example/x")]
    [InlineData("/%09/evil.example")]
    public async Task No_return_address_leads_to_another_site(string to)
    {
        var person = await site.NewPersonAsync();
        using var browser = await site.NewBrowser().GetAsync("/login?return=" + (to.Contains('%') ? to : Uri.EscapeDataString(to)));
        Assert.DoesNotContain("evil", browser.Page.DocumentElement.OuterHtml.Replace("/login?return=", "",
            StringComparison.Ordinal).Replace(browser.Url.Query, "", StringComparison.Ordinal).Split("<main")[1]);
        await browser.SubmitAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.Equal("/profile", browser.Answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_local_return_address_is_followed()
    {
        using var browser = await site.NewBrowser().GetAsync("/login?return=%2Fconnect%2Fauthorize%2Fresume%3Frequest%3Dabc");
        await browser.SubmitAsync(("Login", (await site.NewPersonAsync()).Login), ("Password", PortalSite.Password));
        Assert.Equal("/connect/authorize/resume?request=abc", browser.Answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_forged_host_appears_nowhere()
    {
        using var browser = site.NewBrowser();
        var request = new HttpRequestMessage(HttpMethod.Get, site.Url + "/login");
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "https");
        await browser.SendAsync(request);
        Assert.DoesNotContain("evil", browser.Page.DocumentElement.OuterHtml);
        var home = new HttpRequestMessage(HttpMethod.Get, site.Url + "/");
        home.Headers.Host = "evil.example";
        await browser.SendAsync(home);
        Assert.Equal("/login", browser.Answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/logout")]
    public async Task A_form_sent_by_another_site_does_nothing(string path)
    {
        var person = await site.NewPersonAsync();
        using var browser = await site.SignedInAsync(person);
        await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, site.Url + path)
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("Login", person.Login),
                KeyValuePair.Create("Password", PortalSite.Password)]),
        });
        Assert.Equal(HttpStatusCode.BadRequest, browser.Status);
        await browser.GetAsync("/");
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_nowhere_else()
    {
        var person = await site.NewPersonAsync();
        using var here = await site.SignedInAsync(person);
        using var elsewhere = await site.SignedInAsync(person);
        var cookie = here.Cookie(Session)!;
        await here.GetAsync("/logout");
        await here.SubmitAsync();
        Assert.Null(here.Cookie(Session));
        here.Cookies.Add(new Cookie(Session, cookie, "/", "localhost"));
        await here.GetAsync("/");
        Assert.Equal("/login", here.Location?.AbsolutePath);
        await elsewhere.GetAsync("/");
        Assert.Equal("/profile", elsewhere.Location?.AbsolutePath);
    }

    [Fact]
    public async Task Whoever_is_signed_in_is_not_asked_again_unless_he_must_be()
    {
        using var browser = await site.SignedInAsync(await site.NewPersonAsync());
        await browser.GetAsync("/login?return=/somewhere");
        Assert.Equal("/somewhere", browser.Location?.AbsolutePath);
        await browser.GetAsync("/login?return=/somewhere&again=true");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
    }
}
