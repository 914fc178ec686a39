using System.Net;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>private_key_jwt over HTTP: what proves a client and what does not. Keys from an address: <see cref="ClientKeysTests"/>.</summary>
public sealed class PrivateKeyJwtTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private static readonly ClientSigner Es256 = new(SignatureAlgorithm.Es256), Ps256 = new(SignatureAlgorithm.Ps256), Rs256 = new(SignatureAlgorithm.Rs256);

    private string Issuer => fixture.Site.Issuer;
    private DateTimeOffset Now => fixture.Clock.GetUtcNow();

    private async Task<Seen> TryAsync(OpenIdClient client, string assertion, params (string, string?)[] changes)
    {
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
        using var browser = fixture.Browser();
        var code = await browser.CodeAsync("anna", TestBrowser.Request(client.ClientId));
        return await browser.TokenAsync(TestBrowser.Redeem(code, client.ClientId, [.. ClientSigner.Proof(assertion), .. changes]));
    }

    private Task<Seen> TryAsync(string id, params (string Name, object? Value)[] claims) =>
        TryAsync(Es256.Client(id), Es256.Sign(ClientSigner.Claims(id, Issuer, Now, claims)));

    private static void AssertRefused(Seen seen)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (seen.Status, seen.Text("error")));
        Assert.Equal("The client is unknown or did not authenticate.", seen.Text("error_description"));
        Assert.Equal("no-store", seen.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public async Task A_client_proves_itself_by_its_key(string algorithm)
    {
        var signer = algorithm switch { "ES256" => Es256, "PS256" => Ps256, _ => Rs256 };
        var id = "by-" + algorithm;
        var first = await TryAsync(signer.Client(id), signer.Sign(ClientSigner.Claims(id, Issuer, Now)));
        Assert.True(first.Status == HttpStatusCode.OK, first.Body);
        using var browser = fixture.Browser();
        var refreshed = await browser.RefreshAsync(first.Text("refresh_token")!, id, ClientSigner.Proof(signer.Sign(ClientSigner.Claims(id, Issuer, Now))));
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
    }

    [Fact]
    public async Task The_client_id_may_be_left_out_and_must_fit_when_it_is_there()
    {
        var good = await TryAsync(Es256.Client("named"), Es256.Sign(ClientSigner.Claims("named", Issuer, Now)), ("client_id", null));
        Assert.Equal(HttpStatusCode.OK, good.Status);
        AssertRefused(await TryAsync(Es256.Client("named"), Es256.Sign(ClientSigner.Claims("named", Issuer, Now)), ("client_id", "web")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("JWT")]
    [InlineData("client-authentication+jwt")]
    public async Task Its_typ_may_say_what_it_is(string? typ) =>
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(Es256.Client("typed"), Es256.Sign(ClientSigner.Claims("typed", Issuer, Now), typ))).Status);

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("oauth-authz-req+jwt")]
    public async Task Another_signed_message_of_the_client_is_no_assertion(string typ) =>
        AssertRefused(await TryAsync(Es256.Client("typed"), Es256.Sign(ClientSigner.Claims("typed", Issuer, Now), typ)));

    [Theory]
    [InlineData("token-endpoint")]
    [InlineData("issuer-in-list")]
    [InlineData("both-in-list")]
    public async Task Its_audience_may_be_the_token_endpoint_or_a_list_of_our_names_alone(string kind)
    {
        var token = Issuer + "/connect/token";
        object audience = kind switch { "token-endpoint" => token, "issuer-in-list" => new[] { Issuer }, _ => new[] { Issuer, token } };
        Assert.Equal(HttpStatusCode.OK, (await TryAsync("aud", ("aud", audience))).Status);
    }

    [Fact]
    public async Task An_audience_that_is_not_ours_alone_is_refused()
    {
        foreach (object? audience in new object?[]
                 { null, "", "https://other.test", new[] { Issuer, "https://other.test" }, Array.Empty<string>(), new object[] { Issuer, 1 }, Issuer + "/", Issuer.ToUpperInvariant(),
                   Issuer + "/connect/userinfo", 7 })
            AssertRefused(await TryAsync("aud", ("aud", audience)));
    }

    [Theory]
    [InlineData("iss", "other")]
    [InlineData("iss", null)]
    [InlineData("sub", null)]
    [InlineData("sub", "other")]
    [InlineData("jti", null)]
    [InlineData("jti", "")]
    [InlineData("jti", 5)]
    [InlineData("exp", null)]
    [InlineData("exp", "soon")]
    [InlineData("exp", -1)]
    [InlineData("exp", 1e300)]
    [InlineData("nbf", "now")]
    [InlineData("iat", true)]
    public async Task A_claim_that_is_missing_or_wrong_is_refused(string name, object? value) => AssertRefused(await TryAsync("claims", (name, value)));

    [Fact]
    public async Task A_jti_has_256_characters_at_most()
    {
        Assert.Equal(HttpStatusCode.OK, (await TryAsync("jti", ("jti", new string('j', 256)))).Status);
        AssertRefused(await TryAsync("jti", ("jti", new string('j', 257))));
    }

    [Theory]
    [InlineData("iat", 8, true)]
    [InlineData("nbf", 8, true)]
    [InlineData("iat", 60, true)]
    [InlineData("nbf", 60, true)]
    [InlineData("iat", 61, false)]
    [InlineData("nbf", 61, false)]
    [InlineData("exp", -59, true)]
    [InlineData("exp", -61, false)]
    [InlineData("exp", 3660, true)]
    [InlineData("exp", 3661, false)]
    public async Task Clocks_may_differ_by_a_minute_and_an_assertion_lives_an_hour_at_most(string name, int seconds, bool good)
    {
        var seen = await TryAsync("clock", (name, Now.ToUnixTimeSeconds() + seconds), ("iat", name == "iat" ? Now.ToUnixTimeSeconds() + seconds : null));
        Assert.Equal(good ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, seen.Status);
    }

    [Fact]
    public async Task An_assertion_is_good_once_also_when_thirty_requests_race_and_not_for_another_grant()
    {
        await fixture.Site.Clients.RegisterAsync(Es256.Client("once"), default);
        using var browser = fixture.Browser();
        var assertion = Es256.Sign(ClientSigner.Claims("once", Issuer, Now));
        var codes = new List<string>();
        for (var i = 0; i < 30; i++) codes.Add(await browser.CodeAsync("anna", TestBrowser.Request("once")));
        var answers = await Task.WhenAll(codes.Select(c => browser.TokenAsync(TestBrowser.Redeem(c, "once", ClientSigner.Proof(assertion)))));
        var good = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != good), AssertRefused);
        AssertRefused(await browser.RefreshAsync(good.Text("refresh_token")!, "once", ClientSigner.Proof(assertion)));
    }

    [Fact]
    public async Task A_forged_assertion_uses_no_jti_up()
    {
        await fixture.Site.Clients.RegisterAsync(Es256.Client("forged"), default);
        var claims = ClientSigner.Claims("forged", Issuer, Now);
        AssertRefused(await TryAsync(Es256.Client("forged"), new ClientSigner(SignatureAlgorithm.Es256).Sign(claims)));
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(Es256.Client("forged"), Es256.Sign(claims))).Status);
    }

    [Fact]
    public async Task What_is_not_signed_by_the_clients_key_and_an_allowed_algorithm_is_refused()
    {
        var claims = ClientSigner.Claims("unsigned", Issuer, Now);
        var good = Es256.Sign(claims).Split('.');
        static string Part(string json) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(json));
        var kid = Es256.Key.Kid;
        foreach (var assertion in new[]
                 {
                     "x", "e30.e30.", "a.b.c", ".." , "e30", $"{good[0]}.{good[1]}.", $"{Part("""{"alg":"none"}""")}.{good[1]}.", $"{Part($$"""{"alg":"HS256","kid":"{{kid}}"}""")}.{good[1]}.{good[2]}",
                     $"{Part($$"""{"alg":"ES384","kid":"{{kid}}"}""")}.{good[1]}.{good[2]}", $"{good[0]}.{good[1]}.{good[2]}.x", good[0] + "." + Part(JsonSerializer.Serialize(claims) + " ") + "." + good[2],
                     Rs256.Sign(claims), new string('a', 20_000) + "." + good[1] + "." + good[2],
                 })
            AssertRefused(await TryAsync(Es256.Client("unsigned"), assertion, ("client_id", "unsigned")));
    }

    [Fact]
    public async Task Exactly_one_method_and_the_registered_one()
    {
        var proof = Es256.Sign(ClientSigner.Claims("one-way", Issuer, Now));
        Assert.Equal("invalid_request", (await TryAsync(Es256.Client("one-way"), proof, ("client_secret", TestBrowser.Secret))).Text("error"));
        AssertRefused(await TryAsync(Es256.Client("one-way"), proof, ("client_assertion", null), ("client_assertion_type", null)));
        AssertRefused(await TryAsync(Es256.Client("one-way"), proof, ("client_assertion", null), ("client_assertion_type", null), ("client_secret", TestBrowser.Secret)));
        AssertRefused(await TryAsync(Es256.Client("one-way"), proof, ("client_assertion_type", null)));
        AssertRefused(await TryAsync(Es256.Client("one-way"), proof, ("client_assertion", null)));
        AssertRefused(await TryAsync(Es256.Client("one-way"), proof, ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")));
        AssertRefused(await TryAsync(ProviderFixture.Client("by-secret") with { Jwks = Es256.Jwks }, Es256.Sign(ClientSigner.Claims("by-secret", Issuer, Now))));
        AssertRefused(await TryAsync(ProviderFixture.Client("public") with { Type = "public", SecretHashes = [], Jwks = Es256.Jwks }, Es256.Sign(ClientSigner.Claims("public", Issuer, Now))));
        using var browser = fixture.Browser();
        var header = await browser.TokenAsync(TestBrowser.Redeem("x", "one-way", ClientSigner.Proof(Es256.Sign(ClientSigner.Claims("one-way", Issuer, Now)))), ("Authorization", "Basic b25lLXdheTp4"));
        Assert.Equal("invalid_request", header.Text("error"));
    }

    [Fact]
    public async Task An_id_token_of_ours_is_no_client_assertion()
    {
        using var browser = fixture.Browser();
        var idToken = (await browser.TokensAsync("web")).Text("id_token")!;
        AssertRefused(await browser.TokenAsync(TestBrowser.Redeem("x", "web", [.. ClientSigner.Proof(idToken), ("client_id", null)])));
    }

    [Fact]
    public async Task A_removed_client_proves_nothing()
    {
        var client = Es256.Client("removed");
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(client, Es256.Sign(ClientSigner.Claims("removed", Issuer, Now)))).Status);
        await fixture.Site.Clients.RemoveAsync("removed", default);
        using var browser = fixture.Browser();
        AssertRefused(await browser.TokenAsync(TestBrowser.Redeem("x", "removed", ClientSigner.Proof(Es256.Sign(ClientSigner.Claims("removed", Issuer, Now))))));
    }
}
