using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.RelyingParty;
using Aupd.OpenId.Tests.Provider;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.OpenId.Tests.RelyingParty;

/// <summary>Our relying party before our own provider, over HTTP.</summary>
public sealed class RealEngineTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Theory]
    [InlineData("web", "ES256"), InlineData("rs", "RS256"), InlineData("app", "ES256")]
    public async Task A_person_signs_in_is_refreshed_and_signs_out(string clientId, string algorithm)
    {
        using var client = Client(clientId);
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna-" + clientId);
        var done = Assert.IsType<FinishOutcome.SignedIn>(await SignInAsync(client, browser));
        Assert.Equal(("anna-" + clientId, "Анна anna-" + clientId, "/diary"), (done.Subject, done.Text("name"), done.ReturnData));
        Assert.Equal(algorithm, TestBrowser.Header(done.Tokens.IdToken).GetProperty("alg").GetString());
        Assert.NotNull(done.Text("sid"));

        var again = Assert.IsType<RefreshOutcome.Refreshed>(await client.RefreshAsync(done.Tokens.RefreshToken!, done.Subject, default));
        Assert.IsType<UserInfoOutcome.Got>(await client.UserInfoAsync(again.Tokens.AccessToken, done.Subject, default));
        Assert.Equal("invalid_grant", Assert.IsType<RefreshOutcome.Refused>(await client.RefreshAsync(done.Tokens.RefreshToken!, done.Subject, default)).Error);
        // The spent token came twice: the whole family is over.
        Assert.IsType<RefreshOutcome.Refused>(await client.RefreshAsync(again.Tokens.RefreshToken!, done.Subject, default));
        Assert.IsType<UserInfoOutcome.Refused>(await client.UserInfoAsync(again.Tokens.AccessToken, done.Subject, default));

        var seen = await browser.GetAsync((await client.LogoutUrlAsync(again.Tokens.IdToken, $"https://{clientId}.test/bye", "bye-1", default))!);
        Assert.Equal((HttpStatusCode.SeeOther, $"https://{clientId}.test/bye?state=bye-1"), (seen.Status, seen.Location));
    }

    [Fact]
    public async Task Refusals_of_the_provider_come_back_as_such()
    {
        using var client = Client("web");
        using var browser = fixture.Browser();
        var silent = new SignInRequest { Prompt = "none" };
        Assert.Equal("login_required", Assert.IsType<FinishOutcome.RefusedByProvider>(await SignInAsync(client, browser, silent)).Error);
        await browser.SignInAsync("refused");
        Assert.Equal("access_denied", Assert.IsType<FinishOutcome.RefusedByProvider>(await SignInAsync(client, browser)).Error);
        using var impostor = Client("web", "another secret");
        await browser.SignInAsync("boris");
        Assert.Equal("invalid_client", Assert.IsType<FinishOutcome.TokenRefused>(await SignInAsync(impostor, browser)).Error);
    }

    [Fact]
    public async Task A_code_is_good_for_one_sign_in_and_a_second_use_ends_the_first()
    {
        using var client = Client("web");
        using var browser = fixture.Browser();
        await browser.SignInAsync("vera");
        var (query, pending) = await BackAsync(client, browser, new SignInRequest());
        var first = Assert.IsType<FinishOutcome.SignedIn>(await client.FinishAsync(query, pending, default));
        Assert.Equal("invalid_grant", Assert.IsType<FinishOutcome.TokenRefused>(await client.FinishAsync(query, pending, default)).Error);
        Assert.IsType<RefreshOutcome.Refused>(await client.RefreshAsync(first.Tokens.RefreshToken!, "vera", default));
    }

    [Fact]
    public async Task Max_age_is_honoured_and_proved()
    {
        using var client = Client("web");
        using var browser = fixture.Browser();
        await browser.SignInAsync("galina");
        fixture.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.IsType<FinishOutcome.SignedIn>(await SignInAsync(client, browser, new SignInRequest { MaxAgeSeconds = 900 }));
        Assert.Equal("login_required", Assert.IsType<FinishOutcome.RefusedByProvider>(await SignInAsync(client, browser, new SignInRequest { MaxAgeSeconds = 300, Prompt = "none" })).Error);
    }

    [Theory, Trait("takes", "long")]
    [InlineData(false), InlineData(true)]
    public async Task Sign_in_goes_on_while_the_keys_change(bool forgetOld)
    {
        using var client = Client("web");
        using var browser = fixture.Browser();
        await browser.SignInAsync("dina");
        var keys = fixture.Site.Services.GetRequiredService<ISigningKeys>();
        var kids = new HashSet<string>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                var done = Assert.IsType<FinishOutcome.SignedIn>(await SignInAsync(client, browser));
                kids.Add(TestBrowser.Header(done.Tokens.IdToken).GetProperty("kid").GetString()!);
                fixture.Clock.Advance(TimeSpan.FromSeconds(6));
            }
            await keys.RotateAsync(null, forgetOld, default);
            fixture.Clock.Advance(TimeSpan.FromSeconds(31));
        }
        Assert.Equal(3, kids.Count);
    }

    [Fact]
    public async Task What_the_provider_signs_for_other_purposes_is_read_and_never_mixed_up()
    {
        using var client = Client("web");
        var signer = fixture.Site.Services.GetRequiredService<ITokenSigner>();
        var now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        var secevent = await signer.SignAsync(SignatureAlgorithm.Es256, "secevent+jwt", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = fixture.Site.Issuer, ["aud"] = "web", ["jti"] = "e1", ["iat"] = now,
            ["sub_id"] = new { format = "iss_sub", iss = fixture.Site.Issuer, sub = "egor" },
            ["events"] = new Dictionary<string, object> { ["https://schemas.openid.net/secevent/caep/event-type/credential-change"] = new { credential_type = "password", change_type = "update" } },
        }), default);
        var logout = await signer.SignAsync(SignatureAlgorithm.Rs256, "logout+jwt", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = fixture.Site.Issuer, ["aud"] = "web", ["jti"] = "l1", ["iat"] = now, ["exp"] = now + 120, ["sub"] = "egor", ["sid"] = "s1",
            ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new { } },
        }), default);
        Assert.Equal("egor", Assert.IsType<SecurityEventOutcome.Valid>(await client.ReadSecurityEventAsync(secevent, "web", default)).Event.Subject);
        Assert.Equal("s1", Assert.IsType<LogoutTokenOutcome.Valid>(await client.ReadLogoutTokenAsync(logout, null, default)).Notice.SessionId);
        Assert.IsType<SecurityEventOutcome.Invalid>(await client.ReadSecurityEventAsync(logout, "web", default));
        Assert.IsType<LogoutTokenOutcome.Invalid>(await client.ReadLogoutTokenAsync(secevent, null, default));
        using var browser = fixture.Browser();
        await browser.SignInAsync("egor");
        var idToken = Assert.IsType<FinishOutcome.SignedIn>(await SignInAsync(client, browser)).Tokens.IdToken!;
        Assert.IsType<SecurityEventOutcome.Invalid>(await client.ReadSecurityEventAsync(idToken, "web", default));
        Assert.IsType<LogoutTokenOutcome.Invalid>(await client.ReadLogoutTokenAsync(idToken, null, default));
        // Nor does the provider take any of them for a hint: the person is asked, not signed out.
        foreach (var wrong in new[] { secevent, logout })
        {
            await browser.GetAsync((await client.LogoutUrlAsync(wrong, "https://web.test/bye", null, default))!);
            Assert.Contains(fixture.People.Sessions.Values, s => s.Subject == "egor");
        }
    }

    [Fact]
    public async Task A_client_whose_name_and_secret_need_escaping_in_Basic_is_known()
    {
        const string secret = "s:e%c r+e&t=é";
        await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client("odd.client_1") with { SecretHashes = [ClientJson.Hash(secret)] }, default);
        using var client = Client("odd.client_1", secret);
        using var browser = fixture.Browser();
        await browser.SignInAsync("zoya");
        Assert.IsType<FinishOutcome.SignedIn>(await SignInAsync(client, browser));
    }

    private OidcClient Client(string id, string secret = TestBrowser.Secret) =>
        new(new OidcClientOptions(fixture.Site.Issuer, id, id == "app" ? null : secret, $"https://{id}.test/cb") { Scopes = ["openid", "profile", "offline_access"] },
            fixture.Clock, NullLogger<OidcClient>.Instance);

    private static async Task<FinishOutcome> SignInAsync(OidcClient client, TestBrowser browser, SignInRequest? request = null)
    {
        var (query, pending) = await BackAsync(client, browser, request ?? new SignInRequest { ReturnData = "/diary" });
        return await client.FinishAsync(query, pending, default);
    }

    private static async Task<(QueryCollection Query, PendingSignIn Pending)> BackAsync(OidcClient client, TestBrowser browser, SignInRequest request)
    {
        var begun = Assert.IsType<BeginOutcome.Ready>(await client.BeginAsync(request, default));
        var seen = await browser.GetAsync(begun.Url);
        Assert.True(seen.Status == HttpStatusCode.SeeOther && seen.Location!.StartsWith(client.Options.RedirectUri, StringComparison.Ordinal), $"{seen.Status} {seen.Location}");
        return (new QueryCollection(QueryHelpers.ParseQuery(new Uri(seen.Location!).Query)), begun.Pending);
    }
}
