using System.Diagnostics;
using System.Net;
using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Recovery;

public sealed class RecoveryTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private const string NewPassword = "синий самовар молчит";

    public enum By { Phone, Email, Snils, Login }

    [Theory, Trait("takes", "long")]
    [InlineData(By.Phone)]
    [InlineData(By.Email)]
    [InlineData(By.Snils)]
    [InlineData(By.Login)]
    public async Task A_password_is_set_anew_by_any_identifier(By by)
    {
        var person = await site.NewPersonAsync();
        var elsewhere = await site.SignedInAsync(person);
        var browser = await AtCodeAsync(Identifier(person, by), "/recover?return=%2Fconnect%2Fauthorize%2Fresume%3Frequest%3Dx");
        var place = by == By.Email ? person.Email : person.Phone;
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(place)));
        Assert.Equal("/recover/password", browser.Path());
        await browser.SubmitAndFollowAsync(("Password", NewPassword));
        Assert.Equal("/recover/done", browser.Path());
        Assert.Equal("/login?return=%2Fconnect%2Fauthorize%2Fresume%3Frequest%3Dx", browser.Page.QuerySelector("a.button")!.GetAttribute("href"));
        Assert.Equal("/login", (await elsewhere.GetAsync("/profile")).Location!.AbsolutePath);
        await site.SignedInAsync(person, NewPassword);
        foreach (var told in new[] { person.Phone, person.Email })
            Assert.Contains(await site.MessagesToAsync(told), m => m.Text.Contains("пароль изменён"));
    }

    [Fact, Trait("takes", "long")]
    public async Task An_unknown_person_gets_the_same_pages_and_no_message()
    {
        var person = await site.NewPersonAsync();
        var (phone, email) = SelfServiceSite.NewContacts();
        var known = await AtCodeAsync(person.Phone);
        foreach (var typed in new[] { phone, email, "nobody-has-this", "123-456-789 64" })
        {
            var unknown = await AtCodeAsync(typed);
            Assert.Equal(known.MainText(), unknown.MainText());
            await unknown.SubmitAsync(("Code", "000000"));
            Assert.Contains("осталось попыток: 4", Assert.Single(unknown.Errors()));
        }
        Assert.Empty(await site.MessagesToAsync(phone));
        Assert.Empty(await site.MessagesToAsync(email));
    }

    [Fact, Trait("takes", "long")]
    public async Task The_time_of_the_answer_does_not_tell_who_has_an_account()
    {
        await AtCodeAsync(SelfServiceSite.NewContacts().Phone);
        var known = new List<double>();
        var unknown = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            known.Add(await TimeAsync((await site.NewPersonAsync()).Phone));
            unknown.Add(await TimeAsync(SelfServiceSite.NewContacts().Phone));
        }
        // Nobody is answered before the pace of 250 ms is over, whatever was done meanwhile, and little is done after it. The second fastest of six
        // are compared, which a busy machine delays least.
        Assert.All(known.Concat(unknown), ms => Assert.InRange(ms, 240, double.MaxValue));
        Assert.InRange(Math.Abs(known.Order().ElementAt(1) - unknown.Order().ElementAt(1)), 0, 125);
    }

    // identity-servers.md §3.3 no. 1: a reset that is finished without what was sent.
    [Fact, Trait("takes", "long")]
    public async Task Without_the_code_the_password_page_cannot_be_reached_or_posted_to()
    {
        var person = await site.NewPersonAsync();
        var browser = await AtCodeAsync(person.Phone);
        var form = browser.FormRequest(("Password", NewPassword));
        Assert.Equal("/recover/code", (await browser.GetAsync("/recover/password")).Location!.AbsolutePath);
        form.RequestUri = new Uri(site.Url + "/recover/password");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        Assert.Equal("/recover/code", (await http.SendAsync(form)).Headers.Location!.OriginalString);
        await site.SignedInAsync(person);
    }

    // §3.3 no. 13: what was sent to one cannot finish another's flow.
    [Fact, Trait("takes", "long")]
    public async Task A_code_finishes_only_the_flow_of_the_browser_that_asked()
    {
        var person = await site.NewPersonAsync();
        var thief = await AtCodeAsync(person.Phone);
        var first = await site.CodeToAsync(person.Phone);
        var owner = await AtCodeAsync(person.Phone);
        var second = await site.CodeToAsync(person.Phone);
        if (first == second) return;
        await thief.SubmitAsync(("Code", second));
        Assert.Single(thief.Errors());
        await owner.SubmitAsync(("Code", first));
        Assert.Single(owner.Errors());
        await owner.SubmitAsync(("Code", second));
        Assert.Equal("/recover/password", owner.Location!.AbsolutePath);
        Assert.Equal("/recover/code", (await thief.GetAsync("/recover/password")).Location!.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_cookie_of_a_registration_is_none_of_a_recovery()
    {
        var person = await site.NewPersonAsync();
        var browser = await AtCodeAsync(person.Phone);
        var secret = browser.Cookie("aupd-portal-recovery")!;
        var other = site.NewBrowser();
        other.Cookies.Add(new Uri(site.Url), new Cookie("aupd-portal-registration", secret));
        Assert.Equal("/register?again=true", (await other.GetAsync("/register/phone")).Location!.PathAndQuery);
        foreach (var forged in new[] { "", "x", new string('0', 64), secret.ToUpperInvariant(), secret + "0", "' or 1=1" })
        {
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
            var request = new HttpRequestMessage(HttpMethod.Get, site.Url + "/recover/code");
            request.Headers.Add("Cookie", "aupd-portal-recovery=" + Uri.EscapeDataString(forged));
            Assert.Equal("/recover?again=true", (await http.SendAsync(request)).Headers.Location!.OriginalString);
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_presses_set_one_password_and_a_later_one_sets_none()
    {
        var person = await site.NewPersonAsync();
        var browser = await AtCodeAsync(person.Login);
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(person.Phone)));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => http.SendAsync(browser.FormRequest(("Password", $"{NewPassword} {i}")))));
        Assert.All(answers, a => Assert.Equal("/recover/done", a.Headers.Location!.OriginalString));
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.password-changed' and subject = @id", new { id = person.Id.ToString() }));
        var late = await http.SendAsync(browser.FormRequest(("Password", NewPassword)));
        Assert.Equal("/recover/done", late.Headers.Location!.OriginalString);
        Assert.Equal(1, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.password-changed' and subject = @id", new { id = person.Id.ToString() }));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_switched_off_account_gets_no_code()
    {
        var person = await site.NewPersonAsync();
        await using (var scope = site.Scope()) await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.Id, "test");
        await AtCodeAsync(person.Phone);
        Assert.Empty(await site.MessagesToAsync(person.Phone));
    }

    // §3.3 no. 23: the address in the message comes from the settings, whatever the request says.
    [Fact, Trait("takes", "long")]
    public async Task A_forged_host_stands_in_no_message()
    {
        var person = await site.NewPersonAsync();
        var browser = await AtCodeAsync(person.Phone);
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(person.Phone)));
        var form = browser.FormRequest(("Password", NewPassword));
        form.Headers.Host = "evil.example";
        form.Headers.Add("X-Forwarded-Host", "evil.example");
        await browser.SendAsync(form);
        Assert.All(await site.MessagesToAsync(person.Email), m => Assert.DoesNotContain("evil", m.Text));
        Assert.Contains(await site.MessagesToAsync(person.Email), m => m.Text.Contains(site.Url));
    }

    [Theory]
    [InlineData("", "Напишите телефон, почту, СНИЛС или логин")]
    [InlineData("Ма\u0007рия", "Это не похоже на телефон, почту, СНИЛС или логин. Проверьте, что написано")]
    public async Task What_names_nobody_is_said_to(string typed, string told)
    {
        var browser = await site.NewBrowser().GetAsync("/recover");
        await browser.SubmitAsync(("Identifier", typed));
        Assert.Equal([told], browser.Errors());
    }

    [Fact, Trait("takes", "long")]
    public async Task A_weak_password_is_refused_and_the_recovery_goes_on()
    {
        var person = await site.NewPersonAsync();
        var browser = await AtCodeAsync(person.Email);
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(person.Email)));
        foreach (var weak in new[] { "", "короткий", "1234567890", "bad\u0007password", person.Email })
        {
            await browser.SubmitAsync(("Password", weak));
            Assert.Single(browser.Errors());
        }
        await browser.SubmitAndFollowAsync(("Password", NewPassword));
        Assert.Equal("/recover/done", browser.Path());
    }

    private async Task<double> TimeAsync(string identifier)
    {
        var browser = await site.NewBrowser().GetAsync("/recover");
        var watch = Stopwatch.StartNew();
        await browser.SubmitAsync(("Identifier", identifier));
        return watch.Elapsed.TotalMilliseconds;
    }

    private async Task<Browser> AtCodeAsync(string identifier, string start = "/recover")
    {
        var browser = await site.NewBrowser().GetAsync(start);
        await browser.SubmitAndFollowAsync(("Identifier", identifier));
        Assert.Equal("/recover/code", browser.Path());
        return browser;
    }

    private static string Identifier(Person person, By by) => by switch
    {
        By.Phone => "8 (" + person.Phone[2..5] + ") " + person.Phone[5..],
        By.Email => person.Email.ToUpperInvariant(),
        By.Snils => person.Snils,
        _ => person.Login,
    };
}
