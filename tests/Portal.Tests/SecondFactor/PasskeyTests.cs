using System.Net;
using System.Text.Json.Nodes;
using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.SecondFactor;

public sealed class PasskeyTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private const string Session = "aupd-portal-session";

    [Theory]
    [InlineData(false, "hwk")]
    [InlineData(true, "swk")]
    public async Task A_passkey_alone_signs_in(bool isSynced, string method)
    {
        var (person, authenticator) = await WithPasskeyAsync(a => a.IsSynced = isSynced);
        using var browser = await site.NewBrowser().GetAsync("/login?return=%2Fprofile%2Fsessions");
        Assert.Null(Authenticator.Options(browser)["allowCredentials"]?.AsArray().FirstOrDefault());
        Assert.Equal("required", (string?)Authenticator.Options(browser)["userVerification"]);
        await authenticator.AnswerAsync(browser);
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        Assert.Equal("/profile/sessions", browser.Location?.AbsolutePath);
        Assert.Equal([method, "mfa"], await site.AskAsync<string[]>(
            "select methods from portal.session where account_id = @Id order by created_at desc, id desc limit 1", new { person.Id }) ?? []);
        await browser.GetAsync("/profile/second-step");
        Assert.Contains("Мой телефон", browser.Text);
        Assert.Contains("последний вход", browser.Text);
    }

    [Fact]
    public async Task A_passkey_is_the_second_step_after_a_password()
    {
        var (person, authenticator) = await WithPasskeyAsync();
        using var browser = await site.AtSecondStepAsync(person);
        Assert.Equal(authenticator.Id, (string?)Authenticator.Options(browser)["allowCredentials"]![0]!["id"]);
        await authenticator.AnswerAsync(browser);
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal(["pwd", "hwk", "mfa"], await site.AskAsync<string[]>(
            "select methods from portal.session where account_id = @Id order by created_at desc, id desc limit 1", new { person.Id }) ?? []);
    }

    public static TheoryData<string> Lies => ["origin", "origin of a subdomain", "plain http", "rp id", "no verification", "framed", "handle of another", "no handle"];

    [Theory, MemberData(nameof(Lies))]
    public async Task An_answer_that_is_not_for_this_site_and_this_person_signs_nobody_in(string lie)
    {
        var (_, authenticator) = await WithPasskeyAsync();
        var (other, _) = await WithPasskeyAsync();
        switch (lie)
        {
            case "origin": authenticator.Origin = "https://portal.evil.example"; break;
            case "origin of a subdomain": authenticator.Origin = site.Url.Replace("localhost", "login.localhost"); break;
            case "plain http": authenticator.Origin = "http://localhost"; break;
            case "rp id": authenticator.RpId = "evil.example"; break;
            case "no verification": authenticator.Verifies = false; break;
            case "framed": authenticator.CrossOrigin = true; break;
            case "handle of another": authenticator.UserHandle = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(other.Id.ToString())); break;
            case "no handle": authenticator.UserHandle = ""; break;
        }
        using var browser = await site.NewBrowser().GetAsync("/login");
        await authenticator.AnswerAsync(browser);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("Этот ключ доступа не подошёл", browser.Text);
        Assert.Null(browser.Cookie(Session));
    }

    [Theory, Trait("takes", "long"), MemberData(nameof(Lies))]
    public async Task A_passkey_that_is_not_made_for_this_site_is_not_registered(string lie)
    {
        var browser = await site.SignedInAsync(await site.NewPersonAsync());
        var authenticator = new Authenticator(site.Url);
        switch (lie)
        {
            case "origin": authenticator.Origin = "https://portal.evil.example"; break;
            case "origin of a subdomain": authenticator.Origin = site.Url.Replace("localhost", "login.localhost"); break;
            case "plain http": authenticator.Origin = "http://localhost"; break;
            case "rp id": authenticator.RpId = "evil.example"; break;
            case "no verification": authenticator.Verifies = false; break;
            case "framed": authenticator.CrossOrigin = true; break;
            default: return; // of an answer alone
        }
        await authenticator.RegisterAsync(browser);
        Assert.Contains("создать не получилось", browser.Text);
        await browser.GetAsync("/profile/second-step");
        Assert.DoesNotContain("Мой телефон", browser.Text);
    }

    [Fact]
    public async Task An_answer_counts_once()
    {
        var (_, authenticator) = await WithPasskeyAsync();
        using var browser = await site.NewBrowser().GetAsync("/login");
        var answer = authenticator.Get(Authenticator.Options(browser));
        var requests = Enumerable.Range(0, 30).Select(_ => PasskeyForm(browser, answer)).ToList();
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var answers = await Task.WhenAll(requests.Select(r => http.SendAsync(r)));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.SeeOther);
        await browser.SubmitAsync(("answer", answer));
        Assert.Contains("открыта слишком долго", browser.Text);
        // The page has asked anew.
        authenticator.Count = 0;
        await authenticator.AnswerAsync(browser);
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
    }

    [Fact]
    public async Task A_question_is_good_in_its_own_browser_for_its_own_purpose_and_not_for_long()
    {
        var (person, authenticator) = await WithPasskeyAsync();
        using var asked = await site.NewBrowser().GetAsync("/login");
        using var other = await site.NewBrowser().GetAsync("/login");
        await other.SubmitAsync(("state", State(asked)), ("answer", authenticator.Get(Authenticator.Options(asked))));
        Assert.Contains("открыта слишком долго", other.Text);

        using var browser = await site.NewBrowser().GetAsync("/login");
        var (forSignIn, state) = (Authenticator.Options(browser), State(browser));
        await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        await browser.SubmitAsync(("state", state), ("answer", authenticator.Get(forSignIn)));
        Assert.Contains("открыта слишком долго", browser.Text);

        await browser.GetAsync("/login");
        site.Clock.Advance(TimeSpan.FromMinutes(30));
        await authenticator.AnswerAsync(browser);
        Assert.Contains("открыта слишком долго", browser.Text);
        Assert.Null(browser.Cookie(Session));
    }

    [Fact]
    public async Task Another_accounts_passkey_is_no_second_step()
    {
        var (person, _) = await WithPasskeyAsync();
        var (_, foreign) = await WithPasskeyAsync();
        using var browser = await site.AtSecondStepAsync(person);
        await foreign.AnswerAsync(browser);
        Assert.Contains("Этот ключ доступа не подошёл", browser.Text);
        Assert.Null(browser.Cookie(Session));
    }

    [Fact]
    public async Task A_passkey_cannot_be_registered_for_two_accounts()
    {
        var (_, first) = await WithPasskeyAsync();
        var thief = await site.SignedInAsync(await site.NewPersonAsync());
        var same = new Authenticator(site.Url) { CredentialId = first.CredentialId };
        await same.RegisterAsync(thief);
        Assert.Contains("создать не получилось", thief.Text);
        using var browser = await site.NewBrowser().GetAsync("/login");
        await first.AnswerAsync(browser);
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_removed_passkey_and_one_of_a_closed_account_sign_nobody_in()
    {
        var (person, authenticator) = await WithPasskeyAsync();
        using var prepared = await site.NewBrowser().GetAsync("/login");
        using var owner = await site.NewBrowser().GetAsync("/login");
        await authenticator.AnswerAsync(owner);
        await owner.GetAsync("/profile/second-step/remove?key=" + authenticator.Id);
        await owner.SubmitAndFollowAsync();
        Assert.Contains("Ключ доступа удалён", owner.Text);
        await authenticator.AnswerAsync(prepared);
        Assert.Contains("Этот ключ доступа не подошёл", prepared.Text);
        Assert.Null(prepared.Cookie(Session));

        var (closed, key) = await WithPasskeyAsync();
        await using (var scope = site.Scope()) await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(closed.Id, "test");
        using var browser = await site.NewBrowser().GetAsync("/login");
        await key.AnswerAsync(browser);
        Assert.Contains("учётная запись отключена", browser.Text);
        Assert.Null(browser.Cookie(Session));
    }

    [Fact]
    public async Task A_counter_that_goes_back_stops_the_key_and_is_told()
    {
        var (person, authenticator) = await WithPasskeyAsync(a => a.Count = 10);
        using var browser = await site.NewBrowser().GetAsync("/login");
        authenticator.Count = 11;
        await authenticator.AnswerAsync(browser);
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
        foreach (var count in new uint[] { 11, 5, 0 })
        {
            using var copy = await site.NewBrowser().GetAsync("/login");
            authenticator.Count = count;
            await authenticator.AnswerAsync(copy);
            Assert.Contains("похоже, у него есть копия", copy.Text);
            Assert.Null(copy.Cookie(Session));
        }
        Assert.Contains(await site.MessagesToAsync(person.Email), m => m.Text.Contains("возможно, ключ скопирован"));
        Assert.Equal(3, await site.AskAsync<long>("select count(*) from kernel.audit where act = 'portal.passkey-counter-went-back' and actor = @id", new { id = person.Id.ToString() }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"clientExtensionResults\":{},\"response\":{\"clientDataJSON\":\"AA\",\"authenticatorData\":\"AA\",\"signature\":\"AA\"}}")]
    [InlineData("deep")]
    [InlineData("long")]
    [InlineData("cbor")]
    public async Task Whatever_is_sent_instead_of_an_answer_is_refused_in_words(string answer)
    {
        if (answer == "deep") answer = new string('[', 9000);
        if (answer == "long") answer = new string('a', 500_000);
        using var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("answer", answer == "cbor" ? "{}" : answer));
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("не подошёл", browser.Text);

        var signedIn = await (await site.SignedInAsync(await site.NewPersonAsync())).GetAsync("/profile/second-step/passkey");
        if (answer == "cbor")
        {
            // Lengths that promise more than is there, at every place of the attestation.
            var honest = JsonNode.Parse(new Authenticator(site.Url).Create(Authenticator.Options(signedIn)))!;
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars((string)honest["response"]!["attestationObject"]!);
            bytes[^80] = 0x5b; bytes[30] = 0x9b;
            honest["response"]!["attestationObject"] = System.Buffers.Text.Base64Url.EncodeToString(bytes);
            answer = honest.ToJsonString();
        }
        await signedIn.SubmitAsync(("Name", "Ключ"), ("answer", answer));
        Assert.Equal(HttpStatusCode.OK, signedIn.Status);
        Assert.Contains("создать не получилось", signedIn.Text);
    }

    [Fact]
    public async Task Without_scripts_the_page_says_in_a_sentence_what_to_do_instead()
    {
        using var browser = await site.NewBrowser().GetAsync("/login");
        Assert.Contains("войдите по паролю", browser.Page.QuerySelector("noscript")!.TextContent);
        Assert.True(browser.Page.QuerySelector("[data-passkey] button")!.HasAttribute("hidden"));
        Assert.Equal("username webauthn", browser.Page.QuerySelector("#Login")!.GetAttribute("autocomplete"));
    }

    private async Task<(Person Person, Authenticator Authenticator)> WithPasskeyAsync(Action<Authenticator>? change = null)
    {
        var person = await site.NewPersonAsync();
        var authenticator = new Authenticator(site.Url);
        change?.Invoke(authenticator);
        var browser = await authenticator.RegisterAsync(await site.SignedInAsync(person));
        Assert.Equal("/profile/second-step/codes", browser.Location?.AbsolutePath);
        return (person, authenticator);
    }

    private static string State(Browser browser) => browser.Page.QuerySelector("[data-passkey] [name=state]")!.GetAttribute("value")!;

    private static HttpRequestMessage PasskeyForm(Browser browser, string answer)
    {
        var form = browser.Page.Forms.First(f => f.HasAttribute("data-passkey"));
        var values = form.Elements.OfType<AngleSharp.Html.Dom.IHtmlInputElement>().Where(i => i.Name is { Length: > 0 } and not "answer")
            .Select(i => KeyValuePair.Create(i.Name!, i.Value)).Append(KeyValuePair.Create("answer", answer));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(browser.Url, form.GetAttribute("action")!)) { Content = new FormUrlEncodedContent(values) };
        request.Headers.Add("Cookie", browser.Cookies.GetCookieHeader(browser.Url));
        return request;
    }
}
