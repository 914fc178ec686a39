using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.Tests.Fapi2;

/// <summary>fapi2-security-profile-final-test-plan with private_key_jwt, DPoP and unsigned requests: the flow, its requests and its codes.
/// Left out: ensure-server-handles-non-matching-intent-id and test-essential-acr-sca-claim, of Open Banking UK.</summary>
[Collection(SharedFapi2Site.Name)]
public sealed partial class SecurityProfileModules(Fapi2Site site)
{
    private const string Prefix = "fapi2-security-profile-final-";

    private Fapi2Suite Suite(string client = "one") => new(site, client);

    private async Task FlowAsync(params (string, string?)[] changes)
    {
        using var suite = Suite();
        await suite.RunAsync(suite.Request(changes));
    }

    private async Task PushFailsAsync(string error, params (string, string?)[] changes)
    {
        using var suite = Suite();
        Assert.Equal(error, await suite.RefusedPushAsync(suite.Request(changes)));
    }

    [Fact(DisplayName = Prefix + "discovery-end-point-verification")]
    public async Task Discovery()
    {
        using var suite = Suite();
        var document = (await suite.Browser.GetAsync("/.well-known/openid-configuration")).Json;
        string[] List(string name) => document.GetProperty(name).EnumerateArray().Select(e => e.GetString()!).ToArray();
        Assert.Equal(Fapi2Site.Issuer, document.GetProperty("issuer").GetString());
        Assert.True(document.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        Assert.Contains("private_key_jwt", List("token_endpoint_auth_methods_supported"));
        Assert.Equal(["S256"], List("code_challenge_methods_supported"));
        Assert.Equal(["ES256", "PS256"], List("dpop_signing_alg_values_supported"));
        foreach (var name in new[] { "id_token_signing_alg_values_supported", "request_object_signing_alg_values_supported", "token_endpoint_auth_signing_alg_values_supported" })
            Assert.Contains("PS256", List(name));
        foreach (var name in new[] { "pushed_authorization_request_endpoint", "authorization_endpoint", "token_endpoint", "jwks_uri" })
            Assert.StartsWith(Fapi2Site.Issuer + "/", document.GetProperty(name).GetString());
    }

    [Fact(DisplayName = Prefix + "happy-flow")]
    public async Task Happy_flow()
    {
        foreach (var client in new[] { "one", "two" })
        {
            using var suite = Suite(client);
            await suite.RunAsync();
        }
    }

    [Fact(DisplayName = Prefix + "user-rejects-authentication")]
    public async Task User_rejects_authentication()
    {
        using var suite = new Fapi2Suite(site) { Person = "refused" };
        var request = suite.Request();
        var answer = await suite.OpenAsync(Fapi2Suite.RequestUri(await suite.PushAsync(request)));
        Assert.Equal(("access_denied", request["state"], Fapi2Site.Issuer, null), (answer.Query("error"), answer.Query("state"), answer.Query("iss"), answer.Query("code")));
    }

    [Fact(DisplayName = Prefix + "ensure-authorization-request-without-state-success")]
    public Task Without_state() => FlowAsync(("state", null));

    [Fact(DisplayName = Prefix + "ensure-authorization-request-without-nonce-success")]
    public Task Without_nonce() => FlowAsync(("nonce", null));

    [Fact(DisplayName = Prefix + "ensure-authorization-request-with-64-char-nonce-success")]
    public Task A_nonce_of_64_characters() => FlowAsync(("nonce", new string('n', 64)));

    [Fact(DisplayName = Prefix + "ensure-authorization-request-with-long-nonce")]
    public Task A_long_nonce() => FlowAsync(("nonce", new string('n', 384)));

    [Fact(DisplayName = Prefix + "ensure-authorization-request-with-long-state")]
    public Task A_long_state() => FlowAsync(("state", new string('s', 1000)));

    [Fact(DisplayName = Prefix + "ensure-other-scope-order-succeeds")]
    public Task Another_order_of_scopes() => FlowAsync(("scope", "profile openid"));

    [Fact(DisplayName = Prefix + "test-claims-parameter-identity-claims")]
    public async Task Claims_parameter()
    {
        using var suite = Suite();
        const string asked = """{"userinfo":{"name":{"essential":true},"email":null},"id_token":{"name":null}}""";
        var (tokens, idToken) = await suite.RunAsync(suite.Request(("scope", "openid"), ("claims", asked)));
        Assert.Equal("Анна anna", idToken.GetProperty("name").GetString());
        var userInfo = await suite.AskUserInfoAsync(tokens.Text("access_token")!);
        Assert.Equal(("Анна anna", "anna@school.test"), (userInfo.Text("name"), userInfo.Text("email")));
    }

    [Fact(DisplayName = Prefix + "ensure-different-nonce-inside-and-outside-request-object")]
    public async Task Another_nonce_outside()
    {
        using var suite = Suite();
        var request = suite.Request();
        var answer = await suite.OpenAsync(Fapi2Suite.RequestUri(await suite.PushAsync(request)), ("nonce", "outside"));
        var tokens = await suite.RedeemAsync(suite.Code(request, answer));
        Assert.Equal(request["nonce"], TestBrowser.Claims(tokens.Text("id_token")).GetProperty("nonce").GetString());
    }

    [Fact(DisplayName = Prefix + "ensure-different-state-inside-and-outside-request-object")]
    public async Task Another_state_outside()
    {
        using var suite = Suite();
        var request = suite.Request();
        suite.Code(request, await suite.OpenAsync(Fapi2Suite.RequestUri(await suite.PushAsync(request)), ("state", "outside")));
    }

    [Fact(DisplayName = Prefix + "state-only-outside-request-object-not-used")]
    public async Task State_outside_alone()
    {
        using var suite = Suite();
        var request = suite.Request(("state", null));
        suite.Code(request, await suite.OpenAsync(Fapi2Suite.RequestUri(await suite.PushAsync(request)), ("state", "outside")));
    }

    [Fact(DisplayName = Prefix + "ensure-registered-redirect-uri")]
    public Task Unregistered_redirect_uri() => PushFailsAsync("invalid_request", ("redirect_uri", "https://one.test/cb/unregistered"));

    // The profile lets a provider take such a URI from an authenticated client; this one does not.
    [Fact(DisplayName = Prefix + "plain-fapi-tolerate-unregistered-redirect-uri")]
    public Task Unregistered_query() => PushFailsAsync("invalid_request", ("redirect_uri", "https://one.test/cb?unregistered=1"));

    [Fact(DisplayName = Prefix + "ensure-unsigned-authorization-request-without-using-par-fails")]
    public async Task Without_par()
    {
        using var suite = Suite();
        var answer = await suite.FollowAsync(await suite.Browser.AuthorizeAsync(suite.Request()));
        Assert.Equal(("invalid_request", null), (answer.Query("error"), answer.Query("code")));
    }

    [Fact(DisplayName = Prefix + "ensure-redirect-uri-in-authorization-request")]
    public Task No_redirect_uri() => PushFailsAsync("invalid_request", ("redirect_uri", null));

    [Fact(DisplayName = Prefix + "ensure-request-object-without-redirect-uri-fails")]
    public async Task Redirect_uri_outside_alone()
    {
        using var suite = new Fapi2Suite(site, "signer");
        var within = suite.RequestObject(suite.Request(("redirect_uri", null)));
        var push = await suite.PushAsync(new() { ["client_id"] = "signer", ["request"] = suite.Sign(within), ["redirect_uri"] = "https://signer.test/cb" });
        Assert.Equal("invalid_request", Fapi2Suite.Refused(push));
    }

    [Fact(DisplayName = Prefix + "ensure-response-type-code-idtoken-fails")]
    public Task Code_id_token() => PushFailsAsync("unsupported_response_type", ("response_type", "code id_token"));

    [Fact(DisplayName = Prefix + "ensure-response-type-token-fails")]
    public Task Token_response() => PushFailsAsync("unsupported_response_type", ("response_type", "token"));

    [Fact(DisplayName = Prefix + "ensure-client-id-in-token-endpoint")]
    public async Task Another_client_id_at_the_token_endpoint()
    {
        using var suite = Suite();
        var code = await suite.CodeAsync();
        Assert.Contains((await suite.RedeemAsync(code, ("client_id", "two"))).Text("error"), new[] { "invalid_client", "invalid_request", "invalid_grant" });
    }

    [Fact(DisplayName = Prefix + "ensure-authorization-code-is-bound-to-client")]
    public async Task Code_of_another_client()
    {
        using var suite = Suite();
        using var other = Suite("two");
        var code = await suite.CodeAsync();
        Assert.Equal("invalid_grant", (await suite.RedeemAsync(code, suite.Key.Header("POST", Fapi2Suite.Token), other.Proof())).Text("error"));
    }

    [Fact(DisplayName = Prefix + "attempt-reuse-authorization-code-after-one-second")]
    public async Task Code_used_twice()
    {
        using var suite = Suite();
        var code = await suite.CodeAsync();
        var tokens = await suite.RedeemAsync(code);
        Fapi2Suite.Issued(tokens);
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_grant", (await suite.RedeemAsync(code)).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await suite.AskUserInfoAsync(tokens.Text("access_token")!)).Status);
    }

    [Fact(DisplayName = Prefix + "ensure-token-endpoint-fails-with-expired-auth-code")]
    public async Task Expired_code()
    {
        using var suite = Suite();
        var code = await suite.CodeAsync();
        // §5.3.2.1: sixty seconds at most.
        site.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("invalid_grant", (await suite.RedeemAsync(code)).Text("error"));
    }

    [Fact(DisplayName = Prefix + "ensure-pkce-code-verifier-required")]
    public async Task No_verifier()
    {
        using var suite = Suite();
        Assert.Equal("invalid_request", (await suite.RedeemAsync(await suite.CodeAsync(), ("code_verifier", null))).Text("error"));
    }

    [Fact(DisplayName = Prefix + "incorrect-pkce-code-verifier-rejected")]
    public async Task Wrong_verifier()
    {
        using var suite = Suite();
        Assert.Equal("invalid_grant", (await suite.RedeemAsync(await suite.CodeAsync(), ("code_verifier", new string('v', 43)))).Text("error"));
    }

    // §5.3.2.1: refresh tokens are not rotated; §5.3.2: they are of one client.
    [Fact(DisplayName = Prefix + "refresh-token")]
    public async Task Refresh_token()
    {
        using var suite = Suite();
        using var other = Suite("two");
        var (tokens, first) = await suite.RunAsync();
        var token = tokens.Text("refresh_token")!;
        for (var i = 0; i < 3; i++)
        {
            var refreshed = await suite.RefreshAsync(token, suite.Key.Header("POST", Fapi2Suite.Token));
            Fapi2Suite.Issued(refreshed);
            Assert.Contains(refreshed.Text("refresh_token"), new[] { null, token });
            Assert.Equal(HttpStatusCode.OK, (await suite.AskUserInfoAsync(refreshed.Text("access_token")!)).Status);
            var claims = TestBrowser.Claims(refreshed.Text("id_token"));
            foreach (var name in new[] { "iss", "sub", "aud", "auth_time" }) Assert.Equal(first.GetProperty(name).ToString(), claims.GetProperty(name).ToString());
        }
        Assert.Equal("invalid_grant", (await other.RefreshAsync(token, other.Key.Header("POST", Fapi2Suite.Token))).Text("error"));
        Assert.Equal("invalid_dpop_proof", (await suite.RefreshAsync(token, null)).Text("error"));
        Fapi2Suite.Issued(await suite.RefreshAsync(token, suite.Key.Header("POST", Fapi2Suite.Token)));
    }
}
