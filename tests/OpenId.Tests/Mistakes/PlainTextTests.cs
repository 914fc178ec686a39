using System.Net;
using System.Text;
using System.Text.Json;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>What PostgreSQL cannot keep never gets there: U+0000 in a form or, escaped, in JSON, numbers beyond its range (LO issue 8990: a
/// 500 from the audit trail), JSON without a bottom (KA: filters of any depth).</summary>
[Collection(OneProvider.Name)]
public sealed class PlainTextTests(ProviderFixture fixture)
{
    [Fact]
    public async Task LO_8990_a_NUL_in_any_parameter_is_a_bad_request_and_costs_nothing()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var refresh = (await browser.TokensAsync("anna")).Text("refresh_token")!;
        var screen = await Screen.AskAsync(browser);
        var requests = new (string Path, Dictionary<string, string> Form)[]
        {
            ("/connect/token", TestBrowser.Redeem(await browser.CodeAsync("anna"))),
            ("/connect/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh, ["client_id"] = "web", ["client_secret"] = TestBrowser.Secret, ["scope"] = "openid" }),
            ("/connect/token", Screen.Form("tv", ("grant_type", GrantTypes.DeviceCode), ("device_code", screen.DeviceCode))),
            ("/connect/par", new(TestBrowser.Request()) { ["client_secret"] = TestBrowser.Secret, ["claims"] = "{}", ["login_hint"] = "anna" }),
            ("/connect/device_authorization", Screen.Form("tv", ("scope", "openid"))),
            ("/connect/introspect", Screen.Form("web", ("token", refresh))),
            ("/connect/revoke", Screen.Form("web", ("token", "x"), ("token_type_hint", "refresh_token"))),
        };
        foreach (var (path, form) in requests)
        {
            foreach (var (name, value) in form.Append(new("odd", "x")))
                foreach (var spoilt in new[] { "\0", value + "\0", "\0" + value, value + "\0" + value })
                {
                    var seen = await browser.PostAsync(path, new Dictionary<string, string>(form) { [name] = spoilt });
                    Assert.True(seen.Status == HttpStatusCode.BadRequest && seen.Text("error") == "invalid_request", $"{path} with NUL in {name}: {(int)seen.Status} {seen.Body}");
                }
            var good = await browser.PostAsync(path, form);
            Assert.True((int)good.Status < 300 || good.Text("error") == "authorization_pending", $"{path}: {good.Body}");
        }
    }

    public static TheoryData<string> OddJson =>
    [
        """{"userinfo":{"name":{"value":"a\u0000b"}}}""", """{"userinfo":{"a\u0000b":null}}""", """{"userinfo":{"name":{"value":{"a\u0000b":1}}}}""", """{"userinfo":{"name":{"values":[["\u0000"]]}}}""",
        """{"userinfo":{"name":{"value":{"a":{"\u0000":null}}}}}""", """{"id_token":{"name":{"values":[{"\ud800":1}]}}}""", """{"userinfo":{"name":{"value":1e999999}}}""",
        """{"userinfo":{"name":{"value":-1e-999999}}}""", """{"userinfo":{"name":{"values":[{"a":[1e200000]}]}}}""", """{"userinfo":{"name":{"value":"\udc00"}}}""",
    ];

    [Theory, MemberData(nameof(OddJson))]
    public async Task LO_8990_what_the_database_cannot_keep_of_a_claims_parameter_is_a_bad_request(string claims)
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var seen = await browser.AuthorizeAsync(TestBrowser.Request("web", ("claims", claims)));
        Assert.True(seen.Query("error") == "invalid_request", $"{(int)seen.Status} {seen.Location}");
        var pushed = await browser.PushAsync(TestBrowser.Request("web", ("claims", claims)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (pushed.Status, pushed.Text("error")));
    }

    [Fact]
    public async Task LO_8990_what_the_database_cannot_keep_of_a_registration_is_a_bad_request()
    {
        using var browser = fixture.Browser();
        await fixture.Site.Clients.RegisterAsync(ServiceClients.Service("registrar") with { Scopes = ["aupd.clients"], Resources = [] }, default);
        var token = (await browser.OwnTokenAsync("registrar")).Text("access_token")!;
        Task<Seen> PutAsync(string body) => browser.SendAsync(HttpMethod.Put, "/admin/clients/odd", new StringContent(body, Encoding.UTF8, "application/json"), ("Authorization", "Bearer " + token));
        var jwk = JsonSerializer.Serialize(ProviderFixture.Jar.Jwks.GetProperty("keys")[0]).TrimEnd('}');
        string Draft(string more) => $$"""{"name":"Странный","redirectUris":["https://odd.test/cb"],{{more}}}""";
        foreach (var more in new[]
                 {
                     "\"owner\":\"a\\u0000b\"", "\"a\\u0000b\":1", $$"""
                     "jwks":{"keys":[{{jwk}},"n\u0000":1}]}
                     """, $$"""
                     "jwks":{"keys":[{{jwk}},"note":1e999999}]}
                     """, $$"""
                     "jwks":{"keys":[{{jwk}},"note":[{"y":-1e-999999}]}]}
                     """, "\"consentDays\":1e999999", "\"jwks\":" + string.Concat(Enumerable.Repeat("[", 10_000)), $"\"jwks\":{Deep(10_000)}",
                 })
        {
            var seen = await PutAsync(Draft(more));
            Assert.True(seen.Status == HttpStatusCode.BadRequest, $"{more[..Math.Min(80, more.Length)]}: {(int)seen.Status} {seen.Body}");
        }
        var good = await PutAsync(Draft($$"""
            "jwks":{"keys":[{{jwk}},"note":1.5e3}]}
            """));
        Assert.True(good.Status == HttpStatusCode.Created, good.Body);
    }

    [Fact]
    public async Task KA_1_10_JSON_without_a_bottom_is_refused_wherever_JSON_is_read()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        foreach (var depth in new[] { 17, 300, 5_000 })
        {
            Assert.Equal("invalid_request", (await browser.PushAsync(TestBrowser.Request("web", ("claims", "{\"userinfo\":{\"name\":{\"value\":" + Deep(depth) + "}}}")))).Text("error"));
            var assertion = $"{Encode("""{"alg":"ES256"}""")}.{Encode($$"""{"iss":"web","sub":"web","x":{{Deep(depth)}}}""")}.AAAA";
            Assert.Equal("invalid_client", (await browser.TokenAsync(TestBrowser.Redeem("x", changes: ClientSigner.Proof(assertion)))).Text("error"));
            Assert.Equal("invalid_request", (await browser.PushAsync(TestBrowser.Request("web", ("id_token_hint", assertion)))).Text("error"));
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/connect/userinfo", ("Authorization", "Bearer " + assertion[..Math.Min(assertion.Length, 8000)]))).Status);
        }
    }

    private static string Deep(int depth) => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
