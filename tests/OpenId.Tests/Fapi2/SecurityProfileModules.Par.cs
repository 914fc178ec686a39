using System.Net;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.Tests.Fapi2;

public sealed partial class SecurityProfileModules
{
    private static void PageOfTheProvider(Seen seen)
    {
        Assert.Equal((HttpStatusCode.BadRequest, null), (seen.Status, seen.Location));
        Assert.Contains("invalid_request_uri", seen.Body);
    }

    private async Task AssertionFailsAtParAsync(params (string, object?)[] changes)
    {
        using var suite = Suite();
        Assert.Equal("invalid_client", await suite.RefusedPushAsync(suite.Request(), suite.Proof(changes)));
    }

    private async Task AssertionFailsAtTokenEndpointAsync(Func<Fapi2Suite, Dictionary<string, string>> proof, string client = "one")
    {
        using var suite = Suite(client);
        var code = await suite.CodeAsync();
        Assert.Equal("invalid_client", (await suite.RedeemAsync(code, suite.Key.Header("POST", Fapi2Suite.Token), proof(suite))).Text("error"));
        // Whoever is not the client spends no code.
        Fapi2Suite.Issued(await suite.RedeemAsync(code));
    }

    [Fact(DisplayName = Prefix + "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds")]
    public async Task Opened_again_before_sign_in()
    {
        using var suite = Suite();
        var request = suite.Request();
        var uri = Fapi2Suite.RequestUri(await suite.PushAsync(request));
        Assert.StartsWith("/login-page", (await suite.Browser.AuthorizeAsync(new() { ["client_id"] = "one", ["request_uri"] = uri })).Location);
        Fapi2Suite.Issued(await suite.RedeemAsync(suite.Code(request, await suite.OpenAsync(uri))));
    }

    [Fact(DisplayName = Prefix + "par-attempt-reuse-request_uri")]
    public async Task Opened_again_after_the_code()
    {
        using var suite = Suite();
        var request = suite.Request();
        var uri = Fapi2Suite.RequestUri(await suite.PushAsync(request));
        suite.Code(request, await suite.OpenAsync(uri));
        PageOfTheProvider(await suite.OpenAsync(uri));
    }

    [Fact(DisplayName = Prefix + "par-attempt-to-use-expired-request_uri")]
    public async Task Expired_reference()
    {
        using var suite = Suite();
        var uri = Fapi2Suite.RequestUri(await suite.PushAsync(suite.Request()));
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        PageOfTheProvider(await suite.OpenAsync(uri));
    }

    [Fact(DisplayName = Prefix + "par-attempt-to-use-request_uri-for-different-client")]
    public async Task Reference_of_another_client()
    {
        using var suite = Suite();
        using var other = Suite("two");
        PageOfTheProvider(await other.OpenAsync(Fapi2Suite.RequestUri(await suite.PushAsync(suite.Request()))));
    }

    [Fact(DisplayName = Prefix + "par-authorization-request-containing-request_uri-form-param")]
    public Task A_reference_pushed() => PushFailsAsync("invalid_request", ("request_uri", "urn:ietf:params:oauth:request_uri:x"));

    [Fact(DisplayName = Prefix + "par-attempt-invalid-http-method")]
    public async Task Invalid_method()
    {
        using var suite = Suite();
        var content = new FormUrlEncodedContent(suite.Request().Concat(suite.Proof()));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await suite.Browser.SendAsync(HttpMethod.Put, Fapi2Suite.Par, content)).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await suite.Browser.GetAsync(Fapi2Suite.Par)).Status);
    }

    [Fact(DisplayName = Prefix + "par-ensure-pkce-required")]
    public Task No_challenge() => PushFailsAsync("invalid_request", ("code_challenge", null), ("code_challenge_method", null));

    [Fact(DisplayName = Prefix + "par-plain-pkce-rejected")]
    public Task Plain_challenge() => PushFailsAsync("invalid_request", ("code_challenge_method", "plain"));

    [Fact(DisplayName = Prefix + "par-without-duplicate-parameters")]
    public async Task Nothing_beside_the_reference()
    {
        using var suite = Suite();
        Fapi2Suite.Issued(await suite.RedeemAsync(await suite.CodeAsync()));
    }

    [Fact(DisplayName = Prefix + "par-test-array-as-audience-fails")]
    public Task Array_as_audience() => AssertionFailsAtParAsync(("aud", new[] { Fapi2Site.Issuer }));

    [Fact(DisplayName = Prefix + "par-test-par-endpoint-url-as-audience-fails")]
    public Task Par_endpoint_as_audience() => AssertionFailsAtParAsync(("aud", Fapi2Site.Issuer + Fapi2Suite.Par));

    [Fact(DisplayName = Prefix + "par-test-token-endpoint-url-as-audience-fails")]
    public Task Token_endpoint_as_audience() => AssertionFailsAtParAsync(("aud", Fapi2Site.Issuer + Fapi2Suite.Token));

    [Fact(DisplayName = Prefix + "par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted")]
    public async Task Assertion_8_seconds_ahead()
    {
        using var suite = Suite();
        Fapi2Suite.RequestUri(await suite.PushAsync(suite.Request(), suite.Proof(("iat", suite.Now + 8), ("nbf", suite.Now + 8))));
    }

    [Fact(DisplayName = Prefix + "par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails")]
    public async Task Assertion_over_60_seconds_ahead()
    {
        var ahead = site.Clock.GetUtcNow().ToUnixTimeSeconds() + 70;
        await AssertionFailsAtParAsync(("iat", ahead), ("nbf", ahead), ("exp", ahead + 60));
    }

    [Fact(DisplayName = Prefix + "ensure-client-assertion-in-token-endpoint")]
    public Task No_assertion() => AssertionFailsAtTokenEndpointAsync(_ => new() { ["client_id"] = "one" });

    [Fact(DisplayName = Prefix + "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails")]
    public Task Expired_assertion() => AssertionFailsAtTokenEndpointAsync(s => s.Proof(("exp", s.Now - 300)));

    [Fact(DisplayName = Prefix + "ensure-client-assertion-with-wrong-aud-fails")]
    public Task Wrong_audience() => AssertionFailsAtTokenEndpointAsync(s => s.Proof(("aud", "https://fapi-invalid-audience.example.com")));

    [Fact(DisplayName = Prefix + "ensure-client-assertion-with-no-sub-fails")]
    public Task No_sub() => AssertionFailsAtTokenEndpointAsync(s => s.Proof(("sub", null)));

    [Fact(DisplayName = Prefix + "ensure-signed-client-assertion-with-RS256-fails")]
    public Task Assertion_by_rs256() => AssertionFailsAtTokenEndpointAsync(_ => Fapi2Suite.ProofOf(Jws.Sign(site.TwoByRs256, "JWT",
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Provider.ClientSigner.Claims("two", Fapi2Site.Issuer, site.Clock.GetUtcNow())))), "two");
}
