using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>Of plan "oidcc-dynamic-certification-test-plan", what does not need dynamic registration.</summary>
[Collection(SharedConformanceSite.Name)]
public sealed class DynamicOp(ConformanceSite site)
{
    private const string Query = "?dummy1=lorem&dummy2=ipsum";

    [Fact(DisplayName = "oidcc-idtoken-rs256")]
    public async Task oidcc_idtoken_rs256()
    {
        using var suite = new Suite(site, client: "rs256");
        var signedIn = await suite.RunAsync();
        Assert.Equal("RS256", Checks.Signed(signedIn.IdToken, (await suite.Browser.GetAsync("/connect/jwks")).Json));
    }

    [Fact(DisplayName = "oidcc-ensure-redirect-uri-in-authorization-request")]
    public async Task oidcc_ensure_redirect_uri_in_authorization_request()
    {
        using var suite = new Suite(site);
        await suite.PageAsync(suite.Request(("redirect_uri", null)));
    }

    [Fact(DisplayName = "oidcc-redirect-uri-query-OK")]
    public async Task oidcc_redirect_uri_query_OK()
    {
        using var suite = new Suite(site);
        var request = suite.Request(("redirect_uri", suite.RedirectUri + Query));
        var signedIn = await suite.RunAsync(request);
        Assert.Equal("anna", signedIn.Subject);
    }

    [Fact(DisplayName = "oidcc-redirect-uri-query-mismatch")]
    public async Task oidcc_redirect_uri_query_mismatch()
    {
        using var suite = new Suite(site);
        await suite.PageAsync(suite.Request(("redirect_uri", suite.RedirectUri + "?dummy1=lorem&dummy2=dolor")));
        await suite.PageAsync(suite.Request(("redirect_uri", suite.RedirectUri + "?dummy2=ipsum&dummy1=lorem")));
    }

    [Fact(DisplayName = "oidcc-redirect-uri-query-added")]
    public async Task oidcc_redirect_uri_query_added()
    {
        using var suite = new Suite(site);
        await suite.PageAsync(suite.Request(("redirect_uri", suite.RedirectUri + "?foo=bar")));
        await suite.PageAsync(suite.Request(("redirect_uri", suite.RedirectUri + Query + "&foo=bar")));
    }

    [Fact(DisplayName = "oidcc-redirect-uri-regfrag")]
    public async Task oidcc_redirect_uri_regfrag()
    {
        var client = site.Client("fragment");
        var refused = Assert.IsType<RegisterClientOutcome.Refused>(
            await site.Site.Clients.RegisterAsync(client with { RedirectUris = ["https://fragment.test/cb#foobar"] }, default));
        Assert.Contains("fragment", Assert.Single(refused.Faults));
        using var suite = new Suite(site, client: "fragment");
        await suite.PageAsync(suite.Request());
    }

    [Fact(DisplayName = "oidcc-server-rotate-keys")]
    public async Task oidcc_server_rotate_keys()
    {
        using var suite = new Suite(site);
        var before = await KeysAsync(suite);
        var signedBefore = await suite.RunAsync();
        await site.Site.Services.GetRequiredService<ISigningKeys>().RotateAsync(null, forgetOld: false, default);
        site.Clock.Advance(TimeSpan.FromSeconds(31));
        var after = await KeysAsync(suite);
        Assert.NotEmpty(Kids(after).Except(Kids(before)));
        Assert.Subset(Kids(after).ToHashSet(), Kids(before).ToHashSet());
        // The old key still reads what it has signed; the new one signs now.
        Checks.Signed(signedBefore.IdToken, after);
        var signedAfter = await suite.RunAsync();
        Assert.DoesNotContain(TestBrowser.Header(signedAfter.IdToken).GetProperty("kid").GetString(), Kids(before));
    }

    [Fact(DisplayName = "oidcc-refresh-token-rp-key-rotation")]
    public async Task oidcc_refresh_token_rp_key_rotation()
    {
        var (before, after) = (new ClientSigner(SignatureAlgorithm.Rs256), new ClientSigner(SignatureAlgorithm.Rs256));
        await using var server = await JwksServer.StartAsync(before);
        await site.RegisterAsync(site.Client("rotating") with { SecretHashes = [], Authentication = "private_key_jwt", JwksUri = server.Uri });
        using var first = new Suite(site, client: "rotating") { Signer = before };
        var signedIn = await first.RunAsync(("scope", "openid offline_access"), ("prompt", "consent"));
        server.Publish(after);
        // The suite waits as long, so as not to be taken for one who asks too often.
        site.Clock.Advance(TimeSpan.FromSeconds(60));
        using var second = new Suite(site, client: "rotating") { Signer = after };
        var answer = await second.RefreshAsync(signedIn.Tokens.Text("refresh_token")!);
        Checks.TokenAnswer(answer);
        Checks.UserInfo(await second.Browser.UserInfoAsync(answer.Text("access_token")!), signedIn.Claims);
        // The key that was taken down proves nothing any more.
        var refused = await first.RefreshAsync(answer.Text("refresh_token")!);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (refused.Status, refused.Text("error")));
        Checks.TokenAnswer(await second.RefreshAsync(answer.Text("refresh_token")!));
    }

    [Fact(DisplayName = "oidcc-ensure-client-assertion-with-iss-aud-succeeds")]
    public async Task oidcc_ensure_client_assertion_with_iss_aud_succeeds()
    {
        var signer = new ClientSigner(SignatureAlgorithm.Ps256);
        await site.RegisterAsync(site.Client("keyed") with { SecretHashes = [], Authentication = "private_key_jwt", Jwks = signer.Jwks });
        using var suite = new Suite(site, client: "keyed") { Signer = signer };
        Assert.Contains("private_key_jwt", (await suite.DiscoveryAsync()).List("token_endpoint_auth_methods_supported"));
        await suite.RunToUserInfoAsync();
    }

    private static async Task<JsonElement> KeysAsync(Suite suite)
    {
        var keys = await suite.Browser.GetAsync("/connect/jwks");
        Assert.Equal(HttpStatusCode.OK, keys.Status);
        Checks.KeySet(keys.Json);
        return keys.Json;
    }

    private static IEnumerable<string> Kids(JsonElement keys) => keys.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!);
}
