using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>Plan "oidcc-rp-initiated-logout-certification-test-plan".</summary>
[Collection(SharedConformanceSite.Name)]
public sealed class RpInitiatedLogoutOp(ConformanceSite site)
{
    private const string Return = "https://suite.test/post_logout_redirect";
    // The suite sends a long state, to see that it is not cut.
    private static readonly string State = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(64));

    [Fact(DisplayName = "oidcc-rp-initiated-logout")]
    public async Task oidcc_rp_initiated_logout()
    {
        using var suite = new Suite(site);
        var signedIn = await suite.RunAsync();
        Assert.Equal($"{Return}?state={State}", (await LogoutAsync(suite, ("id_token_hint", signedIn.IdToken), ("post_logout_redirect_uri", Return), ("state", State))).Location);
        await MustBeSignedOutAsync(suite);
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-state")]
    public async Task oidcc_rp_initiated_logout_no_state()
    {
        using var suite = new Suite(site);
        var signedIn = await suite.RunAsync();
        Assert.Equal(Return, (await LogoutAsync(suite, ("id_token_hint", signedIn.IdToken), ("post_logout_redirect_uri", Return))).Location);
        await MustBeSignedOutAsync(suite);
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-discovery-endpoint-verification")]
    public async Task oidcc_rp_initiated_logout_discovery_endpoint_verification()
    {
        using var suite = new Suite(site);
        var document = await suite.DiscoveryAsync();
        Discovery.WellFormed(document);
        Discovery.Https(document, "end_session_endpoint");
        Assert.NotEqual(HttpStatusCode.NotFound, (await suite.Browser.GetAsync(Suite.Local(document.Text("end_session_endpoint")!))).Status);
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")]
    public Task oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() =>
        RefusedAsync(s => [("id_token_hint", s.IdToken), ("post_logout_redirect_uri", Return + "/" + Guid.NewGuid().ToString("N")), ("state", State)]);

    [Fact(DisplayName = "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")]
    public Task oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() =>
        RefusedAsync(s => [("id_token_hint", s.IdToken), ("post_logout_redirect_uri", Return + "?foo=bar"), ("state", State)]);

    [Fact(DisplayName = "oidcc-rp-initiated-logout-modified-id-token-hint")]
    public Task oidcc_rp_initiated_logout_modified_id_token_hint() =>
        RefusedAsync(s => [("id_token_hint", WithoutSignature(s.IdToken)), ("post_logout_redirect_uri", Return), ("state", State)]);

    [Fact(DisplayName = "oidcc-rp-initiated-logout-bad-id-token-hint")]
    public Task oidcc_rp_initiated_logout_bad_id_token_hint() =>
        RefusedAsync(_ => [("id_token_hint", "bad_id_token_hint"), ("post_logout_redirect_uri", Return), ("state", State)]);

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-id-token-hint")]
    public async Task oidcc_rp_initiated_logout_no_id_token_hint()
    {
        using var suite = new Suite(site);
        await suite.RunAsync();
        var page = await LogoutAsync(suite, ("post_logout_redirect_uri", Return), ("state", State));
        Assert.Equal((HttpStatusCode.OK, null), (page.Status, page.Location));
        await suite.CodeAsync(suite.Request(("prompt", "none")));
        // Whoever says yes is signed out, and still not sent to an address that nothing vouches for.
        await SayYesAsync(suite, page);
        await MustBeSignedOutAsync(suite);
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-params")]
    public Task oidcc_rp_initiated_logout_no_params() => AskedThenSignedOutAsync();

    [Fact(DisplayName = "oidcc-rp-initiated-logout-only-state")]
    public Task oidcc_rp_initiated_logout_only_state() => AskedThenSignedOutAsync(("state", State));

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-post-logout-redirect-uri")]
    public async Task oidcc_rp_initiated_logout_no_post_logout_redirect_uri()
    {
        using var suite = new Suite(site);
        var signedIn = await suite.RunAsync();
        await SignedOutPageAsync(suite, await LogoutAsync(suite, ("id_token_hint", signedIn.IdToken), ("state", State)));
        await MustBeSignedOutAsync(suite);
    }

    internal static Task<Seen> LogoutAsync(Suite suite, params (string Name, string Value)[] parameters) =>
        suite.Browser.GetAsync(QueryHelpers.AddQueryString("/connect/logout", parameters.ToDictionary(p => p.Name, p => (string?)p.Value)));

    /// <summary>A second request with prompt=none tells that somebody would have to sign in.</summary>
    internal static async Task MustBeSignedOutAsync(Suite suite) =>
        Assert.Contains(await suite.ErrorAsync(suite.Request(("prompt", "none"))), new[] { "login_required", "interaction_required", "account_selection_required" });

    /// <summary>A page of the provider, no way back to the client, and nobody signed out.</summary>
    private async Task RefusedAsync(Func<SignedIn, (string, string)[]> request)
    {
        using var suite = new Suite(site);
        var page = await LogoutAsync(suite, request(await suite.RunAsync()));
        Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
        Assert.DoesNotContain("://suite.test", page.Body);
        await suite.CodeAsync(suite.Request(("prompt", "none")));
    }

    private async Task AskedThenSignedOutAsync(params (string, string)[] parameters)
    {
        using var suite = new Suite(site);
        await suite.RunAsync();
        await SayYesAsync(suite, await LogoutAsync(suite, parameters));
        await MustBeSignedOutAsync(suite);
    }

    private static async Task SayYesAsync(Suite suite, Seen page)
    {
        var form = new HtmlParser().ParseDocument(page.Body).Forms.Single(f => f.GetAttribute("action") == "/connect/logout/confirm");
        var fields = form.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value")!));
        await SignedOutPageAsync(suite, await suite.Browser.PostAsync("/connect/logout/confirm", fields));
    }

    private static async Task SignedOutPageAsync(Suite suite, Seen answer)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.StartsWith(ConformanceSite.Issuer + "/", answer.Location);
        var page = await suite.Browser.GetAsync(Suite.Local(answer.Location!));
        Assert.Equal((HttpStatusCode.OK, null), (page.Status, page.Location));
    }

    private static string WithoutSignature(string token) => Base64Url.EncodeToString("""{"alg":"none"}"""u8) + "." + token.Split('.')[1] + ".";
}

/// <summary>Plan "oidcc-backchannel-rp-initiated-logout-certification-test-plan".</summary>
[Collection(SharedConformanceSite.Name)]
public sealed class BackChannelLogoutOp(ConformanceSite site)
{
    [Fact(DisplayName = "oidcc-backchannel-logout-discovery-endpoint-verification")]
    public async Task oidcc_backchannel_logout_discovery_endpoint_verification()
    {
        using var suite = new Suite(site);
        var document = await suite.DiscoveryAsync();
        Discovery.WellFormed(document);
        Discovery.Https(document, "end_session_endpoint");
        foreach (var name in new[] { "backchannel_logout_supported", "backchannel_logout_session_supported" }) Assert.True(document.Json.GetProperty(name).GetBoolean());
    }

    [Fact(DisplayName = "oidcc-backchannel-rp-initiated-logout")]
    public async Task oidcc_backchannel_rp_initiated_logout()
    {
        using var suite = new Suite(site, client: "suite2");
        var signedIn = await suite.RunAsync();
        await site.Site.PumpAsync();
        site.Receiver.Got.Clear();
        var answer = await RpInitiatedLogoutOp.LogoutAsync(suite, ("id_token_hint", signedIn.IdToken),
            ("post_logout_redirect_uri", "https://suite2.test/post_logout_redirect"), ("state", "st-1"));
        Assert.Equal("https://suite2.test/post_logout_redirect?state=st-1", answer.Location);
        await site.Site.PumpAsync();
        var (path, form) = Assert.Single(site.Receiver.Got);
        Assert.Equal("/suite2", path);
        var token = Assert.Single(form, f => f.Key == "logout_token").Value.ToString();
        Assert.Single(form);
        Checks.Signed(token, (await suite.Browser.GetAsync("/connect/jwks")).Json);
        LogoutTokenIsGood(TestBrowser.Claims(token), signedIn);
        Assert.Contains(TestBrowser.Header(token).GetProperty("typ").GetString(), new[] { "logout+jwt", "JWT" });
        await RpInitiatedLogoutOp.MustBeSignedOutAsync(suite);
    }

    // Back-Channel Logout §2.4.
    private void LogoutTokenIsGood(JsonElement claims, SignedIn signedIn)
    {
        Assert.Equal((ConformanceSite.Issuer, "suite2"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        Assert.Equal((signedIn.Subject, signedIn.Claims.GetProperty("sid").GetString()), (claims.GetProperty("sub").GetString(), claims.GetProperty("sid").GetString()));
        Assert.InRange(claims.GetProperty("iat").GetInt64(), site.Clock.GetUtcNow().ToUnixTimeSeconds() - 60, site.Clock.GetUtcNow().ToUnixTimeSeconds());
        Assert.True(claims.GetProperty("exp").GetInt64() > site.Clock.GetUtcNow().ToUnixTimeSeconds());
        Assert.NotEmpty(claims.GetProperty("jti").GetString()!);
        var happened = Assert.Single(claims.GetProperty("events").EnumerateObject());
        Assert.Equal(("http://schemas.openid.net/event/backchannel-logout", JsonValueKind.Object), (happened.Name, happened.Value.ValueKind));
        Assert.False(claims.TryGetProperty("nonce", out _));
    }
}
