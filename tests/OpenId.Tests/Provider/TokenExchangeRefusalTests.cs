using System.Net;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>What the token exchange does not give, and what takes away what it gave. The clients: <see cref="TokenExchangeTests"/>.</summary>
public sealed class TokenExchangeRefusalTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    private const string Diary = ServiceClients.DiaryApi, Library = ServiceClients.LibraryApi, Marks = ServiceClients.MarksApi;
    private const string Types = "urn:ietf:params:oauth:token-type:";

    public Task InitializeAsync() => TokenExchangeTests.RegisterAsync(fixture.Site);

    public Task DisposeAsync() => Task.CompletedTask;

    private static Task<Seen> CallAsync(TestBrowser browser, string person = "anna", string client = "front", string scope = "openid profile diary.read", string resource = Diary) =>
        TokenExchangeTests.CallAsync(browser, person, client, scope, resource);

    private static async Task<string> TokenAsync(TestBrowser browser, string person = "anna", string client = "front", string resource = Diary) =>
        (await CallAsync(browser, person, client, resource: resource)).Text("access_token")!;

    private async Task<long> RowsAsync()
    {
        await using var rows = fixture.Site.Shared.Source.CreateCommand("select count(*) from openid.access_token");
        return (long)(await rows.ExecuteScalarAsync())!;
    }

    /// <summary>Refused so, and nothing is kept.</summary>
    private async Task AssertRefusedAsync(string error, Func<Task<Seen>> ask, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var before = await RowsAsync();
        var seen = await ask();
        Assert.True((status, error) == (seen.Status, seen.Text("error")), seen.Body);
        Assert.Equal(before, await RowsAsync());
        Assert.Equal("no-store", seen.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("subject_token", null)]
    [InlineData("subject_token_type", null)]
    [InlineData("subject_token_type", Types + "refresh_token")]
    [InlineData("subject_token_type", Types + "id_token")]
    [InlineData("subject_token_type", Types + "saml2")]
    [InlineData("requested_token_type", Types + "id_token")]
    [InlineData("requested_token_type", Types + "refresh_token")]
    [InlineData("requested_token_type", Types + "jwt")]
    [InlineData("requested_token_type", "x")]
    [InlineData("actor_token", "x")]
    [InlineData("actor_token_type", Types + "access_token")]
    [InlineData("subject_token", "x")]
    [InlineData("subject_token", "a.b.c")]
    public async Task Another_kind_of_token_is_a_bad_request(string name, string? value)
    {
        using var browser = fixture.Browser();
        var token = await TokenAsync(browser);
        await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(token, "diary", ("resource", Library), (name, value)));
    }

    [Fact]
    public async Task A_target_must_be_named_and_registered()
    {
        using var browser = fixture.Browser();
        var token = await TokenAsync(browser);
        await AssertRefusedAsync("invalid_target", () => browser.ExchangeAsync(token, "diary"));
        foreach (var name in new[] { "resource", "audience" })
            foreach (var bad in new[] { Diary, Library + "/", Library.ToUpperInvariant(), "library", fixture.Site.Issuer })
                await AssertRefusedAsync("invalid_target", () => browser.ExchangeAsync(token, "diary", (name, bad)));
        await AssertRefusedAsync("invalid_target", () => browser.ExchangeAsync(token, "diary", ("resource", Library), ("audience", Diary)));
        await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(token, "diary", ("resource", Library + " " + Marks)));
        await AssertRefusedAsync("invalid_target", () => browser.ExchangeAsync(token, "diaryjwt", ("resource", Library), ("audience", Marks)));
    }

    // Nobody makes the provider's own doors reachable in another's name, not even by registering them.
    [Fact]
    public async Task The_providers_own_tokens_are_neither_taken_nor_given()
    {
        using var browser = fixture.Browser();
        var client = ServiceClients.Acting("greedy", fixture.Site.Issuer, fixture.Site.Issuer, Library);
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
        foreach (var front in new[] { "front", "frontjwt" })
        {
            var own = (await browser.TokensAsync("anna", front)).Text("access_token")!;
            await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(own, "greedy", ("resource", Library)));
        }
        await fixture.Site.Clients.RegisterAsync(client with { Audiences = [Diary] }, default);
        var token = await TokenAsync(browser);
        await AssertRefusedAsync("invalid_target", () => browser.ExchangeAsync(token, "greedy", ("resource", fixture.Site.Issuer)));
    }

    [Fact]
    public async Task Who_may_not_exchange_is_told_so()
    {
        using var browser = fixture.Browser();
        var token = await TokenAsync(browser);
        foreach (var client in new[] { "service", "front", "marks" })
            await AssertRefusedAsync("unauthorized_client", () => browser.ExchangeAsync(token, client, ("resource", Library)));
        await AssertRefusedAsync("unauthorized_client", () => browser.ExchangeAsync(token, "app", ("resource", Library), ("client_secret", null)));
        await AssertRefusedAsync("invalid_client", () => browser.ExchangeAsync(token, "diary", ("resource", Library), ("client_secret", "another-secret-1")), HttpStatusCode.Unauthorized);
        await AssertRefusedAsync("invalid_client", () => browser.ExchangeAsync(token, "diary", ("resource", Library), ("client_secret", null)), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_that_is_not_for_the_service_is_not_exchanged()
    {
        using var browser = fixture.Browser();
        foreach (var front in new[] { "front", "frontjwt" })
        {
            var foreign = await TokenAsync(browser, client: front, resource: Library);
            await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(foreign, "diary", ("resource", Library)));
            var tokens = await CallAsync(browser, client: front, scope: "openid profile offline_access");
            foreach (var name in new[] { "refresh_token", "id_token" })
                await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(tokens.Text(name)!, "diary", ("resource", Library)));
        }
        // Its own of before, for another.
        var given = await browser.ExchangeAsync(await TokenAsync(browser), "diary", ("resource", Library));
        await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(given.Text("access_token")!, "diary", ("resource", Marks)));
        // A service's own, of no person.
        foreach (var format in new[] { "opaque", "jwt" })
        {
            await fixture.Site.Clients.RegisterAsync(ServiceClients.Service("own-" + format, format, Diary), default);
            var own = (await browser.OwnTokenAsync("own-" + format)).Text("access_token")!;
            Assert.True(await browser.IsActiveAsync(own, "diary"));
            await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(own, "diary", ("resource", Library)));
        }
    }

    [Theory]
    [InlineData("front", "diary")]
    [InlineData("frontjwt", "diaryjwt")]
    public async Task A_disabled_person_is_acted_for_no_longer(string client, string service)
    {
        using var browser = fixture.Browser();
        var person = "gone-" + service;
        var subject = await TokenAsync(browser, person, client);
        var given = (await browser.ExchangeAsync(subject, service, ("resource", Library))).Text("access_token")!;
        fixture.People.Disabled[person] = true;
        Assert.False(await browser.IsActiveAsync(given, "library"));
        var seen = await browser.ExchangeAsync(subject, service, ("resource", Library));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (seen.Status, seen.Text("error")));
    }

    [Fact]
    public async Task A_person_whom_the_service_may_not_have_is_not_acted_for()
    {
        using var browser = fixture.Browser();
        var subject = await TokenAsync(browser, "pupil");
        var given = (await browser.ExchangeAsync(subject, "diary", ("resource", Library))).Text("access_token")!;
        fixture.People.NotFor[("pupil", "diary")] = true;
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(subject, "diary", ("resource", Library))).Text("error"));
        Assert.False(await browser.IsActiveAsync(given, "library"));
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(given, "library")).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await browser.ExchangeAsync(subject, "diaryjwt", ("resource", Library))).Status);
        fixture.People.NotFor[("pupil", "front")] = true;
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(subject, "diaryjwt", ("resource", Library))).Text("error"));
    }

    [Theory]
    [InlineData("front", "diary")]
    [InlineData("frontjwt", "diaryjwt")]
    public async Task What_was_revoked_is_not_exchanged(string client, string service)
    {
        using var browser = fixture.Browser();
        var tokens = await CallAsync(browser, client: client, scope: "openid profile offline_access");
        var subject = tokens.Text("access_token")!;
        var given = (await browser.ExchangeAsync(subject, service, ("resource", Library))).Text("access_token")!;
        await browser.RevokeAsync(subject, client);
        await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(subject, service, ("resource", Library)));
        var next = (await browser.RefreshAsync(tokens.Text("refresh_token")!, client)).Text("access_token")!;
        Assert.Equal(HttpStatusCode.OK, (await browser.ExchangeAsync(next, service, ("resource", Library))).Status);
        // The service gives back what it got, and nothing else ends.
        await browser.RevokeAsync(given, service);
        Assert.False(await browser.IsActiveAsync(given, "library"));
        await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(given, "library"));
        Assert.True(await browser.IsActiveAsync(next, client));
    }

    [Theory]
    [InlineData("front", "diary")]
    [InlineData("frontjwt", "diaryjwt")]
    public async Task It_dies_with_the_grant_the_session_and_the_clients(string client, string service)
    {
        using var browser = fixture.Browser();
        async Task<(Seen Tokens, string Given, string Handed)> ChainAsync()
        {
            var tokens = await CallAsync(browser, client: client);
            var given = (await browser.ExchangeAsync(tokens.Text("access_token")!, service, ("resource", Library))).Text("access_token")!;
            var handed = (await browser.ExchangeAsync(given, "library")).Text("access_token")!;
            Assert.True(await browser.IsActiveAsync(given, "library"));
            Assert.True(await browser.IsActiveAsync(handed, "marks"));
            return (tokens, given, handed);
        }
        async Task GoneAsync((Seen Tokens, string Given, string Handed) chain)
        {
            Assert.False(await browser.IsActiveAsync(chain.Given, "library"));
            Assert.False(await browser.IsActiveAsync(chain.Handed, "marks"));
            await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(chain.Given, "library"));
            await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(chain.Tokens.Text("access_token")!, "diary", ("resource", Library)));
        }
        var revoked = await ChainAsync();
        await browser.RevokeAsync(revoked.Tokens.Text("refresh_token")!, client);
        await GoneAsync(revoked);
        var ended = await ChainAsync();
        await fixture.Site.Grants.EndSessionsAsync([TestBrowser.Claims(ended.Tokens.Text("id_token")).GetProperty("sid").GetString()!], default);
        await GoneAsync(ended);
        // The one in the middle: what it acted in is gone, what "front" has is not.
        var without = await ChainAsync();
        await fixture.Site.Clients.RemoveAsync(service, default);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await browser.IsActiveAsync(without.Given, "library"));
        Assert.False(await browser.IsActiveAsync(without.Handed, "marks"));
        await TokenExchangeTests.RegisterAsync(fixture.Site);
        Assert.False(await browser.IsActiveAsync(without.Handed, "marks"));
        Assert.True(await browser.IsActiveAsync(without.Tokens.Text("access_token")!, client));
        await fixture.Site.Clients.RemoveAsync(client, default);
        await TokenExchangeTests.RegisterAsync(fixture.Site);
        await GoneAsync(without);
    }

    [Theory, Trait("takes", "long")]
    [InlineData("diary")]
    [InlineData("diaryjwt")]
    public async Task Of_thirty_exchanges_that_race_with_a_revocation_none_leaves_a_living_token(string service)
    {
        using var browser = fixture.Browser();
        for (var round = 0; round < 3; round++)
        {
            var tokens = await CallAsync(browser);
            var asked = Enumerable.Range(0, 30).Select(_ => browser.ExchangeAsync(tokens.Text("access_token")!, service, ("resource", Library))).ToList();
            await Task.WhenAny(asked);
            await browser.RevokeAsync(tokens.Text("refresh_token")!, "front");
            await Task.WhenAll(asked);
            await AssertRefusedAsync("invalid_request", () => browser.ExchangeAsync(tokens.Text("access_token")!, service, ("resource", Library)));
            foreach (var one in asked)
                if (await one is { Status: HttpStatusCode.OK } given) Assert.False(await browser.IsActiveAsync(given.Text("access_token")!, "library"));
                else Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), ((await one).Status, (await one).Text("error")));
        }
    }
}
