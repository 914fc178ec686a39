using System.Net;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Tests.Provider;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>What was ended for everybody at once is ended everywhere: introspection forgot it elsewhere (KC CVE-2026-8922), and a restart
/// forgot it (KC CVE-2026-9802).</summary>
[Collection(OneProvider.Name)]
public sealed class EndedTests(ProviderFixture fixture)
{
    private const string Diary = ServiceClients.DiaryApi;

    [Theory]
    [InlineData("opaque"), InlineData("jwt")]
    public async Task CVE_2026_8922_what_a_person_has_ended_everywhere_is_active_to_nobody(string format)
    {
        using var browser = fixture.Browser();
        var (client, api, person) = ("ends-" + format, "ends-api-" + format, "ender-" + format);
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client(client) with { Resources = [Diary], AccessTokenFormat = format }, default);
        await fixture.Site.Clients.RegisterAsync(ServiceClients.Api(api, Diary), default);
        var request = TestBrowser.Request(client, ("scope", "openid profile offline_access"), ("resource", Diary));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync(person, request), client));
        var (access, refresh) = (tokens.Text("access_token")!, tokens.Text("refresh_token")!);
        Assert.Equal((true, true, true), (await browser.IsActiveAsync(access, client), await browser.IsActiveAsync(access, api), await browser.IsActiveAsync(refresh, client)));
        // The end of the sign-in that it rests on is none of a grant with offline_access ...
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.Site.Grants.EndOfflineAsync(person, fixture.Clock.GetUtcNow().AddSeconds(-1), default);
        Assert.True(await browser.IsActiveAsync(access, api));
        // ... and what was not before that moment is.
        await fixture.Site.Grants.EndOfflineAsync(person, fixture.Clock.GetUtcNow(), default);
        Assert.Equal((false, false, false), (await browser.IsActiveAsync(access, client), await browser.IsActiveAsync(access, api), await browser.IsActiveAsync(refresh, client)));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(refresh, client)).Text("error"));
    }

    // A stolen key signs what it likes; once forgotten, nothing of it counts, to whomever it is brought.
    [Fact]
    public async Task CVE_2026_8922_what_a_forgotten_key_has_signed_is_active_to_nobody()
    {
        await using var site = await TestSite.StartAsync(new TestPeople(), new FakeClock());
        foreach (var client in new[] { ServiceClients.Service("jwt", "jwt"), ServiceClients.Api("api", Diary), ProviderFixture.Client("web") }) await site.Clients.RegisterAsync(client, default);
        using var browser = new TestBrowser(site.Url);
        var token = (await browser.OwnTokenAsync("jwt")).Text("access_token")!;
        var hint = (await browser.TokensAsync("anna")).Text("id_token")!;
        Assert.True(await browser.IsActiveAsync(token, "api"));
        await site.Services.GetRequiredService<ISigningKeys>().RotateAsync(null, forgetOld: true, default);
        Assert.False(await browser.IsActiveAsync(token, "api"));
        Assert.False(await browser.IsActiveAsync(token, "jwt"));
        Assert.Equal("invalid_request", (await browser.AuthorizeAsync(TestBrowser.Request("web", ("prompt", "none"), ("id_token_hint", hint)))).Query("error"));
        Assert.True(await browser.IsActiveAsync((await browser.OwnTokenAsync("jwt")).Text("access_token")!, "api"));
    }

    [Fact, Trait("takes", "long")]
    public async Task CVE_2026_9802_nothing_that_was_used_or_given_back_is_good_again_after_a_restart()
    {
        var (people, clock, database) = (new TestPeople(), new FakeClock(), await TestPostgres.NewDatabaseAsync());
        const string Issuer = "https://school.region.test";
        Task<TestSite> StartAsync() => TestSite.StartAsync(people, clock, database, Issuer);
        var signer = new ClientSigner(Kernel.Jose.SignatureAlgorithm.Es256);
        var again = new Dictionary<string, Func<TestBrowser, Task<Seen>>>();
        await using (var before = await StartAsync())
        {
            foreach (var client in ProviderFixture.Clients().Append(signer.Client("keyed") with { GrantTypes = [GrantTypes.ClientCredentials], RedirectUris = [], PostLogoutRedirectUris = [], Scopes = ["diary.read"] }).Append(ServiceClients.Service("jwt", "jwt")))
                Assert.IsType<RegisterClientOutcome.Registered>(await before.Clients.RegisterAsync(client, default));
            using var browser = new TestBrowser(before.Url);
            using var phone = new Browser(before.Url);
            var code = await browser.CodeAsync("anna");
            var first = await browser.TokenAsync(TestBrowser.Redeem(code));
            again["code"] = b => b.TokenAsync(TestBrowser.Redeem(code));
            var reference = TestBrowser.Pushed(await browser.PushAsync(TestBrowser.Request()));
            again["pushed request"] = b => b.AuthorizeAsync(reference);
            var kept = (await browser.TokensAsync("anna")).Text("refresh_token")!;
            again["refresh token"] = b => b.RefreshAsync(kept);
            var (proof, key) = (ClientSigner.Proof(signer.Sign(ClientSigner.Claims("keyed", Issuer, clock.GetUtcNow()))), new DpopKey(clock, Issuer));
            again["client assertion"] = b => b.OwnTokenAsync("keyed", proof);
            var used = key.Header("POST", "/connect/token");
            again["DPoP proof"] = b => b.TokenAsync(new() { ["grant_type"] = "client_credentials", ["client_id"] = "jwt", ["client_secret"] = TestBrowser.Secret }, used);
            var screen = await Screen.AskAsync(browser);
            await screen.LetInAsync(phone, "boris");
            again["device code"] = b => (screen with { Http = b }).PollAsync();
            var request = ProviderFixture.Jar.Sign(new(TestBrowser.Request("jar").ToDictionary(p => p.Key, p => (object)p.Value)) { ["iss"] = "jar", ["aud"] = Issuer, ["exp"] = clock.GetUtcNow().AddMinutes(2).ToUnixTimeSeconds(), ["jti"] = "once" }, "oauth-authz-req+jwt");
            again["signed request"] = b => b.AuthorizeAsync(new() { ["client_id"] = "jar", ["redirect_uri"] = "https://jar.test/cb", ["request"] = request });
            foreach (var (what, use) in again.Where(a => a.Key != "code")) Assert.True(Good(await use(browser)), what);
            var jwt = (await browser.OwnTokenAsync("jwt")).Text("access_token")!;
            Assert.True(await browser.IsActiveAsync(jwt, "jwt"));
            await browser.RevokeAsync(jwt, "jwt");
            await browser.RevokeAsync(first.Text("access_token")!);
            again["access token given back"] = b => b.UserInfoAsync(first.Text("access_token")!);
            again["JWT given back"] = async b => await b.IsActiveAsync(jwt, "jwt") ? await b.OwnTokenAsync("jwt") : await b.GetAsync("/inactive");
        }
        await using var after = await StartAsync();
        using var later = new TestBrowser(after.Url);
        await later.SignInAsync("anna");
        foreach (var (what, use) in again) Assert.False(Good(await use(later)), what);
        Assert.Equal(HttpStatusCode.OK, (await later.TokensAsync("anna")).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task Whoever_could_not_be_told_of_a_sign_out_is_told_after_a_restart()
    {
        await using var receiver = await LogoutReceiver.StartAsync();
        var (people, clock, database) = (new TestPeople(), new FakeClock(), await TestPostgres.NewDatabaseAsync());
        receiver.Failing = "/told-late";
        await using (var before = await TestSite.StartAsync(people, clock, database, "http://localhost:5000"))
        {
            await before.Clients.RegisterAsync(ProviderFixture.Client("web") with { BackchannelLogoutUri = receiver.Url + "/told-late" }, default);
            using var browser = new TestBrowser(before.Url);
            await browser.GetAsync("/connect/logout?id_token_hint=" + (await browser.TokensAsync("anna")).Text("id_token"));
            await before.PumpAsync();
        }
        var count = receiver.Got.Count;
        Assert.True(count > 0);
        receiver.Failing = null;
        clock.Advance(TimeSpan.FromMinutes(1));
        await using var after = await TestSite.StartAsync(people, clock, database, "http://localhost:5000");
        Assert.Equal(1, await after.PumpAsync());
        Assert.Equal(count + 1, receiver.Got.Count);
    }

    private static bool Good(Seen seen) => seen.Status == HttpStatusCode.OK || seen.Query("code") is not null;
}
