using System.Net;
using Aupd.OpenId.Consents;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>OpenID Connect Core §5.5, and the narrowing of claims by a client's registration.</summary>
public sealed class ClaimsParameterTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private static async Task<Seen> TokensAsync(TestBrowser browser, string claims, string client = "web", string scope = "openid")
    {
        var code = await browser.CodeAsync("anna", TestBrowser.Request(client, ("scope", scope), ("claims", claims)));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(code, client));
        Assert.True(tokens.Status == HttpStatusCode.OK, tokens.Body);
        return tokens;
    }

    private static async Task<string> UserInfoAsync(TestBrowser browser, Seen tokens) =>
        string.Join(' ', (await browser.UserInfoAsync(tokens.Text("access_token")!)).Json.EnumerateObject().Select(p => p.Name).Order());

    private static string Person(Seen tokens) =>
        string.Join(' ', TestBrowser.Claims(tokens.Text("id_token")).EnumerateObject().Select(p => p.Name).Where(n => n is "name" or "email" or "email_verified").Order());

    [Theory]
    [InlineData("""{"userinfo":{"email":null}}""", "openid", "email sub", "")]
    [InlineData("""{"userinfo":{"email":{"essential":true},"name":null}}""", "openid", "email name sub", "")]
    [InlineData("""{"userinfo":{"email":null}}""", "openid profile", "email name sub", "")]
    [InlineData("""{"id_token":{"name":null}}""", "openid", "sub", "name")]
    [InlineData("""{"id_token":{"email":{"essential":false}},"userinfo":{"name":null}}""", "openid", "name sub", "email")]
    [InlineData("""{"id_token":{"email":{"value":"anna@school.test"},"name":{"value":"Борис"}}}""", "openid", "sub", "email")]
    [InlineData("""{"id_token":{"email_verified":{"values":[false,true]}}}""", "openid", "sub", "email_verified")]
    [InlineData("""{"userinfo":{"email":{"values":["x@school.test"]}}}""", "openid", "sub", "")]
    [InlineData("""{"userinfo":{"email":{"value":"x@school.test"}}}""", "openid email", "email email_verified sub", "")]
    [InlineData("""{"userinfo":{"phone_number":null,"https://x.test/claim":{"essential":true}},"other":5}""", "openid", "sub", "")]
    [InlineData("""{"userinfo":null}""", "openid", "sub", "")]
    [InlineData("{}", "openid profile", "name sub", "")]
    [InlineData("""{"id_token":{"auth_time":{"essential":true},"acr":{"values":["a"]},"iss":{"value":"x"}}}""", "openid", "sub", "")]
    public async Task Single_claims_come_where_they_were_asked_for(string claims, string scope, string userInfo, string idToken)
    {
        using var browser = fixture.Browser();
        var tokens = await TokensAsync(browser, claims, scope: scope);
        Assert.Equal((userInfo, idToken), (await UserInfoAsync(browser, tokens), Person(tokens)));
        Assert.Equal(fixture.Site.Issuer, TestBrowser.Claims(tokens.Text("id_token")).GetProperty("iss").GetString());
    }

    [Fact]
    public async Task They_come_after_a_refresh_too()
    {
        using var browser = fixture.Browser();
        var tokens = await TokensAsync(browser, """{"id_token":{"name":null},"userinfo":{"email":null}}""");
        var refreshed = await browser.RefreshAsync(tokens.Text("refresh_token")!);
        Assert.Equal(("email sub", "name"), (await UserInfoAsync(browser, refreshed), Person(refreshed)));
    }

    [Theory]
    [InlineData("plain", "openid", "sub")] // Its scopes have no email.
    [InlineData("narrow", "openid profile email", "email sub")]
    [InlineData("narrow", "openid", "email sub")]
    [InlineData("partner", "openid", "sub")] // The person was told of scopes.
    [InlineData("partner", "openid email", "email email_verified sub")]
    public async Task No_client_gets_more_than_its_registration_and_consent_allow(string client, string scope, string userInfo)
    {
        using var browser = fixture.Browser();
        if (client == "partner")
            await fixture.Site.Services.GetRequiredService<ConsentStore>().GiveAsync("anna", ProviderFixture.Clients().Single(c => c.ClientId == client), scope.Split(' '), default);
        var tokens = await TokensAsync(browser, """{"userinfo":{"email":null,"name":null},"id_token":{"email_verified":null}}""", client, scope);
        var expected = client == "narrow" || scope != "openid" || client is "plain" or "partner" ? userInfo : "";
        Assert.Equal(expected, await UserInfoAsync(browser, tokens));
        Assert.Equal(client == "partner" && scope.Contains("email") ? "email_verified" : "", Person(tokens));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"userinfo":[]}""")]
    [InlineData("""{"userinfo":{"email":5}}""")]
    [InlineData("""{"userinfo":{"email":{"essential":"yes"}}}""")]
    [InlineData("""{"userinfo":{"email":{"values":[]}}}""")]
    [InlineData("""{"userinfo":{"email":{"values":"a"}}}""")]
    [InlineData("""{"userinfo":{"email":null,"email":null}}""")]
    [InlineData("""{"userinfo":{"email":{"value":"\u0000"}}}""")]
    [InlineData("""{"userinfo":{"email":{"value":"\ud800"}}}""")]
    [InlineData("""{"userinfo":{"email":{"value":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}}}""")]
    public async Task What_is_not_of_its_form_is_refused(string claims)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        Assert.Equal("invalid_request", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", claims)))).Query("error"));
    }

    [Fact]
    public async Task It_is_bounded()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        string Many(int count) => "{\"userinfo\":{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"c{i}\":null")) + "}}";
        string Values(int count) => "{\"userinfo\":{\"email\":{\"values\":[" + string.Join(',', Enumerable.Repeat("1", count)) + "]}}}";
        async Task<string?> ErrorAsync(string claims) => (await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", claims)))).Query("error");
        Assert.Null(await ErrorAsync(Many(50)));
        Assert.Equal("invalid_request", await ErrorAsync(Many(51)));
        Assert.Null(await ErrorAsync(Values(50)));
        Assert.Equal("invalid_request", await ErrorAsync(Values(51)));
        var seen = await browser.PostAsync("/connect/authorize", TestBrowser.Request("web", ("claims", $$"""{"x":"{{new string('x', 8200)}}"}""")));
        Assert.Equal("invalid_request", seen.Query("error"));
    }

    [Theory]
    [InlineData("""{"id_token":{"sub":{"value":"anna"}}}""", null)]
    [InlineData("""{"userinfo":{"sub":{"values":["boris","anna"]}}}""", null)]
    [InlineData("""{"id_token":{"sub":{"value":"boris"}}}""", "login_required")]
    [InlineData("""{"userinfo":{"sub":{"values":["boris","clara"]}}}""", "login_required")]
    [InlineData("""{"id_token":{"sub":{"value":"anna"}},"userinfo":{"sub":{"value":"boris"}}}""", "login_required")]
    [InlineData("""{"id_token":{"sub":{"value":5}}}""", "login_required")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"values":["urn:x"]}}}""", "unmet_authentication_requirements")]
    public async Task Who_must_sign_in_and_how_can_be_demanded(string claims, string? error)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", claims), ("prompt", "none")));
        Assert.Equal(error, seen.Query("error"));
    }

    [Fact]
    public async Task Another_person_than_the_one_named_gets_no_code_after_signing_in()
    {
        using var browser = fixture.Browser();
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", """{"id_token":{"sub":{"values":["anna","clara"]}}}""")));
        var back = await browser.SignInAsync("boris", seen.Query("back")!);
        Assert.Equal("login_required", (await browser.GetAsync(back.Location!)).Query("error"));
    }
}
