using System.Net;
using Aupd.OpenId.Doors;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.Provider;

public sealed class AuthorizeTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Theory]
    [InlineData("client_id", null)]
    [InlineData("client_id", "nobody")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "https://evil.test/cb")]
    [InlineData("redirect_uri", "https://web.test/cb/")]
    [InlineData("redirect_uri", "https://web.test/cb?added=1")]
    [InlineData("redirect_uri", "https://web.test/cb?fixed=2")]
    [InlineData("redirect_uri", "https://web.test/cb#x")]
    [InlineData("redirect_uri", "https://web.test/CB")]
    [InlineData("redirect_uri", "https://web.test:443/cb")]
    [InlineData("redirect_uri", "https://web.test@evil.test/cb")]
    [InlineData("redirect_uri", "https://web.test.evil.test/cb")]
    [InlineData("redirect_uri", "https://web.test/x/../cb")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("redirect_uri", "//web.test/cb")]
    [InlineData("redirect_uri", "http://127.0.0.1:5000/cb")]
    public async Task An_unknown_client_or_address_gets_a_page_and_never_a_redirect(string name, string? value)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        foreach (var language in new[] { "ru", "en" })
        {
            var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", (name, value), ("lang", language)));
            Assert.Equal((HttpStatusCode.BadRequest, null), (seen.Status, seen.Location));
            Assert.Contains(language == "ru" ? "<html lang=\"ru\">" : "Sign-in did not work", seen.Body);
            Assert.DoesNotContain("://evil", seen.Body);
        }
    }

    [Fact]
    public async Task A_registered_address_with_a_query_of_its_own_keeps_it()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("redirect_uri", "https://web.test/cb?fixed=1")));
        Assert.StartsWith("https://web.test/cb?fixed=1&code=", seen.Location);
    }

    [Theory]
    [InlineData("http://127.0.0.1:51234/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://[::1]:7/cb", true)]
    [InlineData("ru.school.app:/cb", true)]
    [InlineData("http://127.0.0.1:51234/other", false)]
    [InlineData("http://127.0.0.1:51234/cb?x=1", false)]
    [InlineData("http://127.0.0.1:0/cb", false)]
    [InlineData("http://127.0.0.1:65536/cb", false)]
    [InlineData("http://127.0.0.1:80@evil.test/cb", false)]
    [InlineData("http://localhost:51234/cb", false)]
    [InlineData("https://127.0.0.1:51234/cb", false)]
    [InlineData("http://127.0.0.2:51234/cb", false)]
    [InlineData("https://app.test:8443/cb", false)]
    [InlineData("ru.school.app2:/cb", false)]
    public async Task A_native_app_may_choose_its_loopback_port_and_nothing_else(string uri, bool good)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("app", ("redirect_uri", uri)));
        if (!good) { Assert.Equal(HttpStatusCode.BadRequest, seen.Status); return; }
        Assert.StartsWith(uri, seen.Location);
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(seen.Location!.Split("code=")[1].Split('&')[0], "app", ("redirect_uri", uri), ("client_secret", null)));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", "none", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("scope", null, "invalid_scope")]
    [InlineData("scope", "profile", "invalid_scope")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", "s256", "invalid_request")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "create", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://web.test/request.jwt", "request_uri_not_supported")]
    [InlineData("registration", "{}", "registration_not_supported")]
    [InlineData("id_token_hint", "rubbish", "invalid_request")]
    [InlineData("id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.", "invalid_request")]
    public async Task A_wrong_request_is_told_to_the_client_with_state_and_issuer(string name, string? value, string error)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", (name, value)));
        Assert.Equal(HttpStatusCode.SeeOther, seen.Status);
        Assert.StartsWith("https://web.test/cb?error=", seen.Location);
        Assert.Equal((error, "st-1", fixture.Site.Issuer), (seen.Query("error"), seen.Query("state"), seen.Query("iss")));
        Assert.Null(seen.Query("code"));
    }

    [Theory]
    [InlineData("&scope=openid")]
    [InlineData("&state=other")]
    [InlineData("&code_challenge_method=plain")]
    [InlineData("&unknown=1&unknown=2")]
    [InlineData("&nonce=%00")]
    [InlineData("&x=%ff%fe")]
    public async Task What_is_repeated_or_malformed_is_refused(string more)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.GetAsync(QueryHelpers.AddQueryString("/connect/authorize", TestBrowser.Request()!) + more);
        Assert.Equal("invalid_request", seen.Query("error"));
    }

    [Theory]
    [InlineData("&client_id=web")]
    [InlineData("&redirect_uri=https://evil.test/cb")]
    [InlineData("&redirect_uri=https%3A%2F%2Fweb.test%2Fcb")]
    public async Task A_repeated_client_or_address_gets_a_page(string more)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.GetAsync(QueryHelpers.AddQueryString("/connect/authorize", TestBrowser.Request()!) + more);
        Assert.Equal((HttpStatusCode.BadRequest, null), (seen.Status, seen.Location));
    }

    [Theory]
    [InlineData("display", "popup")]
    [InlineData("acr_values", "1 2")]
    [InlineData("claims_locales", "se")]
    [InlineData("ui_locales", "se")]
    [InlineData("claims", "{\"userinfo\":{\"name\":{\"essential\":true}}}")]
    [InlineData("extra", "foobar")]
    [InlineData("prompt", "consent")]
    [InlineData("max_age", "10000")]
    [InlineData("max_age", "99999999999999999")]
    [InlineData("scope", "openid profile email phone address unheard-of")]
    [InlineData("state", null)]
    [InlineData("nonce", null)]
    public async Task What_is_optional_or_unknown_does_no_harm(string name, string? value)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", (name, value)));
        Assert.NotNull(seen.Query("code"));
        Assert.Equal(name == "state" ? null : "st-1", seen.Query("state"));
    }

    [Fact]
    public async Task State_comes_back_letter_by_letter()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        const string State = "a b+c&d=e%f\"<>'ё\u2028🙂";
        Assert.Equal(State, (await browser.AuthorizeAsync(TestBrowser.Request("web", ("state", State)))).Query("state"));
    }

    [Fact]
    public async Task Form_post_escapes_what_it_carries_and_lets_one_script_run()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        const string State = "\"><script>alert(1)</script>";
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("response_mode", "form_post"), ("state", State)));
        Assert.Equal(HttpStatusCode.OK, seen.Status);
        Assert.DoesNotContain("alert(1)</script>", seen.Body);
        Assert.Contains("script-src 'sha256-", seen.Header("Content-Security-Policy"));
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(seen.Body);
        Assert.Equal("https://web.test/cb", page.Forms[0].GetAttribute("action"));
        var fields = page.QuerySelectorAll("input").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value"));
        Assert.Equal((State, fixture.Site.Issuer), (fields["state"], fields["iss"]));
        Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem(fields["code"]!))).Status);
        var error = await browser.AuthorizeAsync(TestBrowser.Request("web", ("response_mode", "form_post"), ("scope", "profile")));
        Assert.Contains("invalid_scope", error.Body);
    }

    [Fact]
    public async Task Silence_is_kept_when_the_person_would_have_to_act()
    {
        using var browser = fixture.Browser();
        Assert.Equal("login_required", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none")))).Query("error"));
        await browser.SignInAsync("anna");
        Assert.NotNull((await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none")))).Query("code"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("login_required", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none"), ("max_age", "1")))).Query("error"));
        await browser.SignInAsync("chooser");
        Assert.Equal("account_selection_required", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none")))).Query("error"));
    }

    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "1")]
    [InlineData("max_age", "0")]
    public async Task A_fresh_proof_is_truly_asked_for(string name, string value)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        var asked = await browser.AuthorizeAsync(TestBrowser.Request("web", (name, value)));
        var back = asked.Query("back")!;
        // Coming back without having done anything leads to the same page.
        Assert.StartsWith("/login-page", (await browser.GetAsync(back)).Location);
        fixture.Clock.Advance(TimeSpan.FromSeconds(60));
        await browser.SignInAsync("anna");
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        var answered = await browser.GetAsync(back);
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(answered.Query("code")!));
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds() - 5, TestBrowser.Claims(tokens.Text("id_token")).GetProperty("auth_time").GetInt64());
    }

    [Fact]
    public async Task The_chooser_is_shown_once_when_asked_for()
    {
        using var browser = fixture.Browser();
        var first = await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "select_account")));
        var back = first.Query("back")!;
        await browser.SignInAsync("anna");
        Assert.StartsWith("/choose", (await browser.GetAsync(back)).Location);
        Assert.NotNull((await browser.GetAsync(back)).Query("code"));
        Assert.StartsWith("/choose", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "select_account")))).Location);
        Assert.Equal("st-1", (await browser.AuthorizeAsync(TestBrowser.Request())).Query("state"));
    }

    [Fact]
    public async Task Reload_and_the_back_button_give_a_new_code_and_break_nothing()
    {
        using var browser = fixture.Browser();
        var back = (await browser.AuthorizeAsync(TestBrowser.Request())).Query("back")!;
        await browser.SignInAsync("anna");
        var (first, second) = ((await browser.GetAsync(back)).Query("code"), (await browser.GetAsync(back)).Query("code"));
        Assert.NotEqual(first, second);
        foreach (var code in new[] { first, second }) Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem(code!))).Status);
    }

    [Fact]
    public async Task A_waiting_request_is_forgotten_after_an_hour()
    {
        using var browser = fixture.Browser();
        var back = (await browser.AuthorizeAsync(TestBrowser.Request())).Query("back")!;
        await browser.SignInAsync("anna");
        fixture.Clock.Advance(TimeSpan.FromSeconds(3599));
        Assert.NotNull((await browser.GetAsync(back)).Query("code"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var late = await browser.GetAsync(back);
        Assert.Equal((HttpStatusCode.BadRequest, null), (late.Status, late.Location));
    }

    [Fact]
    public async Task A_resumed_request_takes_whoever_sits_at_that_browser_and_nobody_else()
    {
        using var attacker = fixture.Browser();
        using var victim = fixture.Browser();
        var back = (await attacker.AuthorizeAsync(TestBrowser.Request())).Query("back")!;
        await victim.SignInAsync("victim");
        Assert.NotNull((await victim.GetAsync(back)).Query("code"));
        Assert.StartsWith("/login-page", (await attacker.GetAsync(back)).Location);
    }

    [Fact]
    public async Task A_post_goes_on_as_a_get_of_our_own()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.PostAsync("/connect/authorize", TestBrowser.Request());
        Assert.Equal(HttpStatusCode.SeeOther, seen.Status);
        Assert.StartsWith("/connect/authorize/resume?request=", seen.Location);
        Assert.NotNull((await browser.GetAsync(seen.Location!)).Query("code"));
        Assert.Equal("invalid_scope", (await browser.PostAsync("/connect/authorize", TestBrowser.Request("web", ("scope", "x")))).Query("error"));
    }

    [Fact]
    public async Task A_person_whom_the_site_refuses_is_told_to_the_client()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("refused");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request());
        Assert.Equal(("access_denied", "Only for staff."), (seen.Query("error"), seen.Query("error_description")));
    }

    [Fact]
    public async Task What_waits_is_sealed_in_the_database()
    {
        using var browser = fixture.Browser();
        await browser.AuthorizeAsync(TestBrowser.Request("web", ("login_hint", "+79161234567")));
        await using var command = fixture.Site.Shared.Source.CreateCommand("select count(*) from openid.authorization_request where position('79161234567'::bytea in parameters_sealed) > 0");
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }
}
