using System.Net;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>The modules of Basic OP; both plans run them, each by its response mode. This file: the flow itself, tokens and UserInfo.
/// What the suite sends without PKCE is sent with it here, which this provider asks of every client.</summary>
public abstract partial class BasicOpModules(ConformanceSite site, string? responseMode)
{

    private Suite NewSuite(string client = "suite", bool secretInBody = false) => new(site, responseMode, client) { SecretInBody = secretInBody };

    [Fact(DisplayName = "oidcc-server")]
    public async Task oidcc_server()
    {
        using var suite = NewSuite();
        var (signedIn, _) = await suite.RunToUserInfoAsync();
        Assert.Equal("openid", signedIn.Tokens.Text("scope"));
        Assert.Equal(1, suite.SignInPages);
        Assert.True(Checks.Signed(signedIn.IdToken, (await suite.Browser.GetAsync("/connect/jwks")).Json) is "ES256");
    }

    [Fact(DisplayName = "oidcc-server-client-secret-post")]
    public async Task oidcc_server_client_secret_post()
    {
        using var suite = NewSuite(secretInBody: true);
        Assert.Contains("client_secret_post", (await suite.DiscoveryAsync()).Json.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(m => m.GetString()));
        await suite.RunToUserInfoAsync();
    }

    // Without a wish this provider signs by ES256, where the suite expects RS256 of clients that register themselves; both are looked at.
    [Fact(DisplayName = "oidcc-idtoken-signature")]
    public async Task oidcc_idtoken_signature()
    {
        foreach (var (client, algorithm) in new[] { ("suite", "ES256"), ("rs256", "RS256") })
        {
            using var suite = NewSuite(client);
            var signedIn = await suite.RunAsync();
            var keys = (await suite.Browser.GetAsync("/connect/jwks")).Json;
            Assert.Equal(algorithm, Checks.Signed(signedIn.IdToken, keys));
            var changed = signedIn.IdToken[..^8] + (signedIn.IdToken[^8] == 'A' ? 'B' : 'A') + signedIn.IdToken[^7..];
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Checks.Signed(changed, keys));
        }
    }

    // Not offered: neither in the document, nor to a client that would be registered so.
    [Fact(DisplayName = "oidcc-idtoken-unsigned")]
    public async Task oidcc_idtoken_unsigned()
    {
        using var suite = NewSuite();
        var offered = (await suite.DiscoveryAsync()).Json.GetProperty("id_token_signing_alg_values_supported").EnumerateArray().Select(a => a.GetString());
        Assert.DoesNotContain("none", offered);
        Assert.IsType<Doors.RegisterClientOutcome.Refused>(await site.Site.Clients.RegisterAsync(site.Client("unsigned") with { IdTokenAlg = "none" }, default));
    }

    [Fact(DisplayName = "oidcc-userinfo-get")]
    public async Task oidcc_userinfo_get()
    {
        using var suite = NewSuite();
        await suite.RunToUserInfoAsync(("scope", "openid profile email"));
    }

    [Fact(DisplayName = "oidcc-userinfo-post-header")]
    public async Task oidcc_userinfo_post_header()
    {
        using var suite = NewSuite();
        var signedIn = await suite.RunAsync(("scope", "openid profile email"));
        Checks.UserInfo(await suite.Browser.SendAsync(HttpMethod.Post, "/connect/userinfo", null, ("Authorization", "Bearer " + signedIn.AccessToken)), signedIn.Claims);
    }

    [Fact(DisplayName = "oidcc-userinfo-post-body")]
    public async Task oidcc_userinfo_post_body()
    {
        using var suite = NewSuite();
        var signedIn = await suite.RunAsync(("scope", "openid profile email"));
        Checks.UserInfo(await suite.Browser.PostAsync("/connect/userinfo", [new("access_token", signedIn.AccessToken)]), signedIn.Claims);
    }

    [Fact(DisplayName = "oidcc-ensure-request-without-nonce-succeeds-for-code-flow")]
    public async Task oidcc_ensure_request_without_nonce_succeeds_for_code_flow()
    {
        using var suite = NewSuite();
        Assert.False((await suite.RunAsync(("nonce", null))).Claims.TryGetProperty("nonce", out _));
    }

    [Fact(DisplayName = "oidcc-scope-profile")]
    public Task oidcc_scope_profile() => ScopesAsync("openid profile", ["name"]);

    [Fact(DisplayName = "oidcc-scope-email")]
    public Task oidcc_scope_email() => ScopesAsync("openid email", ["email", "email_verified"]);

    // This site has no addresses: the scope is not in the document, and left out where it is asked for.
    [Fact(DisplayName = "oidcc-scope-address")]
    public Task oidcc_scope_address() => ScopesAsync("openid address", []);

    [Fact(DisplayName = "oidcc-scope-phone")]
    public Task oidcc_scope_phone() => ScopesAsync("openid phone", []);

    [Fact(DisplayName = "oidcc-scope-all")]
    public Task oidcc_scope_all() => ScopesAsync("openid address email phone profile", ["name", "email", "email_verified"]);

    [Fact(DisplayName = "oidcc-alternate-happy-flow")]
    public async Task oidcc_alternate_happy_flow()
    {
        using var suite = NewSuite();
        var request = suite.Request(("scope", "email openid"));
        var signedIn = await suite.RunAsync(request.Reverse().ToDictionary());
        Assert.Equal(["email", "openid"], signedIn.Tokens.Text("scope")!.Split(' ').Order());
        Assert.Equal("anna@school.test", (await suite.Browser.UserInfoAsync(signedIn.AccessToken)).Text("email"));
    }

    [Fact(DisplayName = "oidcc-codereuse")]
    public Task oidcc_codereuse() => CodeReuseAsync(TimeSpan.Zero);

    [Fact(DisplayName = "oidcc-codereuse-30seconds")]
    public Task oidcc_codereuse_30seconds() => CodeReuseAsync(TimeSpan.FromSeconds(30));

    [Fact(DisplayName = "oidcc-refresh-token")]
    public async Task oidcc_refresh_token()
    {
        using var suite = NewSuite();
        var discovery = (await suite.DiscoveryAsync()).Json;
        Assert.Contains("refresh_token", discovery.GetProperty("grant_types_supported").EnumerateArray().Select(g => g.GetString()));
        Assert.Contains("offline_access", discovery.GetProperty("scopes_supported").EnumerateArray().Select(s => s.GetString()));
        var first = await suite.RunAsync(("scope", "openid offline_access"), ("prompt", "consent"));
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        var answer = await suite.RefreshAsync(first.Tokens.Text("refresh_token")!);
        Checks.TokenAnswer(answer);
        var second = Checks.IdToken(answer.Text("id_token")!, (await suite.Browser.GetAsync("/connect/jwks")).Json, suite.Client, site.Clock.GetUtcNow());
        // OpenID Connect Core §12.2.
        Assert.Equal(first.Subject, second.GetProperty("sub").GetString());
        Assert.Equal(first.AuthTime, second.GetProperty("auth_time").GetInt64());
        Assert.Equal(2, second.GetProperty("iat").GetInt64() - first.Claims.GetProperty("iat").GetInt64());
        Assert.False(second.TryGetProperty("nonce", out _));
        Checks.HashOfAccessToken(second, answer.Text("access_token")!);
        Assert.NotEqual(first.AccessToken, answer.Text("access_token"));
        Checks.UserInfo(await suite.Browser.UserInfoAsync(answer.Text("access_token")!), second);
        // The second client's token is nothing to the first.
        using var other = suite.As("suite2");
        var foreign = await other.RunAsync(("scope", "openid offline_access"), ("prompt", "consent"), ("nonce", new string('n', 43)));
        Checks.TokenError(await suite.RefreshAsync(foreign.Tokens.Text("refresh_token")!), "invalid_grant");
        Checks.TokenAnswer(await other.RefreshAsync(foreign.Tokens.Text("refresh_token")!));
    }

    private async Task ScopesAsync(string scope, string[] expected)
    {
        using var suite = NewSuite();
        var offered = (await suite.DiscoveryAsync()).Json.GetProperty("scopes_supported").EnumerateArray().Select(s => s.GetString()!).ToList();
        var (signedIn, userInfo) = await suite.RunToUserInfoAsync(("scope", scope));
        Assert.Equal(scope.Split(' ').Intersect(offered).Order(), signedIn.Tokens.Text("scope")!.Split(' ').Order());
        foreach (var claim in expected) Assert.True(userInfo.Json.TryGetProperty(claim, out _), claim);
        // Only what was asked for, and none of it in the ID token, which travels through browsers.
        string[] all = ["name", "email", "email_verified", "phone_number", "address"];
        Assert.All(all.Except(expected), claim => Assert.False(userInfo.Json.TryGetProperty(claim, out _), claim));
        Assert.All(all, claim => Assert.False(signedIn.Claims.TryGetProperty(claim, out _), claim));
    }

    private async Task CodeReuseAsync(TimeSpan pause)
    {
        using var suite = NewSuite();
        var (signedIn, _) = await suite.RunToUserInfoAsync();
        site.Clock.Advance(pause);
        Checks.TokenError(await suite.RedeemAsync(signedIn.Request, signedIn.Code), "invalid_grant");
        // RFC 6749 §4.1.2: what was issued for it is revoked.
        Assert.Equal(HttpStatusCode.Unauthorized, (await suite.Browser.UserInfoAsync(signedIn.AccessToken)).Status);
        Checks.TokenError(await suite.RefreshAsync(signedIn.Tokens.Text("refresh_token")!), "invalid_grant");
    }
}

/// <summary>Plan "oidcc-basic-certification-test-plan".</summary>
public sealed class BasicOp(ConformanceSite site) : BasicOpModules(site, responseMode: null), IClassFixture<ConformanceSite>;

/// <summary>Plan "oidcc-formpost-basic-certification-test-plan".</summary>
public sealed class FormPostBasicOp(ConformanceSite site) : BasicOpModules(site, responseMode: "form_post"), IClassFixture<ConformanceSite>;
