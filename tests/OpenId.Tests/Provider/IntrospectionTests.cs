using System.Net;
using System.Text;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>RFC 7662: a resource server asks of tokens that are for it; everything is looked up live.</summary>
public sealed class IntrospectionTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        foreach (var client in new[]
                 {
                     ServiceClients.Service(), ServiceClients.Service("jwt", "jwt"), ServiceClients.Api("api", ServiceClients.DiaryApi), ServiceClients.Api("foreign", ServiceClients.MarksApi),
                 })
            Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Of_its_own_token_a_client_learns_what_it_is_good_for_and_no_name()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna", scope: "openid profile email");
        var seen = await browser.IntrospectAsync(tokens.Text("access_token")!);
        Assert.Equal((HttpStatusCode.OK, "no-store", "application/json"), (seen.Status, seen.Header("Cache-Control"), seen.Header("Content-Type")));
        var now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(["active", "aud", "auth_time", "client_id", "exp", "iat", "iss", "nbf", "scope", "sub", "token_type"], seen.Json.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(("anna", "web", fixture.Site.Issuer, fixture.Site.Issuer, "openid profile email", "Bearer"),
            (seen.Text("sub"), seen.Text("client_id"), seen.Text("iss"), seen.Text("aud"), seen.Text("scope"), seen.Text("token_type")));
        Assert.Equal((now, now, now + 600), (seen.Json.GetProperty("iat").GetInt64(), seen.Json.GetProperty("nbf").GetInt64(), seen.Json.GetProperty("exp").GetInt64()));
    }

    [Fact]
    public async Task Of_its_own_refresh_token_too()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        var seen = await browser.IntrospectAsync(tokens.Text("refresh_token")!);
        Assert.True(seen.Json.GetProperty("active").GetBoolean());
        Assert.Equal(("anna", "openid profile"), (seen.Text("sub"), seen.Text("scope")));
        Assert.False(seen.Json.TryGetProperty("token_type", out _));
        Assert.Equal(30 * 86_400, seen.Json.GetProperty("exp").GetInt64() - seen.Json.GetProperty("iat").GetInt64());
        await browser.RefreshAsync(tokens.Text("refresh_token")!);
        Assert.False(await browser.IsActiveAsync(tokens.Text("refresh_token")!));
    }

    [Theory]
    [InlineData("service")]
    [InlineData("jwt")]
    public async Task A_resource_server_learns_of_tokens_for_it_and_of_no_others(string service)
    {
        using var browser = fixture.Browser();
        var token = (await browser.OwnTokenAsync(service, ("scope", "diary.read"))).Text("access_token")!;
        var seen = await browser.IntrospectAsync(token, "api");
        Assert.Equal((service, service, ServiceClients.DiaryApi, "diary.read", "Bearer"), (seen.Text("client_id"), seen.Text("sub"), seen.Text("aud"), seen.Text("scope"), seen.Text("token_type")));
        Assert.Equal(service == "jwt", seen.Json.TryGetProperty("jti", out _));
        Assert.True(await browser.IsActiveAsync(token, service));
        Assert.False(await browser.IsActiveAsync(token, "foreign"));
        Assert.False(await browser.IsActiveAsync(token, "web"));
    }

    [Fact]
    public async Task Of_anothers_tokens_a_client_learns_nothing()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        foreach (var name in new[] { "access_token", "refresh_token" })
        {
            Assert.False(await browser.IsActiveAsync(tokens.Text(name)!, "other"));
            Assert.False(await browser.IsActiveAsync(tokens.Text(name)!, "api"));
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Status);
    }

    [Fact]
    public async Task What_is_no_living_token_is_not_active()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        var jwt = (await browser.OwnTokenAsync("jwt")).Text("access_token")!;
        var parts = jwt.Split('.');
        foreach (var token in new[]
                 {
                     "x", "a.b.c", "..", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", tokens.Text("id_token")!, await browser.CodeAsync("anna"), jwt[..^4] + "AAAA", $"{parts[0]}.{parts[1]}.",
                     tokens.Text("id_token")!.Split('.')[0] + "." + parts[1] + "." + parts[2], new string('x', 30_000), new string('x', 30_000) + ".x.x",
                 })
            foreach (var client in new[] { "web", "jwt" })
                Assert.False(await browser.IsActiveAsync(token, client));
    }

    [Theory]
    [InlineData("service")]
    [InlineData("jwt")]
    public async Task A_token_is_active_to_its_last_second(string service)
    {
        using var browser = fixture.Browser();
        var token = (await browser.OwnTokenAsync(service)).Text("access_token")!;
        fixture.Clock.Advance(TimeSpan.FromSeconds(599));
        Assert.True(await browser.IsActiveAsync(token, "api"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await browser.IsActiveAsync(token, "api"));
    }

    [Fact]
    public async Task A_disabled_persons_tokens_are_not_active_from_that_moment()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("dismissed");
        fixture.People.Disabled["dismissed"] = true;
        Assert.False(await browser.IsActiveAsync(tokens.Text("access_token")!));
        Assert.False(await browser.IsActiveAsync(tokens.Text("refresh_token")!));
        fixture.People.Disabled.Clear();
        Assert.True(await browser.IsActiveAsync(tokens.Text("access_token")!));
    }

    [Fact]
    public async Task The_end_of_the_session_ends_its_tokens_and_the_end_of_a_client_its()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("leaver");
        await fixture.Site.Grants.EndSessionsAsync([TestBrowser.Claims(tokens.Text("id_token")).GetProperty("sid").GetString()!], default);
        Assert.False(await browser.IsActiveAsync(tokens.Text("access_token")!));
        Assert.False(await browser.IsActiveAsync(tokens.Text("refresh_token")!));
        var signer = new ClientSigner(Kernel.Jose.SignatureAlgorithm.Es256);
        await fixture.Site.Clients.RegisterAsync(signer.Client("gone"), default);
        Assert.True(await fixture.Site.Clients.RemoveAsync("gone", default));
        var seen = await browser.IntrospectAsync(tokens.Text("access_token")!, "gone", ClientSigner.Proof(signer.Sign(ClientSigner.Claims("gone", fixture.Site.Issuer, fixture.Clock.GetUtcNow()))));
        Assert.Equal("invalid_client", seen.Text("error"));
    }

    [Theory]
    [InlineData("web", null)]
    [InlineData("web", "wrong-wrong-wrong-wrong")]
    [InlineData("app", null)]
    [InlineData("app", "anything")]
    [InlineData("nobody", TestBrowser.Secret)]
    public async Task Only_a_confidential_client_that_proves_who_it_is_may_ask(string client, string? secret)
    {
        using var browser = fixture.Browser();
        var token = client == "app"
            ? (await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna", TestBrowser.Request("app")), "app", ("client_secret", null)))).Text("access_token")!
            : (await browser.TokensAsync("anna")).Text("access_token")!;
        var seen = await browser.IntrospectAsync(token, client, ("client_secret", secret));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client", "no-store"), (seen.Status, seen.Text("error"), seen.Header("Cache-Control")));
    }

    [Fact]
    public async Task What_is_malformed_is_said_to_be()
    {
        using var browser = fixture.Browser();
        var missing = await browser.IntrospectAsync("", changes: ("token", null));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (missing.Status, missing.Text("error")));
        var nul = await browser.IntrospectAsync("a\0b");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (nul.Status, nul.Text("error")));
        var json = await browser.SendAsync(HttpMethod.Post, "/connect/introspect", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (json.Status, json.Text("error")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await browser.GetAsync("/connect/introspect?token=x")).Status);
        Assert.Null((await browser.IntrospectAsync("x", changes: ("origin", "x"))).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Discovery_names_the_endpoints_and_how_clients_prove_themselves_there()
    {
        using var browser = fixture.Browser();
        var seen = await browser.GetAsync("/.well-known/openid-configuration");
        string[] List(string name) => [.. seen.Json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal((fixture.Site.Issuer + "/connect/revoke", fixture.Site.Issuer + "/connect/introspect"), (seen.Text("revocation_endpoint"), seen.Text("introspection_endpoint")));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"], List("revocation_endpoint_auth_methods_supported"));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt"], List("introspection_endpoint_auth_methods_supported"));
        foreach (var name in new[] { "revocation", "introspection" }) Assert.Equal(["ES256", "PS256", "RS256"], List(name + "_endpoint_auth_signing_alg_values_supported"));
        Assert.Contains("client_credentials", List("grant_types_supported"));
    }
}
