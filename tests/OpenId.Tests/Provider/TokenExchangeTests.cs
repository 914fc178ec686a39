using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>RFC 8693 for one thing alone: "diary" was called by "front" with a person's token and goes on to "library" for that person, and
/// "library" to "marks". "diaryjwt" is diary with JWTs.</summary>
public sealed class TokenExchangeTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    private const string Diary = ServiceClients.DiaryApi, Library = ServiceClients.LibraryApi, Marks = ServiceClients.MarksApi;
    internal const string AllScopes = "openid profile email offline_access diary.read diary.write";

    public async Task InitializeAsync() => await RegisterAsync(fixture.Site);

    internal static async Task RegisterAsync(TestSite site)
    {
        var front = ProviderFixture.Client("front") with { Scopes = AllScopes.Split(' '), Resources = [Diary, Library] };
        foreach (var client in new[]
                 {
                     front, front with { ClientId = "frontjwt", RedirectUris = ["https://frontjwt.test/cb"], AccessTokenFormat = "jwt" },
                     ServiceClients.Acting("diary", Diary, Library, Marks), ServiceClients.Acting("diaryjwt", Diary, Library, Marks) with { AccessTokenFormat = "jwt" },
                     ServiceClients.Acting("library", Library, Marks), ServiceClients.Api("marks", Marks), ServiceClients.Service(),
                 })
            Assert.IsType<RegisterClientOutcome.Registered>(await site.Clients.RegisterAsync(client, default));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>What "front" got for a person, for the diary.</summary>
    internal static async Task<Seen> CallAsync(TestBrowser browser, string person = "anna", string client = "front", string scope = "openid profile diary.read diary.write", string resource = Diary)
    {
        var code = await browser.CodeAsync(person, TestBrowser.Request(client, ("scope", scope), ("resource", resource)));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(code, client));
        Assert.True(tokens.Status == HttpStatusCode.OK, tokens.Body);
        return tokens;
    }

    private static async Task<string> TokenAsync(TestBrowser browser, string person = "anna", string client = "front") =>
        (await CallAsync(browser, person, client)).Text("access_token")!;

    private static string Actors(JsonElement act) =>
        act.GetProperty("sub").GetString() + (act.TryGetProperty("act", out var before) ? " < " + Actors(before) : "");

    [Theory]
    [InlineData("front", "diary")]
    [InlineData("front", "diaryjwt")]
    [InlineData("frontjwt", "diary")]
    [InlineData("frontjwt", "diaryjwt")]
    public async Task A_service_goes_on_to_another_for_the_person_who_called_it(string client, string service)
    {
        using var browser = fixture.Browser();
        var seen = await browser.ExchangeAsync(await TokenAsync(browser, client: client), service, ("resource", Library));
        Assert.True(seen.Status == HttpStatusCode.OK, seen.Body);
        Assert.Equal(["access_token", "expires_in", "issued_token_type", "scope", "token_type"], seen.Json.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(("urn:ietf:params:oauth:token-type:access_token", "Bearer", "profile diary.read", "no-store"),
            (seen.Text("issued_token_type"), seen.Text("token_type"), seen.Text("scope"), seen.Header("Cache-Control")));
        var token = seen.Text("access_token")!;
        foreach (var caller in new[] { "library", service })
        {
            var told = (await browser.IntrospectAsync(token, caller)).Json;
            Assert.True(told.GetProperty("active").GetBoolean());
            Assert.Equal(("anna", service, Library, "profile diary.read", service),
                (told.GetProperty("sub").GetString(), told.GetProperty("client_id").GetString(), told.GetProperty("aud").GetString(), told.GetProperty("scope").GetString(), Actors(told.GetProperty("act"))));
            Assert.True(told.TryGetProperty("auth_time", out _));
        }
        foreach (var other in new[] { client, "marks", "service" }) Assert.False(await browser.IsActiveAsync(token, other));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(token)).Text("error"));
        if (service == "diaryjwt") await AssertSignedAsync(token);
    }

    private async Task AssertSignedAsync(string token)
    {
        var keys = await fixture.Site.Services.GetRequiredService<ISigningKeys>().PublicAsync(default);
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, keys.Set, new JwsPolicy([SignatureAlgorithm.Es256], ["at+jwt"])));
        var claims = TestBrowser.Claims(token);
        Assert.Equal(["act", "aud", "auth_time", "client_id", "exp", "grant", "iat", "iss", "jti", "scope", "sub"], claims.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(("anna", "diaryjwt", Library, "diaryjwt"),
            (claims.GetProperty("sub").GetString(), claims.GetProperty("client_id").GetString(), claims.GetProperty("aud").GetString(), Actors(claims.GetProperty("act"))));
    }

    [Fact]
    public async Task Discovery_names_every_grant_that_a_registration_may_have_and_no_other()
    {
        using var browser = fixture.Browser();
        var told = (await browser.GetAsync("/.well-known/openid-configuration")).Json.GetProperty("grant_types_supported").EnumerateArray().Select(e => e.GetString()!).ToArray();
        Assert.Equal(GrantTypes.All, told);
        foreach (var grant in told)
            Assert.NotEqual("unsupported_grant_type", (await browser.TokenAsync(new() { ["grant_type"] = grant, ["client_id"] = "web", ["client_secret"] = TestBrowser.Secret })).Text("error"));
    }

    [Fact]
    public async Task A_jwt_may_be_called_one_and_audience_means_what_resource_does()
    {
        using var browser = fixture.Browser();
        var jwt = ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
        Assert.Equal(HttpStatusCode.OK, (await browser.ExchangeAsync(await TokenAsync(browser, client: "frontjwt"), "diary", ("audience", Library), jwt)).Status);
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(await TokenAsync(browser), "diary", ("audience", Library), jwt)).Text("error"));
        var both = await browser.ExchangeAsync(await TokenAsync(browser), "diary", ("audience", Library), ("resource", Marks));
        foreach (var api in new[] { "library", "marks" }) Assert.True(await browser.IsActiveAsync(both.Text("access_token")!, api));
        // The only one there is need not be named.
        var named = await browser.ExchangeAsync((await CallAsync(browser, resource: Library)).Text("access_token")!, "library");
        Assert.True(await browser.IsActiveAsync(named.Text("access_token")!, "marks"));
    }

    [Theory]
    [InlineData("diary")]
    [InlineData("diaryjwt")]
    public async Task A_chain_names_everyone_who_acts_and_has_an_end(string first)
    {
        using var browser = fixture.Browser();
        var (names, token) = ("", await TokenAsync(browser));
        for (var at = 0; at < 4; at++)
        {
            var service = at % 2 == 0 ? first : "ring";
            await fixture.Site.Clients.RegisterAsync(ServiceClients.Acting("ring", Library, Diary) with { AccessTokenFormat = first == "diary" ? "opaque" : "jwt" }, default);
            var seen = await browser.ExchangeAsync(token, service, ("resource", at % 2 == 0 ? Library : Diary));
            Assert.True(seen.Status == HttpStatusCode.OK, seen.Body);
            (names, token) = (names.Length == 0 ? service : $"{service} < {names}", seen.Text("access_token")!);
            Assert.Equal(names, Actors((await browser.IntrospectAsync(token, service)).Json.GetProperty("act")));
        }
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(token, first, ("resource", Library))).Text("error"));
    }

    [Fact]
    public async Task Scopes_are_at_most_those_of_the_token_and_of_the_service()
    {
        using var browser = fixture.Browser();
        var token = await TokenAsync(browser);
        Task<Seen> AskAsync(string scope) => browser.ExchangeAsync(token, "diary", ("resource", Library), ("scope", scope));
        Assert.Equal("diary.read", (await AskAsync("diary.read")).Text("scope"));
        // Not the service's; not the token's; neither's; not handed on.
        foreach (var wide in new[] { "diary.write", "marks.read", "email", "openid", "offline_access", "diary.read marks.read", "nothing" })
        {
            var seen = await AskAsync(wide);
            Assert.Equal((HttpStatusCode.BadRequest, "invalid_scope"), (seen.Status, seen.Text("error")));
        }
        var narrow = (await AskAsync("diary.read")).Text("access_token")!;
        Assert.Equal("diary.read", (await browser.ExchangeAsync(narrow, "library")).Text("scope"));
        Assert.Equal("invalid_scope", (await browser.ExchangeAsync(narrow, "library", ("scope", "profile"))).Text("error"));
        var none = (await CallAsync(browser, scope: "openid")).Text("access_token")!;
        Assert.False((await browser.ExchangeAsync(none, "diary", ("resource", Library))).Json.TryGetProperty("scope", out _));
    }

    [Theory]
    [InlineData("front", "diary")]
    [InlineData("frontjwt", "diaryjwt")]
    public async Task It_ends_no_later_than_the_token_it_was_made_from(string client, string service)
    {
        using var browser = fixture.Browser();
        var subject = await TokenAsync(browser, client: client);
        fixture.Clock.Advance(TimeSpan.FromSeconds(500));
        var seen = await browser.ExchangeAsync(subject, service, ("resource", Library));
        Assert.Equal(100, seen.Json.GetProperty("expires_in").GetInt64());
        var token = seen.Text("access_token")!;
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + 100, (await browser.IntrospectAsync(token, "library")).Json.GetProperty("exp").GetInt64());
        fixture.Clock.Advance(TimeSpan.FromSeconds(99));
        Assert.True(await browser.IsActiveAsync(token, "library"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await browser.IsActiveAsync(token, "library"));
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(subject, service, ("resource", Library))).Text("error"));
    }

    [Theory]
    [InlineData("opaque")]
    [InlineData("jwt")]
    public async Task A_service_that_may_use_a_sign_in_for_so_long_acts_no_longer(string format)
    {
        using var browser = fixture.Browser();
        var client = ServiceClients.Acting("brief-" + format, Diary, Library) with { SessionMinutes = 5, AccessTokenFormat = format };
        await fixture.Site.Clients.RegisterAsync(client, default);
        var subject = await TokenAsync(browser);
        fixture.Clock.Advance(TimeSpan.FromSeconds(200));
        var seen = await browser.ExchangeAsync(subject, client.ClientId);
        Assert.Equal(100, seen.Json.GetProperty("expires_in").GetInt64());
        fixture.Clock.Advance(TimeSpan.FromSeconds(99));
        Assert.True(await browser.IsActiveAsync(seen.Text("access_token")!, "library"));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await browser.IsActiveAsync(seen.Text("access_token")!, "library"));
        Assert.Equal("invalid_request", (await browser.ExchangeAsync(subject, client.ClientId)).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await browser.ExchangeAsync(subject, "diary", ("resource", Library))).Status);
    }

    [Theory]
    [InlineData("diary")]
    [InlineData("diaryjwt")]
    public async Task It_is_bound_to_the_key_that_the_service_proves(string service)
    {
        using var browser = fixture.Browser();
        var key = new DpopKey(fixture.Clock, fixture.Site.Issuer);
        var (subject, proof) = (await TokenAsync(browser), key.Header("POST", "/connect/token"));
        var seen = await browser.ExchangeAsync(subject, service, [("resource", Library)], proof);
        Assert.Equal("DPoP", seen.Text("token_type"));
        Assert.Equal(key.Thumbprint, (await browser.IntrospectAsync(seen.Text("access_token")!, "library")).Json.GetProperty("cnf").GetProperty("jkt").GetString());
        Assert.Equal("invalid_dpop_proof", (await browser.ExchangeAsync(subject, service, [("resource", Library)], proof)).Text("error"));
    }
}
