using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>RFC 9449 for clients that bind their tokens because they want to or because they must. What a proof must hold: Fapi2/.</summary>
public sealed class DpopTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private const string Token = "/connect/token", UserInfo = "/connect/userinfo", Par = "/connect/par";

    private DpopKey NewKey(SignatureAlgorithm? algorithm = null) => new(fixture.Clock, fixture.Site.Issuer, algorithm);

    private static Dictionary<string, string> Redeem(string code, string client) =>
        client == "app" ? TestBrowser.Redeem(code, client, ("client_secret", null)) : TestBrowser.Redeem(code, client);

    private static async Task<Seen> TokensAsync(TestBrowser browser, DpopKey key, string client = "web")
    {
        var tokens = await browser.TokenAsync(Redeem(await browser.CodeAsync("anna", TestBrowser.Request(client)), client), key.Header("POST", Token));
        Assert.True(tokens.Status == HttpStatusCode.OK, tokens.Body);
        return tokens;
    }

    private static Task<Seen> RefreshAsync(TestBrowser browser, string token, string client, params (string, string)[] headers)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = token, ["client_id"] = client };
        if (client != "app") form["client_secret"] = TestBrowser.Secret;
        return browser.TokenAsync(form, headers);
    }

    private static Task<Seen> UserInfoAsync(TestBrowser browser, string token, DpopKey key) =>
        browser.GetAsync(UserInfo, ("Authorization", "DPoP " + token), key.Header("GET", UserInfo, token));

    [Theory]
    [InlineData("ES256")]
    [InlineData("PS256")]
    public async Task A_token_asked_for_with_a_proof_is_good_with_that_key_alone(string algorithm)
    {
        using var browser = fixture.Browser();
        var key = NewKey(SignatureAlgorithm.Find(algorithm));
        var tokens = await TokensAsync(browser, key);
        Assert.Equal("DPoP", tokens.Text("token_type"));
        var access = tokens.Text("access_token")!;
        Assert.Equal("anna", (await UserInfoAsync(browser, access, key)).Text("sub"));
        var posted = await browser.PostAsync(UserInfo, [], ("Authorization", "dpop " + access), key.Header("POST", UserInfo, access));
        Assert.Equal(HttpStatusCode.OK, posted.Status);
        Assert.Equal("invalid_dpop_proof", (await UserInfoAsync(browser, access, NewKey())).Text("error"));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(access)).Text("error"));
        Assert.Equal("invalid_token", (await browser.PostAsync(UserInfo, [new("access_token", access)], key.Header("POST", UserInfo, access))).Text("error"));
        var bare = await browser.GetAsync(UserInfo, ("Authorization", "DPoP " + access));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_dpop_proof"), (bare.Status, bare.Text("error")));
        Assert.Contains("DPoP algs=\"ES256 PS256\"", bare.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_bearers_token_is_not_taken_for_a_bound_one_and_nothing_brought_names_both_ways()
    {
        using var browser = fixture.Browser();
        var access = (await browser.TokensAsync("anna")).Text("access_token")!;
        Assert.Equal("invalid_token", (await UserInfoAsync(browser, access, NewKey())).Text("error"));
        var nothing = (await browser.GetAsync(UserInfo)).Header("WWW-Authenticate")!;
        Assert.Contains("Bearer realm=", nothing);
        Assert.Contains("DPoP algs=", nothing);
        Assert.DoesNotContain("error", nothing);
    }

    [Fact]
    public async Task A_confidential_client_may_change_its_key_at_a_refresh()
    {
        using var browser = fixture.Browser();
        var (first, second) = (NewKey(), NewKey());
        var tokens = await TokensAsync(browser, first);
        var refreshed = await RefreshAsync(browser, tokens.Text("refresh_token")!, "web", second.Header("POST", Token));
        Assert.Equal("DPoP", refreshed.Text("token_type"));
        Assert.Equal(HttpStatusCode.OK, (await UserInfoAsync(browser, refreshed.Text("access_token")!, second)).Status);
        Assert.Equal("invalid_dpop_proof", (await UserInfoAsync(browser, refreshed.Text("access_token")!, first)).Text("error"));
    }

    [Fact]
    public async Task A_public_clients_refresh_token_is_bound_and_another_key_changes_nothing()
    {
        using var browser = fixture.Browser();
        var key = NewKey();
        var token = (await TokensAsync(browser, key, "app")).Text("refresh_token")!;
        foreach (var headers in new (string, string)[][] { [], [NewKey().Header("POST", Token)] })
            Assert.Equal("invalid_grant", (await RefreshAsync(browser, token, "app", headers)).Text("error"));
        var second = await RefreshAsync(browser, token, "app", key.Header("POST", Token));
        Assert.Equal("DPoP", second.Text("token_type"));
        Assert.Equal("invalid_grant", (await RefreshAsync(browser, second.Text("refresh_token")!, "app", NewKey().Header("POST", Token))).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(browser, second.Text("refresh_token")!, "app", key.Header("POST", Token))).Status);
    }

    [Fact]
    public async Task A_client_that_must_bind_its_tokens_gets_none_without_a_proof_and_loses_no_code()
    {
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("anna", TestBrowser.Request("bound"));
        Assert.Equal("invalid_dpop_proof", (await browser.TokenAsync(TestBrowser.Redeem(code, "bound"))).Text("error"));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(code, "bound"), NewKey().Header("POST", Token));
        Assert.Equal("DPoP", tokens.Text("token_type"));
        Assert.Equal("invalid_dpop_proof", (await RefreshAsync(browser, tokens.Text("refresh_token")!, "bound")).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(browser, tokens.Text("refresh_token")!, "bound", NewKey().Header("POST", Token))).Status);
    }

    [Fact]
    public async Task A_code_bound_to_a_key_is_redeemed_with_it_alone()
    {
        using var browser = fixture.Browser();
        var key = NewKey();
        var request = TestBrowser.Request("web", ("dpop_jkt", key.Thumbprint));
        foreach (var headers in new (string, string)[][] { [], [NewKey().Header("POST", Token)] })
        {
            var lost = await browser.CodeAsync("anna", request);
            Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(lost), headers)).Text("error"));
            Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(lost), key.Header("POST", Token))).Text("error"));
        }
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna", request)), key.Header("POST", Token));
        Assert.Equal("DPoP", tokens.Text("token_type"));
        foreach (var bad in new[] { "x", key.Thumbprint + "A", "!" + key.Thumbprint[1..] })
            Assert.Equal("invalid_request", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("dpop_jkt", bad)))).Query("error"));
    }

    [Fact]
    public async Task A_proof_at_the_push_binds_the_code()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var key = NewKey();
        var header = key.Header("POST", Par);
        var push = await browser.PushAsync(TestBrowser.Request(), header);
        Assert.Equal(HttpStatusCode.Created, push.Status);
        Assert.Equal("invalid_dpop_proof", (await browser.PushAsync(TestBrowser.Request(), header)).Text("error"));
        Assert.Equal("invalid_dpop_proof", (await browser.PushAsync(TestBrowser.Request("web", ("dpop_jkt", NewKey().Thumbprint)), key.Header("POST", Par))).Text("error"));
        Assert.Equal("invalid_dpop_proof", (await browser.PushAsync(TestBrowser.Request(), key.Header("POST", Token))).Text("error"));
        var code = (await browser.AuthorizeAsync(TestBrowser.Pushed(push))).Query("code")!;
        Assert.Equal("invalid_grant", (await browser.TokenAsync(TestBrowser.Redeem(code), NewKey().Header("POST", Token))).Text("error"));
        var again = (await browser.AuthorizeAsync(TestBrowser.Pushed(await browser.PushAsync(TestBrowser.Request(), key.Header("POST", Par))))).Query("code")!;
        Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem(again), key.Header("POST", Token))).Status);
    }

    [Fact]
    public async Task A_proof_is_good_once_when_thirty_requests_race_and_what_fails_by_it_changes_nothing()
    {
        using var browser = fixture.Browser();
        var key = NewKey();
        var codes = new List<string>();
        for (var i = 0; i < 5; i++) codes.Add(await browser.CodeAsync("anna"));
        var header = key.Header("POST", Token);
        var seen = await Task.WhenAll(codes.Select(code => browser.TokenAsync(TestBrowser.Redeem(code), header)));
        var good = Assert.Single(seen, s => s.Status == HttpStatusCode.OK);
        Assert.Equal(4, seen.Count(s => s.Text("error") == "invalid_dpop_proof"));
        foreach (var (code, answer) in codes.Zip(seen).Where(p => p.Second != good))
            Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem(code), key.Header("POST", Token))).Status);
        var refresh = good.Text("refresh_token")!;
        Assert.Equal("invalid_dpop_proof", (await RefreshAsync(browser, refresh, "web", header)).Text("error"));
        var access = (await RefreshAsync(browser, refresh, "web", key.Header("POST", Token))).Text("access_token")!;
        var once = key.Header("GET", UserInfo, access);
        var asked = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.GetAsync(UserInfo, ("Authorization", "DPoP " + access), once)));
        Assert.Single(asked, s => s.Status == HttpStatusCode.OK);
        Assert.Equal(29, asked.Count(s => s.Text("error") == "invalid_dpop_proof"));
    }

    [Fact]
    public async Task A_nonce_is_demanded_where_the_settings_say_so()
    {
        var clock = new FakeClock();
        await using var site = await TestSite.StartAsync(new TestPeople(), clock, settings: new Dictionary<string, string?> { ["OpenId:DpopNonceSeconds"] = "60" });
        await site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var browser = new TestBrowser(site.Url);
        var key = new DpopKey(clock, site.Issuer);
        (string, string) With(string method, string path, string? nonce, string? token = null) => key.Header(method, path, token, (_, c) => c["nonce"] = nonce);
        var code = await browser.CodeAsync("anna");
        var asked = await browser.TokenAsync(TestBrowser.Redeem(code), key.Header("POST", Token));
        Assert.Equal((HttpStatusCode.BadRequest, "use_dpop_nonce"), (asked.Status, asked.Text("error")));
        var nonce = asked.Header("DPoP-Nonce")!;
        foreach (var bad in new[] { "x", nonce[..^1] + (nonce[^1] == 'A' ? 'Q' : 'A'), "", nonce + nonce })
            Assert.Equal("use_dpop_nonce", (await browser.TokenAsync(TestBrowser.Redeem(code), With("POST", Token, bad))).Text("error"));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(code), With("POST", Token, nonce));
        Assert.Equal("DPoP", tokens.Text("token_type"));
        var access = tokens.Text("access_token")!;
        var resource = await browser.GetAsync(UserInfo, ("Authorization", "DPoP " + access), key.Header("GET", UserInfo, access));
        Assert.Equal((HttpStatusCode.Unauthorized, "use_dpop_nonce"), (resource.Status, resource.Text("error")));
        Assert.Contains("error=\"use_dpop_nonce\"", resource.Header("WWW-Authenticate"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(UserInfo, ("Authorization", "DPoP " + access), With("GET", UserInfo, resource.Header("DPoP-Nonce"), access))).Status);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("use_dpop_nonce", (await browser.GetAsync(UserInfo, ("Authorization", "DPoP " + access), With("GET", UserInfo, nonce, access))).Text("error"));
    }
}
