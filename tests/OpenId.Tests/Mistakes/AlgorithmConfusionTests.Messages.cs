using System.Net;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.RelyingParty;
using Aupd.OpenId.Tests.Provider;
using Aupd.OpenId.Tests.RelyingParty;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Messages of clients, tokens for resource servers, and what our side of another provider is told.</summary>
public sealed partial class AlgorithmConfusionTests
{
    [Theory]
    [InlineData("ES256"), InlineData("PS256")]
    public async Task No_forged_assertion_proves_a_client(string algorithm)
    {
        using var browser = fixture.Browser();
        var (id, signer) = ("confused-" + algorithm, new ClientSigner(SignatureAlgorithm.Find(algorithm)!));
        var client = signer.Client(id) with { GrantTypes = [GrantTypes.ClientCredentials], RedirectUris = [], PostLogoutRedirectUris = [], Scopes = ["diary.read"] };
        Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
        var genuine = signer.Sign(ClientSigner.Claims(id, fixture.Site.Issuer, fixture.Clock.GetUtcNow()));
        foreach (var (name, token) in ForgedTokens.From(genuine, signer.Jwks.GetRawText()))
        {
            var seen = await browser.OwnTokenAsync(id, ClientSigner.Proof(token));
            Assert.True((seen.Status, seen.Text("error")) == (HttpStatusCode.Unauthorized, "invalid_client"), $"{name}: {(int)seen.Status} {seen.Body}");
        }
        // And none of them has used the genuine one up.
        Assert.Equal(HttpStatusCode.OK, (await browser.OwnTokenAsync(id, ClientSigner.Proof(genuine))).Status);
    }

    [Fact]
    public async Task No_forged_request_object_is_a_request()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var claims = ClientSigner.Claims("mustsign", fixture.Site.Issuer, fixture.Clock.GetUtcNow(), ("sub", null));
        foreach (var (name, value) in TestBrowser.Request("mustsign")) claims[name] = value;
        var genuine = ProviderFixture.Jar.Sign(claims, "oauth-authz-req+jwt");
        Task<Seen> AskAsync(string request) => browser.AuthorizeAsync(new() { ["client_id"] = "mustsign", ["redirect_uri"] = "https://mustsign.test/cb", ["request"] = request });
        foreach (var (name, token) in ForgedTokens.From(genuine, ProviderFixture.Jar.Jwks.GetRawText()))
        {
            var seen = await AskAsync(token);
            Assert.True(seen.Query("code") is null && seen.Query("error") is null or "invalid_request_object" or "invalid_request", $"{name}: {(int)seen.Status} {seen.Location}");
            Assert.False(seen.Location?.StartsWith("/login-page", StringComparison.Ordinal), name);
        }
        Assert.NotNull((await AskAsync(genuine)).Query("code"));
    }

    [Fact]
    public async Task No_forged_access_token_is_active_or_opens_anything()
    {
        using var browser = fixture.Browser();
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("confused-jwt") with { AccessTokenFormat = "jwt" }, default);
        var genuine = (await browser.TokensAsync("anna", "confused-jwt")).Text("access_token")!;
        var keys = (await browser.GetAsync("/connect/jwks")).Body;
        foreach (var (name, token) in ForgedTokens.From(genuine, keys))
        {
            Assert.False(await browser.IsActiveAsync(token, "confused-jwt"), name);
            var seen = await browser.PostAsync("/connect/userinfo", [new("access_token", token)]);
            Assert.True((seen.Status, seen.Text("error")) == (HttpStatusCode.Unauthorized, "invalid_token"), $"{name}: {(int)seen.Status} {seen.Body}");
            await browser.RevokeAsync(token, "confused-jwt");
        }
        Assert.True(await browser.IsActiveAsync(genuine, "confused-jwt"));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(genuine)).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task No_forged_ID_token_of_another_provider_signs_anyone_in()
    {
        await using var party = await Party.StartAsync();
        var names = ForgedTokens.From(party.Provider.Sign(party.Provider.Claims()), Keys(party)).Select(f => f.Name).ToList();
        for (var i = 0; i < names.Count; i++)
        {
            party.Provider.Signs = claims => ForgedTokens.From(party.Provider.Sign(claims), Keys(party)).ElementAt(i).Token;
            Assert.True(await party.SignInAsync() is FinishOutcome.InvalidIdToken, names[i]);
        }
        party.Provider.Signs = null;
        Assert.IsType<FinishOutcome.SignedIn>(await party.SignInAsync());
    }

    // KC CVE-2026-18569: unsigned logout tokens were taken.
    [Fact]
    public async Task CVE_2026_18569_no_forged_logout_token_or_event_is_believed()
    {
        await using var party = await Party.StartAsync();
        var leaves = party.Provider.Claims();
        (leaves["jti"], leaves["events"]) = ("left", new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() });
        var changes = new JsonObject
        {
            ["iss"] = party.Provider.Issuer, ["aud"] = "school", ["iat"] = party.Clock.GetUtcNow().ToUnixTimeSeconds(), ["jti"] = "changed",
            ["sub_id"] = new JsonObject { ["format"] = "iss_sub", ["iss"] = party.Provider.Issuer, ["sub"] = OpSimulator.Subject },
            ["events"] = new JsonObject { ["https://schemas.openid.net/secevent/caep/event-type/credential-change"] = new JsonObject { ["credential_type"] = "password", ["change_type"] = "update" } },
        };
        var (logout, change) = (party.Provider.Sign(leaves, "logout+jwt"), party.Provider.Sign(changes, "secevent+jwt"));
        foreach (var (name, token) in ForgedTokens.From(logout, Keys(party)))
            Assert.True(await party.Client.ReadLogoutTokenAsync(token, null, default) is LogoutTokenOutcome.Invalid, "logout token, " + name);
        foreach (var (name, token) in ForgedTokens.From(change, Keys(party)))
            Assert.True(await party.Client.ReadSecurityEventAsync(token, "school", default) is SecurityEventOutcome.Invalid, "event, " + name);
        Assert.IsType<LogoutTokenOutcome.Valid>(await party.Client.ReadLogoutTokenAsync(logout, null, default));
        Assert.IsType<SecurityEventOutcome.Valid>(await party.Client.ReadSecurityEventAsync(change, "school", default));
    }

    private static string Keys(Party party) => System.Text.Encoding.UTF8.GetString(new JwkSet(party.Provider.Keys.Select(k => k.Public)).ToJson());
}
