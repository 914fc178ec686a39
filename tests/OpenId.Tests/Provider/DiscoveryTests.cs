using System.Net;
using System.Text.Json;

namespace Aupd.OpenId.Tests.Provider;

public sealed class DiscoveryTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Fact]
    public async Task The_document_tells_what_the_provider_does()
    {
        using var browser = fixture.Browser();
        var seen = await browser.GetAsync("/.well-known/openid-configuration");
        Assert.Equal((HttpStatusCode.OK, "application/json", "*"), (seen.Status, seen.Header("Content-Type"), seen.Header("Access-Control-Allow-Origin")));
        Assert.Equal(fixture.Site.Issuer, seen.Text("issuer"));
        string[] List(string name) => seen.Json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!).ToArray();
        Assert.Equal(["code"], List("response_types_supported"));
        Assert.Equal(["S256"], List("code_challenge_methods_supported"));
        Assert.Equal(["openid", "profile", "email", "offline_access"], List("scopes_supported"));
        Assert.Contains("email", List("claims_supported"));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"], List("token_endpoint_auth_methods_supported"));
        Assert.Equal(["ES256", "PS256", "RS256"], List("token_endpoint_auth_signing_alg_values_supported"));
        Assert.Contains("RS256", List("id_token_signing_alg_values_supported"));
        foreach (var name in new[] { "request_uri_parameter_supported", "require_pushed_authorization_requests" })
            Assert.Equal(JsonValueKind.False, seen.Json.GetProperty(name).ValueKind);
        foreach (var name in new[] { "request_parameter_supported", "claims_parameter_supported", "authorization_response_iss_parameter_supported", "backchannel_logout_supported", "backchannel_logout_session_supported" })
            Assert.Equal(JsonValueKind.True, seen.Json.GetProperty(name).ValueKind);
        foreach (var name in new[] { "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "pushed_authorization_request_endpoint", "end_session_endpoint", "jwks_uri" })
            Assert.NotEqual(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri(seen.Text(name)!).PathAndQuery)).Status);
    }

    [Fact]
    public async Task A_script_of_another_origin_may_read_discovery_keys_tokens_and_claims_and_nothing_else()
    {
        using var browser = fixture.Browser();
        var origin = ("Origin", "https://app.test");
        foreach (var path in new[] { "/connect/token", "/connect/userinfo", "/.well-known/openid-configuration" })
        {
            var preflight = await browser.SendAsync(HttpMethod.Options, path, null, origin, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
            Assert.Equal((HttpStatusCode.NoContent, "*"), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
            Assert.Null(preflight.Header("Access-Control-Allow-Credentials"));
        }
        Assert.Equal("*", (await browser.GetAsync("/connect/jwks", origin)).Header("Access-Control-Allow-Origin"));
        Assert.Equal("*", (await browser.TokenAsync(new() { ["grant_type"] = "x" }, origin)).Header("Access-Control-Allow-Origin"));
        foreach (var path in new[] { "/connect/authorize", "/connect/logout" }) Assert.Null((await browser.GetAsync(path, origin)).Header("Access-Control-Allow-Origin"));
    }
}
