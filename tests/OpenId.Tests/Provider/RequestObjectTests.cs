using System.Net;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>RFC 9101 and OpenID Connect Core §6, for clients of no profile; FAPI's own rules are in Fapi2/.</summary>
public sealed class RequestObjectTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private const string Elsewhere = "https://elsewhere.test";

    private Dictionary<string, object> Claims(string client = "jar", params (string Name, object? Value)[] changes)
    {
        var now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = client, ["aud"] = fixture.Site.Issuer, ["iat"] = now, ["exp"] = now + 300, ["jti"] = Guid.NewGuid().ToString("N"),
        };
        foreach (var (name, value) in TestBrowser.Request(client)) claims[name] = value;
        foreach (var (name, value) in changes)
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        return claims;
    }

    private static string Sign(Dictionary<string, object> claims, string? typ = "oauth-authz-req+jwt") => ProviderFixture.Jar.Sign(claims, typ);

    private static Dictionary<string, string> Outside(string request, string client = "jar") =>
        new() { ["client_id"] = client, ["response_type"] = "code", ["scope"] = "openid", ["redirect_uri"] = $"https://{client}.test/cb", ["state"] = "outside", ["request"] = request };

    [Theory]
    [InlineData("oauth-authz-req+jwt")]
    [InlineData("JWT")]
    [InlineData(null)]
    public async Task A_signed_request_counts_and_what_stands_beside_it_does_not(string? typ)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var outside = Outside(Sign(Claims(changes: [("max_age", 600), ("aud", new[] { Elsewhere, fixture.Site.Issuer })]), typ));
        outside["nonce"] = "outside";
        var seen = await browser.AuthorizeAsync(outside);
        Assert.Equal("st-1", seen.Query("state"));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(seen.Query("code")!, "jar"));
        Assert.Equal(("n-1", "openid profile"), (TestBrowser.Claims(tokens.Text("id_token")).GetProperty("nonce").GetString(), tokens.Text("scope")));
    }

    [Fact]
    public async Task It_needs_no_parameter_beside_it_but_the_client_and_waits_for_the_person()
    {
        using var browser = fixture.Browser();
        var seen = await browser.AuthorizeAsync(new() { ["client_id"] = "mustsign", ["request"] = Sign(Claims("mustsign")) });
        var back = await browser.SignInAsync("anna", seen.Query("back")!);
        Assert.StartsWith("https://mustsign.test/cb?code=", (await browser.GetAsync(back.Location!)).Location);
    }

    [Fact]
    public async Task It_may_be_pushed()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var push = await browser.PushAsync(new() { ["client_id"] = "mustsign", ["request"] = Sign(Claims("mustsign")), ["state"] = "outside" });
        Assert.Equal("st-1", (await browser.AuthorizeAsync(TestBrowser.Pushed(push, "mustsign"))).Query("state"));
        var unsigned = await browser.PushAsync(TestBrowser.Request("mustsign"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (unsigned.Status, unsigned.Text("error")));
        var both = await browser.PushAsync(new() { ["client_id"] = "jar", ["request"] = Sign(Claims()), ["request_uri"] = "urn:x" });
        Assert.Equal("invalid_request", both.Text("error"));
    }

    public static TheoryData<string, string, object?> Wrong() => new()
    {
        { "another issuer", "iss", "web" }, { "no issuer", "iss", null }, { "another audience", "aud", Elsewhere }, { "no audience", "aud", null },
        { "no expiry", "exp", null }, { "another client", "client_id", "web" }, { "no client", "client_id", null }, { "expired", "exp", -31L },
        { "too long", "exp", 3631L }, { "not yet", "nbf", 31L }, { "made later", "iat", 120L }, { "expiry as text", "exp", "soon" },
        { "a request within", "request", "x" }, { "a reference within", "request_uri", "urn:x" }, { "an assertion", "sub", "jar" },
        { "an empty jti", "jti", "" }, { "a long jti", "jti", new string('x', 257) }, { "a jti that is no text", "jti", 5L },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_request_that_is_not_this_clients_for_us_and_now_is_refused(string what, string name, object? value)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        if (value is long seconds && name != "jti") value = fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;
        var request = Sign(Claims(changes: [(name, value)]));
        var seen = await browser.AuthorizeAsync(Outside(request));
        Assert.True(seen.Query("error") == "invalid_request_object", $"{what}: {seen.Location}");
        Assert.Equal(("outside", fixture.Site.Issuer), (seen.Query("state"), seen.Query("iss")));
        // Where no address of the client's stands beside it, the person is told.
        var told = await browser.AuthorizeAsync(new() { ["client_id"] = "jar", ["request"] = request, ["redirect_uri"] = "https://evil.test/cb" });
        Assert.Equal((HttpStatusCode.BadRequest, null), (told.Status, told.Location));
    }

    [Fact]
    public async Task Signatures_that_are_none_or_anothers_or_of_another_algorithm_are_refused()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var good = Sign(Claims());
        var payload = good.Split('.')[1];
        string Header(string json) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(json));
        var stranger = new ClientSigner(SignatureAlgorithm.Es256);
        var rsa = new ClientSigner(SignatureAlgorithm.Rs256);
        string[] bad =
        [
            $"{Header("""{"alg":"none"}""")}.{payload}.", $"{Header("""{"alg":"HS256"}""")}.{payload}.{good.Split('.')[2]}", good[..^4] + "AAAA",
            stranger.Sign(Claims()), rsa.Sign(Claims()), good + ".x", "rubbish", payload, Sign(Claims(), "client-authentication+jwt"), Sign(Claims(), "logout+jwt"),
            ProviderFixture.Jar.Sign([]), Jws.Sign(ProviderFixture.Jar.Key, null, "[]"u8), Jws.Sign(ProviderFixture.Jar.Key, null, "{\"iss\":\"jar\",\"iss\":\"jar\"}"u8),
        ];
        foreach (var request in bad) Assert.Equal("invalid_request_object", (await browser.AuthorizeAsync(Outside(request))).Query("error"));
        var ps = await browser.AuthorizeAsync(Outside(new ClientSigner(SignatureAlgorithm.Ps256).Sign(Claims("mustsign")), "mustsign"));
        Assert.Equal("invalid_request_object", ps.Query("error"));
    }

    [Fact]
    public async Task A_client_without_a_key_cannot_sign_and_one_that_must_is_refused_without()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        Assert.Equal("request_not_supported", (await browser.AuthorizeAsync(Outside(Sign(Claims("web")), "web"))).Query("error"));
        Assert.Equal("invalid_request", (await browser.AuthorizeAsync(TestBrowser.Request("mustsign"))).Query("error"));
        var twice = await browser.AuthorizeAsync(new(Outside(Sign(Claims()))) { ["request_uri"] = "https://jar.test/request" });
        Assert.Equal("invalid_request", twice.Query("error"));
        Assert.Equal("request_uri_not_supported", (await browser.AuthorizeAsync(TestBrowser.Request("jar", ("request_uri", "https://jar.test/request")))).Query("error"));
    }

    [Fact]
    public async Task What_is_wrong_within_is_told_as_without_it()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        foreach (var (name, value, error) in new[]
                 {
                     ("response_type", "token", "unsupported_response_type"), ("scope", "profile", "invalid_scope"), ("code_challenge", null, "invalid_request"),
                     ("registration", "{}", "registration_not_supported"),
                 })
            Assert.Equal(error, (await browser.AuthorizeAsync(Outside(Sign(Claims(changes: [(name, value)]))))).Query("error"));
        var astray = await browser.AuthorizeAsync(Outside(Sign(Claims(changes: [("redirect_uri", "https://evil.test/cb")]))));
        Assert.Equal((HttpStatusCode.BadRequest, null), (astray.Status, astray.Location));
        var missing = await browser.AuthorizeAsync(Outside(Sign(Claims(changes: [("redirect_uri", null)]))));
        Assert.Equal(HttpStatusCode.BadRequest, missing.Status);
    }

    [Fact]
    public async Task A_jti_is_good_once_when_thirty_requests_race()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var outside = Outside(Sign(Claims()));
        var seen = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.AuthorizeAsync(outside)));
        Assert.Single(seen, s => s.Query("code") is not null);
        Assert.Equal(29, seen.Count(s => s.Query("error") == "invalid_request_object"));
        // Without one there is nothing to remember.
        var free = Outside(Sign(Claims(changes: [("jti", null)])));
        Assert.NotNull((await browser.AuthorizeAsync(free)).Query("code"));
        Assert.NotNull((await browser.AuthorizeAsync(free)).Query("code"));
    }

    [Fact]
    public async Task A_claims_parameter_may_stand_within_as_an_object()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(Outside(Sign(Claims(changes: [("claims", JsonDocument.Parse("""{"userinfo":{"email":null}}""").RootElement)]))));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(seen.Query("code")!, "jar"));
        Assert.Equal("anna@school.test", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("email"));
    }
}
