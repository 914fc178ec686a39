using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>What an authorization request may hold, and what it may not.</summary>
public abstract partial class BasicOpModules
{
    [Fact(DisplayName = "oidcc-response-type-missing")]
    public async Task oidcc_response_type_missing()
    {
        using var suite = NewSuite();
        Assert.Contains(await suite.ErrorAsync(suite.Request(("response_type", null))), new[] { "invalid_request", "unsupported_response_type" });
        Assert.Equal(0, suite.SignInPages);
    }

    [Fact(DisplayName = "oidcc-display-page")]
    public Task oidcc_display_page() => HarmlessAsync(("display", "page"));

    [Fact(DisplayName = "oidcc-display-popup")]
    public Task oidcc_display_popup() => HarmlessAsync(("display", "popup"));

    [Fact(DisplayName = "oidcc-ensure-request-with-unknown-parameter-succeeds")]
    public Task oidcc_ensure_request_with_unknown_parameter_succeeds() => HarmlessAsync(("extra", "foobar"));

    [Fact(DisplayName = "oidcc-ensure-request-with-acr-values-succeeds")]
    public async Task oidcc_ensure_request_with_acr_values_succeeds()
    {
        var signedIn = await HarmlessAsync(("acr_values", "1 2"));
        // A wish: if it is answered, then by what was true, as one text.
        if (signedIn.Claims.TryGetProperty("acr", out var acr)) Assert.Equal(JsonValueKind.String, acr.ValueKind);
    }

    [Fact(DisplayName = "oidcc-claims-locales")]
    public Task oidcc_claims_locales() => HarmlessAsync(("claims_locales", "se"));

    [Fact(DisplayName = "oidcc-ui-locales")]
    public async Task oidcc_ui_locales()
    {
        await HarmlessAsync(("ui_locales", "se"));
        using var suite = NewSuite();
        await suite.RunAsync(("ui_locales", "en-GB ru"));
        Assert.Equal("en-GB ru", suite.LastSignInPage!.Query("ui_locales"));
    }

    [Fact(DisplayName = "oidcc-login-hint")]
    public async Task oidcc_login_hint()
    {
        using var suite = NewSuite();
        await suite.RunAsync(("login_hint", "buffy@op.region.test"));
        Assert.Equal("buffy@op.region.test", suite.LastSignInPage!.Query("hint"));
    }

    [Fact(DisplayName = "oidcc-prompt-login")]
    public async Task oidcc_prompt_login()
    {
        using var suite = NewSuite();
        var first = await suite.RunAsync();
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await suite.RunAsync(("prompt", "login"));
        Assert.Equal(2, suite.SignInPages);
        Assert.True(second.AuthTime > first.AuthTime);
        Assert.Equal(first.Subject, second.Subject);
    }

    [Fact(DisplayName = "oidcc-prompt-none-not-logged-in")]
    public async Task oidcc_prompt_none_not_logged_in()
    {
        using var suite = NewSuite();
        Assert.Equal("login_required", await suite.ErrorAsync(suite.Request(("prompt", "none"))));
        Assert.Equal(0, suite.SignInPages);
    }

    [Fact(DisplayName = "oidcc-prompt-none-logged-in")]
    public Task oidcc_prompt_none_logged_in() => SameSignInTwiceAsync(_ => [("prompt", "none")]);

    [Fact(DisplayName = "oidcc-id-token-hint")]
    public Task oidcc_id_token_hint() => SameSignInTwiceAsync(first => [("prompt", "none"), ("id_token_hint", first.IdToken)]);

    [Fact(DisplayName = "oidcc-max-age-10000")]
    public Task oidcc_max_age_10000() => SameSignInTwiceAsync(_ => [("max_age", "10000")], ("max_age", "15000"));

    [Fact(DisplayName = "oidcc-max-age-1")]
    public async Task oidcc_max_age_1()
    {
        using var suite = NewSuite();
        var first = await suite.RunAsync();
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        var second = await suite.RunAsync(("max_age", "1"));
        Assert.Equal(2, suite.SignInPages);
        Assert.True(second.AuthTime > first.AuthTime);
        Assert.InRange(site.Clock.GetUtcNow().ToUnixTimeSeconds() - second.AuthTime, 0, 1);
    }

    [Fact(DisplayName = "oidcc-ensure-registered-redirect-uri")]
    public async Task oidcc_ensure_registered_redirect_uri()
    {
        using var suite = NewSuite();
        await suite.PageAsync(suite.Request(("redirect_uri", suite.RedirectUri + "/" + Guid.NewGuid().ToString("N"))));
        await suite.RunAsync();
        await suite.PageAsync(suite.Request(("redirect_uri", suite.RedirectUri + "2")));
    }

    [Fact(DisplayName = "oidcc-ensure-post-request-succeeds")]
    public async Task oidcc_ensure_post_request_succeeds()
    {
        using var suite = NewSuite();
        await suite.RunAsync(suite.Request(), byPost: true);
        Assert.Equal(1, suite.SignInPages);
    }

    // Requests by reference are for PAR alone here: a request_uri of the client's own is never fetched.
    [Fact(DisplayName = "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")]
    public async Task oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported()
    {
        using var suite = NewSuite();
        var request = suite.Request();
        Assert.Contains(await suite.ErrorAsync(With(request, "request_uri", "https://suite.test/request.jwt#" + Guid.NewGuid())), new[] { "request_uri_not_supported", "invalid_request_uri" });
        Assert.False((await suite.DiscoveryAsync()).Json.GetProperty("request_uri_parameter_supported").GetBoolean());
    }

    // An unsigned object is never obeyed and never passed over in silence.
    [Fact(DisplayName = "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")]
    public async Task oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported()
    {
        using var suite = NewSuite();
        var request = suite.Request();
        Assert.Contains(await suite.ErrorAsync(With(request, "request", Unsigned(request))), new[] { "request_not_supported", "invalid_request_object" });
        if ((await suite.DiscoveryAsync()).Json.TryGetProperty("request_object_signing_alg_values_supported", out var algorithms))
            Assert.DoesNotContain("none", algorithms.EnumerateArray().Select(a => a.GetString()));
    }

    // The good address stands in the object alone. Unsigned, it is not obeyed: the other may not be followed, and the registered one not be
    // guessed. Signed, it goes before the other.
    [Fact(DisplayName = "oidcc-ensure-request-object-with-redirect-uri")]
    public async Task oidcc_ensure_request_object_with_redirect_uri()
    {
        using var suite = NewSuite("jar");
        var request = suite.Request();
        var elsewhere = With(request, "redirect_uri", "https://jar.test/" + Guid.NewGuid().ToString("N"));
        await suite.PageAsync(With(elsewhere, "request", Unsigned(request)));
        var claims = request.ToDictionary(p => p.Key, p => (object)p.Value);
        foreach (var (name, value) in ClientSigner.Claims("jar", ConformanceSite.Issuer, site.Clock.GetUtcNow(), ("sub", null))) claims[name] = value;
        var ending = Assert.IsType<Ending.AtClient>(await suite.SendAsync(With(elsewhere, "request", site.Jar.Sign(claims)), backTo: request["redirect_uri"]));
        Checks.GoodAnswer(request, ending);
        Checks.TokenAnswer(await suite.RedeemAsync(request, ending["code"]!));
    }

    [Fact(DisplayName = "oidcc-claims-essential")]
    public async Task oidcc_claims_essential()
    {
        using var suite = NewSuite();
        var supported = (await suite.DiscoveryAsync()).Json.GetProperty("claims_parameter_supported").GetBoolean();
        var (signedIn, userInfo) = await suite.RunToUserInfoAsync(("claims", """{"userinfo":{"name":{"essential":true}}}"""));
        Assert.Equal(supported, userInfo.Json.TryGetProperty("name", out _));
        Assert.False(signedIn.Claims.TryGetProperty("name", out _));
    }

    [Fact(DisplayName = "oidcc-ensure-request-with-valid-pkce-succeeds")]
    public async Task oidcc_ensure_request_with_valid_pkce_succeeds()
    {
        using var suite = NewSuite();
        Assert.Contains("S256", (await suite.DiscoveryAsync()).Json.GetProperty("code_challenge_methods_supported").EnumerateArray().Select(m => m.GetString()));
        await suite.RunAsync();
        // And it is not for show: another verifier, or none, gets nothing.
        foreach (var verifier in new[] { TestBrowser.Verifier, null })
        {
            var request = suite.Request();
            var form = new List<(string, string)> { ("grant_type", "authorization_code"), ("code", await suite.CodeAsync(request)), ("redirect_uri", suite.RedirectUri) };
            if (verifier is not null) form.Add(("code_verifier", verifier));
            Checks.TokenError(await suite.CallTokenEndpointAsync([.. form]), verifier is null ? "invalid_request" : "invalid_grant");
        }
    }

    private async Task<SignedIn> HarmlessAsync((string Name, string? Value) parameter)
    {
        using var suite = NewSuite();
        var signedIn = await suite.RunAsync(parameter);
        Assert.Equal(1, suite.SignInPages);
        return signedIn;
    }

    /// <summary>Signs in and asks a second time; that time nobody is asked, and both speak of the same sign-in.</summary>
    private async Task SameSignInTwiceAsync(Func<SignedIn, (string, string?)[]> second, params (string, string?)[] first)
    {
        using var suite = NewSuite();
        var before = await suite.RunAsync(first);
        site.Clock.Advance(TimeSpan.FromSeconds(5));
        var after = await suite.RunAsync(second(before));
        Assert.Equal(1, suite.SignInPages);
        Assert.Equal((before.Subject, before.AuthTime), (after.Subject, after.AuthTime));
    }

    private static Dictionary<string, string> With(Dictionary<string, string> request, string name, string value) => new(request) { [name] = value };

    private static string Unsigned(Dictionary<string, string> request) =>
        Base64Url.EncodeToString("""{"alg":"none"}"""u8) + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(request)) + ".";
}
