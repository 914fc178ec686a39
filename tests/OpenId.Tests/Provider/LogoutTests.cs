using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>The cases of the OpenID Foundation's RP-initiated logout plan.</summary>
public sealed class LogoutTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private static string Url(params (string Name, string? Value)[] parameters) =>
        QueryHelpers.AddQueryString("/connect/logout", parameters.Where(p => p.Value is not null).ToDictionary(p => p.Name, p => p.Value));

    private bool IsSignedIn(string user) => fixture.People.Sessions.Values.Any(s => s.Subject == user);

    private string Done => fixture.Site.Issuer + "/connect/logout/done";

    [Fact]
    public async Task With_an_id_token_of_the_session_the_person_is_signed_out_and_sent_back()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l1")).Text("id_token");
        var seen = await browser.GetAsync(Url(("id_token_hint", hint), ("post_logout_redirect_uri", "https://web.test/bye"), ("state", "a b&c")));
        Assert.Equal((HttpStatusCode.SeeOther, "a b&c"), (seen.Status, seen.Query("state")));
        Assert.StartsWith("https://web.test/bye?state=", seen.Location);
        Assert.False(IsSignedIn("l1"));
        Assert.Equal("login_required", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none")))).Query("error"));
    }

    [Fact]
    public async Task An_expired_hint_will_do_and_without_state_none_is_sent()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l2")).Text("id_token");
        fixture.Clock.Advance(TimeSpan.FromDays(3));
        var seen = await browser.GetAsync(Url(("id_token_hint", hint), ("client_id", "web"), ("post_logout_redirect_uri", "https://web.test/bye")));
        Assert.Equal("https://web.test/bye", seen.Location);
        Assert.False(IsSignedIn("l2"));
    }

    [Theory]
    [InlineData("https://web.test/bye?added=1")]
    [InlineData("https://web.test/other")]
    [InlineData("https://evil.test/bye")]
    [InlineData("https://other.test/bye")]
    public async Task An_address_that_is_not_registered_gets_a_page_and_nothing_happens(string uri)
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l3")).Text("id_token");
        var seen = await browser.GetAsync(Url(("id_token_hint", hint), ("post_logout_redirect_uri", uri), ("state", "s")));
        Assert.Equal((HttpStatusCode.BadRequest, null), (seen.Status, seen.Location));
        Assert.True(IsSignedIn("l3"));
    }

    [Fact]
    public async Task A_changed_unsigned_or_foreign_hint_gets_a_page_and_nothing_happens()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l4")).Text("id_token")!;
        var parts = hint.Split('.');
        var none = System.Buffers.Text.Base64Url.EncodeToString("""{"alg":"none"}"""u8);
        foreach (var bad in new[] { $"{none}.{parts[1]}.", $"{none}.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.{parts[2][..^6]}AAAAAA", "bad" })
        {
            var seen = await browser.GetAsync(Url(("id_token_hint", bad), ("post_logout_redirect_uri", "https://web.test/bye")));
            Assert.Equal((HttpStatusCode.BadRequest, null), (seen.Status, seen.Location));
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(Url(("id_token_hint", hint), ("client_id", "other")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(Url(("client_id", "nobody")))).Status);
        Assert.True(IsSignedIn("l4"));
    }

    [Fact]
    public async Task Without_a_hint_the_person_is_asked_and_says_yes()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("l5");
        foreach (var url in new[] { Url(), Url(("state", "s")), Url(("post_logout_redirect_uri", "https://web.test/bye")) })
        {
            var asked = await browser.GetAsync(url);
            Assert.Equal((HttpStatusCode.OK, null), (asked.Status, asked.Location));
            Assert.Contains("/connect/logout/confirm", asked.Body);
            Assert.True(IsSignedIn("l5"));
        }
        var page = await browser.GetAsync(Url(("post_logout_redirect_uri", "https://web.test/bye")));
        Assert.Equal(Done, (await ConfirmAsync(browser, page)).Location);
        Assert.False(IsSignedIn("l5"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/connect/logout/done")).Status);
    }

    [Fact]
    public async Task With_a_client_id_alone_the_person_is_asked_and_then_sent_back()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("l6");
        var page = await browser.GetAsync(Url(("client_id", "web"), ("post_logout_redirect_uri", "https://web.test/bye"), ("state", "s")));
        Assert.Contains("Сервис web", WebUtility.HtmlDecode(page.Body));
        Assert.Equal("https://web.test/bye?state=s", (await ConfirmAsync(browser, page)).Location);
    }

    [Fact]
    public async Task Nobody_signs_another_out_by_a_link_or_a_form()
    {
        using var victim = fixture.Browser();
        using var attacker = fixture.Browser();
        var hint = (await attacker.TokensAsync("attacker")).Text("id_token");
        await victim.SignInAsync("victim");
        Assert.Contains("/connect/logout/confirm", (await victim.GetAsync(Url(("id_token_hint", hint), ("post_logout_redirect_uri", "https://web.test/bye")))).Body);
        // The attacker's own page gives him a request to confirm, but not the victim's form token.
        var page = await attacker.GetAsync(Url());
        var (request, token) = Fields(page);
        foreach (var form in new[] { new Dictionary<string, string> { ["request"] = request }, new() { ["request"] = request, ["__RequestVerificationToken"] = token } })
            Assert.Equal(HttpStatusCode.BadRequest, (await victim.PostAsync("/connect/logout/confirm", form)).Status);
        Assert.True(IsSignedIn("victim"));
    }

    [Fact]
    public async Task A_hint_of_an_earlier_session_of_the_same_person_asks_too()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l7")).Text("id_token");
        await browser.SignInAsync("l7");
        Assert.Contains("/connect/logout/confirm", (await browser.GetAsync(Url(("id_token_hint", hint)))).Body);
    }

    [Fact]
    public async Task Signed_out_already_a_hint_still_leads_back_and_nothing_else_does()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l8")).Text("id_token");
        using var fresh = fixture.Browser();
        Assert.Equal("https://web.test/bye", (await fresh.GetAsync(Url(("id_token_hint", hint), ("post_logout_redirect_uri", "https://web.test/bye")))).Location);
        Assert.Equal(Done, (await fresh.GetAsync(Url(("client_id", "web"), ("post_logout_redirect_uri", "https://web.test/bye")))).Location);
        Assert.Equal(Done, (await fresh.GetAsync(Url())).Location);
    }

    [Fact]
    public async Task A_post_goes_on_as_a_get_of_our_own()
    {
        using var browser = fixture.Browser();
        var hint = (await browser.TokensAsync("l9")).Text("id_token")!;
        var seen = await browser.PostAsync("/connect/logout", new Dictionary<string, string> { ["id_token_hint"] = hint, ["post_logout_redirect_uri"] = "https://web.test/bye" });
        Assert.StartsWith("/connect/logout/resume?request=", seen.Location);
        Assert.True(IsSignedIn("l9"));
        Assert.Equal("https://web.test/bye", (await browser.GetAsync(seen.Location!)).Location);
        Assert.False(IsSignedIn("l9"));
    }

    [Fact]
    public async Task Signing_out_ends_the_tokens_of_the_session()
    {
        using var browser = fixture.Browser();
        var web = await browser.TokensAsync("l10");
        var other = await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request("other"))).Query("code")!, "other"));
        await browser.GetAsync(Url(("id_token_hint", other.Text("id_token"))));
        foreach (var (tokens, client) in new[] { (web, "web"), (other, "other") })
        {
            Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!, client)).Text("error"));
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
        }
    }

    private static (string Request, string Token) Fields(Seen page)
    {
        var fields = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(page.Body).QuerySelectorAll("input[type=hidden]");
        return (fields.Single(f => f.GetAttribute("name") == "request").GetAttribute("value")!, fields.Single(f => f.GetAttribute("name") != "request").GetAttribute("value")!);
    }

    private static Task<Seen> ConfirmAsync(TestBrowser browser, Seen page)
    {
        var (request, token) = Fields(page);
        return browser.PostAsync("/connect/logout/confirm", new Dictionary<string, string> { ["request"] = request, ["__RequestVerificationToken"] = token });
    }
}
