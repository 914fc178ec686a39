using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.OpenId.Tests.Provider;

public sealed class CodeTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Fact]
    public async Task A_person_signs_in_and_the_client_gets_tokens()
    {
        using var browser = fixture.Browser();
        var asked = await browser.AuthorizeAsync(TestBrowser.Request());
        Assert.StartsWith("/login-page?back=", asked.Location);
        var back = asked.Query("back")!;
        Assert.StartsWith("/connect/authorize/resume?request=", back);
        Assert.Equal(back, (await browser.SignInAsync("anna", back)).Location);
        var answered = await browser.GetAsync(back);
        Assert.StartsWith("https://web.test/cb?code=", answered.Location);
        Assert.Equal(("st-1", fixture.Site.Issuer), (answered.Query("state"), answered.Query("iss")));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(answered.Query("code")!));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal("no-store", tokens.Header("Cache-Control"));
        Assert.Equal(("Bearer", "openid profile"), (tokens.Text("token_type"), tokens.Text("scope")));
        Assert.Equal(600, tokens.Json.GetProperty("expires_in").GetInt32());
        Assert.NotNull(tokens.Text("refresh_token"));
        var claims = TestBrowser.Claims(tokens.Text("id_token"));
        Assert.Equal((fixture.Site.Issuer, "anna", "web", "n-1"), (claims.GetProperty("iss").GetString(), claims.GetProperty("sub").GetString(),
            claims.GetProperty("aud").GetString(), claims.GetProperty("nonce").GetString()));
        Assert.Equal("pwd", claims.GetProperty("amr")[0].GetString());
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Contains(fixture.People.Sessions.Values, s => s.SessionId == claims.GetProperty("sid").GetString());
    }

    [Fact]
    public async Task The_id_token_is_signed_by_the_published_key_and_bound_to_the_access_token()
    {
        using var browser = fixture.Browser();
        foreach (var (client, algorithm) in new[] { ("web", "ES256"), ("rs", "RS256") })
        {
            var tokens = await browser.TokensAsync("anna", client);
            var header = TestBrowser.Header(tokens.Text("id_token"));
            Assert.Equal(algorithm, header.GetProperty("alg").GetString());
            var keys = (await browser.GetAsync("/connect/jwks")).Json.GetProperty("keys").EnumerateArray();
            Assert.Contains(keys, k => k.GetProperty("kid").GetString() == header.GetProperty("kid").GetString() && !k.TryGetProperty("d", out _));
            var half = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens.Text("access_token")!)).AsSpan(0, 16));
            Assert.Equal(half, TestBrowser.Claims(tokens.Text("id_token")).GetProperty("at_hash").GetString());
        }
    }

    [Fact]
    public async Task A_code_is_spent_once_when_thirty_requests_race()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("racer");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.TokenAsync(TestBrowser.Redeem(code))));
        var good = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != good), a => Assert.Equal("invalid_grant", a.Text("error")));
        // The others were reuse: what the one got is taken back.
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(good.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task A_code_that_comes_again_takes_back_all_that_it_gave()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("anna");
        var first = await browser.TokenAsync(TestBrowser.Redeem(code));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(first.Text("access_token")!)).Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(first.Text("access_token")!)).Status);
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(first.Text("refresh_token")!)).Text("error"));
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute_and_no_longer()
    {
        using var browser = fixture.Browser();
        var (early, late) = (await browser.CodeAsync("anna"), await browser.CodeAsync("anna"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem(early))).Status);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(late))).Text("error"));
    }

    [Theory]
    [InlineData("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong")]
    [InlineData("code_verifier", "short")]
    [InlineData("redirect_uri", "https://web.test/cb?fixed=1")]
    [InlineData("redirect_uri", "https://web.test/cb/")]
    public async Task A_wrong_verifier_or_address_spends_the_code(string name, string value)
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("anna");
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code, changes: (name, value)))).Text("error"));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
    }

    [Theory]
    [InlineData("code_verifier")]
    [InlineData("redirect_uri")]
    [InlineData("code")]
    [InlineData("grant_type")]
    public async Task A_redemption_without_one_of_its_parts_is_refused(string name)
    {
        using var browser = fixture.Browser();
        var seen = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna"), changes: (name, null)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (seen.Status, seen.Text("error")));
        Assert.Equal("no-store", seen.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_code_of_one_client_is_nothing_to_another_and_is_lost_by_the_attempt()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("anna");
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code, "other", ("redirect_uri", "https://web.test/cb")))).Text("error"));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
    }

    [Fact]
    public async Task A_challenge_of_one_request_does_not_fit_the_code_of_another()
    {
        using var browser = fixture.Browser();
        var other = Base64Url.EncodeToString(SHA256.HashData("another-verifier-another-verifier-another-verifier"u8));
        var code = await browser.CodeAsync("anna", TestBrowser.Request("web", ("code_challenge", other)));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
    }

    [Fact]
    public async Task A_person_disabled_after_signing_in_gets_no_token_and_the_grant_is_gone()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("left");
        fixture.People.Disabled["left"] = true;
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
        fixture.People.Disabled.Clear();
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
    }

    [Fact]
    public async Task The_end_of_the_session_kills_its_codes()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("ended");
        var session = fixture.People.Sessions.Values.Single(s => s.Subject == "ended");
        await fixture.Site.Grants.EndSessionsAsync([session.SessionId], default);
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
    }

    [Fact]
    public async Task Without_a_nonce_there_is_none_in_the_id_token_and_without_refresh_no_refresh_token()
    {
        using var browser = fixture.Browser();
        var request = TestBrowser.Request("plain", ("nonce", null), ("scope", "openid offline_access profile"));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna", request), "plain"));
        Assert.False(TestBrowser.Claims(tokens.Text("id_token")).TryGetProperty("nonce", out _));
        Assert.Null(tokens.Text("refresh_token"));
        Assert.Equal("openid", tokens.Text("scope"));
        Assert.Equal("unauthorized_client", (await browser.RefreshAsync("x", "plain")).Text("error"));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("implicit")]
    [InlineData("AUTHORIZATION_CODE")]
    public async Task Other_grants_do_not_exist(string type)
    {
        using var browser = fixture.Browser();
        Assert.Equal("unsupported_grant_type", (await browser.TokenAsync(TestBrowser.Redeem("x", changes: ("grant_type", type)))).Text("error"));
    }
}
