using System.Net;
using System.Text;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>RFC 7009: a client gives back what is its own, and nothing else.</summary>
public sealed class RevocationTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        foreach (var client in new[] { ServiceClients.Service(), ServiceClients.Service("jwt", "jwt"), ServiceClients.Api("api", ServiceClients.DiaryApi) })
            Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static void AssertTaken(Seen seen) =>
        Assert.Equal((HttpStatusCode.OK, "", "no-store"), (seen.Status, seen.Body, seen.Header("Cache-Control")));

    [Theory]
    [InlineData(null)]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("something")]
    public async Task An_access_token_given_back_is_dead_and_its_grant_lives_on(string? hint)
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        AssertTaken(await browser.RevokeAsync(tokens.Text("access_token")!, changes: ("token_type_hint", hint)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
        Assert.False(await browser.IsActiveAsync(tokens.Text("access_token")!));
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Status);
    }

    [Fact]
    public async Task Of_two_access_tokens_of_one_grant_the_one_given_back_is_dead_whether_it_says_what_the_grant_says_or_less()
    {
        using var browser = fixture.Browser();
        var whole = await browser.TokensAsync("anna");
        var less = await browser.RefreshAsync(whole.Text("refresh_token")!, "web", ("scope", "openid"));
        var last = await browser.RefreshAsync(less.Text("refresh_token")!);
        AssertTaken(await browser.RevokeAsync(less.Text("access_token")!));
        AssertTaken(await browser.RevokeAsync(whole.Text("access_token")!));
        AssertTaken(await browser.RevokeAsync(whole.Text("access_token")!));
        Assert.False(await browser.IsActiveAsync(less.Text("access_token")!));
        Assert.False(await browser.IsActiveAsync(whole.Text("access_token")!));
        Assert.True(await browser.IsActiveAsync(last.Text("access_token")!));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    public async Task A_refresh_token_given_back_takes_its_grant_and_every_token_of_it_along(string? hint)
    {
        using var browser = fixture.Browser();
        var first = await browser.TokensAsync("anna");
        var second = await browser.RefreshAsync(first.Text("refresh_token")!);
        AssertTaken(await browser.RevokeAsync(second.Text("refresh_token")!, changes: ("token_type_hint", hint)));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(second.Text("refresh_token")!)).Text("error"));
        foreach (var tokens in new[] { first, second })
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task A_spent_refresh_token_still_takes_its_grant_along()
    {
        using var browser = fixture.Browser();
        var first = await browser.TokensAsync("anna");
        var second = await browser.RefreshAsync(first.Text("refresh_token")!);
        AssertTaken(await browser.RevokeAsync(first.Text("refresh_token")!));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(second.Text("refresh_token")!)).Text("error"));
    }

    [Fact]
    public async Task Anothers_token_is_answered_alike_and_lives_on()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        AssertTaken(await browser.RevokeAsync(tokens.Text("access_token")!, "other"));
        AssertTaken(await browser.RevokeAsync(tokens.Text("refresh_token")!, "other"));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Status);
        foreach (var service in new[] { "service", "jwt" })
        {
            var own = (await browser.OwnTokenAsync(service)).Text("access_token")!;
            AssertTaken(await browser.RevokeAsync(own, "api"));
            Assert.True(await browser.IsActiveAsync(own, "api"));
        }
    }

    [Theory]
    [InlineData("service")]
    [InlineData("jwt")]
    public async Task A_services_own_token_given_back_is_dead_on_every_node_and_another_is_not(string service)
    {
        using var browser = fixture.Browser();
        var (first, second) = ((await browser.OwnTokenAsync(service)).Text("access_token")!, (await browser.OwnTokenAsync(service)).Text("access_token")!);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.RevokeAsync(first, service)));
        Assert.All(answers, AssertTaken);
        Assert.False(await browser.IsActiveAsync(first, "api"));
        Assert.True(await browser.IsActiveAsync(second, "api"));
    }

    [Fact]
    public async Task What_is_no_token_is_answered_alike()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna");
        foreach (var token in new[]
                 { "x", "a.b.c", "..", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", tokens.Text("id_token")!, tokens.Text("id_token")![..^4] + "AAAA", await browser.CodeAsync("anna"), new string('x', 30_000) })
            AssertTaken(await browser.RevokeAsync(token));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task Who_does_not_prove_who_it_is_revokes_nothing()
    {
        using var browser = fixture.Browser();
        var token = (await browser.TokensAsync("anna")).Text("access_token")!;
        foreach (var secret in new[] { null, "wrong-wrong-wrong-wrong" })
        {
            var seen = await browser.RevokeAsync(token, changes: ("client_secret", secret));
            Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (seen.Status, seen.Text("error")));
            Assert.StartsWith("Basic realm=", seen.Header("WWW-Authenticate"));
        }
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_public_client_gives_back_its_own_and_a_client_may_authenticate_in_the_header_or_by_key()
    {
        using var browser = fixture.Browser();
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna", TestBrowser.Request("app")), "app", ("client_secret", null)));
        AssertTaken(await browser.RevokeAsync(tokens.Text("refresh_token")!, "app", ("client_secret", null)));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!, "app", ("client_secret", null))).Text("error"));
        var web = (await browser.TokensAsync("anna")).Text("access_token")!;
        var basic = ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("web:" + TestBrowser.Secret)));
        AssertTaken(await browser.PostAsync("/connect/revoke", [new("token", web)], basic));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(web)).Status);
        var signer = new ClientSigner(Kernel.Jose.SignatureAlgorithm.Es256);
        await fixture.Site.Clients.RegisterAsync(signer.Client("keyed"), default);
        string Assertion() => signer.Sign(ClientSigner.Claims("keyed", fixture.Site.Issuer, fixture.Clock.GetUtcNow()));
        var keyed = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync("anna", TestBrowser.Request("keyed")), "keyed", ClientSigner.Proof(Assertion())));
        AssertTaken(await browser.RevokeAsync(keyed.Text("access_token")!, "keyed", ClientSigner.Proof(Assertion())));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(keyed.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task What_is_malformed_is_said_to_be()
    {
        using var browser = fixture.Browser();
        var missing = await browser.RevokeAsync("", changes: ("token", null));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (missing.Status, missing.Text("error")));
        var twice = await browser.PostAsync("/connect/revoke", [new("token", "a"), new("token", "b"), new("client_id", "web"), new("client_secret", TestBrowser.Secret)]);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (twice.Status, twice.Text("error")));
        var nul = await browser.RevokeAsync("a\0b");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (nul.Status, nul.Text("error")));
        var json = await browser.SendAsync(HttpMethod.Post, "/connect/revoke", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (json.Status, json.Text("error")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await browser.GetAsync("/connect/revoke?token=x")).Status);
    }

    [Fact]
    public async Task A_refresh_that_races_the_revocation_leaves_nothing_alive()
    {
        using var browser = fixture.Browser();
        for (var i = 0; i < 10; i++)
        {
            var tokens = await browser.TokensAsync("racer");
            var refresh = browser.RefreshAsync(tokens.Text("refresh_token")!);
            AssertTaken(await browser.RevokeAsync(tokens.Text("refresh_token")!));
            if (await refresh is not { Status: HttpStatusCode.OK } refreshed) continue;
            Assert.Equal("invalid_grant", (await browser.RefreshAsync(refreshed.Text("refresh_token")!)).Text("error"));
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(refreshed.Text("access_token")!)).Status);
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task It_holds_on_the_other_node_at_once()
    {
        var database = await TestPostgres.NewDatabaseAsync();
        const string Issuer = "https://school.region.test";
        await using var one = await TestSite.StartAsync(fixture.People, fixture.Clock, database, Issuer);
        foreach (var client in new[] { ProviderFixture.Client("web"), ServiceClients.Service("jwt", "jwt"), ServiceClients.Api("api", ServiceClients.DiaryApi) })
            await one.Clients.RegisterAsync(client, default);
        await using var two = await TestSite.StartAsync(fixture.People, fixture.Clock, database, Issuer);
        using TestBrowser first = new(one.Url), second = new(two.Url);
        var tokens = await first.TokensAsync("anna");
        AssertTaken(await second.RevokeAsync(tokens.Text("refresh_token")!));
        Assert.Equal(HttpStatusCode.Unauthorized, (await first.UserInfoAsync(tokens.Text("access_token")!)).Status);
        var own = (await first.OwnTokenAsync("jwt")).Text("access_token")!;
        Assert.True(await second.IsActiveAsync(own, "api"));
        AssertTaken(await first.RevokeAsync(own, "jwt"));
        Assert.False(await second.IsActiveAsync(own, "api"));
    }
}
