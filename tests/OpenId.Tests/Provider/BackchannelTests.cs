using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Logout;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

public sealed class BackchannelTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    [Fact]
    public async Task Every_client_with_a_grant_of_the_session_is_told_once_and_no_other()
    {
        await using var receiver = await LogoutReceiver.StartAsync();
        foreach (var id in new[] { "b1", "b2", "b3" })
            await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client(id) with { BackchannelLogoutUri = receiver.Url + "/" + id, IdTokenAlg = id == "b2" ? "RS256" : "ES256" }, default);
        using var browser = fixture.Browser();
        var b1 = await browser.TokensAsync("anna", "b1");
        foreach (var client in new[] { "b1", "b2" })
            Assert.Equal(HttpStatusCode.OK, (await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request(client))).Query("code")!, client))).Status);
        using (var elsewhere = fixture.Browser()) await elsewhere.TokensAsync("anna", "b3");
        await browser.GetAsync("/connect/logout?id_token_hint=" + b1.Text("id_token"));
        Assert.Equal(2, await fixture.Site.PumpAsync());
        Assert.Equal(["/b1", "/b2"], receiver.Got.Select(g => g.Path).Order());
        var keys = await fixture.Site.Services.GetRequiredService<ISigningKeys>().PublicAsync(default);
        foreach (var (path, form) in receiver.Got)
        {
            var token = Assert.Single(form, f => f.Key == "logout_token").Value.ToString();
            var verified = Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, keys.Set, new JwsPolicy([SignatureAlgorithm.Es256, SignatureAlgorithm.Rs256], ["logout+jwt"])));
            Assert.Equal(path == "/b2" ? "RS256" : "ES256", verified.Algorithm);
            var claims = JsonDocument.Parse(verified.Payload).RootElement;
            Assert.Equal((fixture.Site.Issuer, path[1..], "anna"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
            Assert.Equal(TestBrowser.Claims(b1.Text("id_token")).GetProperty("sid").GetString(), claims.GetProperty("sid").GetString());
            Assert.Equal(120, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
            Assert.Equal("""{"http://schemas.openid.net/event/backchannel-logout":{}}""", claims.GetProperty("events").GetRawText());
            Assert.NotEmpty(claims.GetProperty("jti").GetString()!);
            Assert.False(claims.TryGetProperty("nonce", out _));
        }
    }

    [Fact]
    public async Task A_client_that_fails_is_told_again_and_holds_back_no_other()
    {
        await using var receiver = await LogoutReceiver.StartAsync();
        foreach (var id in new[] { "f1", "f2" })
            await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client(id) with { BackchannelLogoutUri = receiver.Url + "/" + id }, default);
        receiver.Failing = "/f1";
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("boris", "f1");
        await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request("f2"))).Query("code")!, "f2"));
        await browser.GetAsync("/connect/logout?id_token_hint=" + tokens.Text("id_token"));
        await fixture.Site.PumpAsync();
        Assert.Equal(["/f1", "/f2"], receiver.Got.Select(g => g.Path).Order());
        receiver.Failing = null;
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await fixture.Site.PumpAsync());
        Assert.Equal(2, receiver.Got.Count(g => g.Path == "/f1"));
        Assert.Equal(2, receiver.Got.Where(g => g.Path == "/f1").Select(g => TestBrowser.Claims(g.Form["logout_token"].ToString()).GetProperty("jti").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_removed_client_not_called()
    {
        await using var receiver = await LogoutReceiver.StartAsync();
        foreach (var id in new[] { "r1", "r2" })
            await fixture.Site.Clients.RegisterAsync(ProviderFixture.Client(id) with { BackchannelLogoutUri = $"{receiver.Url}/{(id == "r1" ? "redirect" : id)}" }, default);
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("vera", "r1");
        await browser.TokenAsync(TestBrowser.Redeem((await browser.AuthorizeAsync(TestBrowser.Request("r2"))).Query("code")!, "r2"));
        await browser.GetAsync("/connect/logout?id_token_hint=" + tokens.Text("id_token"));
        Assert.True(await fixture.Site.Clients.RemoveAsync("r2", default));
        await fixture.Site.PumpAsync();
        Assert.Equal("/redirect", Assert.Single(receiver.Got).Path);
        await using var command = fixture.Site.Shared.Source.CreateCommand("delete from kernel.outbox where key like 'r1/%' returning last_error");
        Assert.Contains("302", (string?)await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_private_address_is_called_only_when_that_is_allowed()
    {
        await using var receiver = await LogoutReceiver.StartAsync();
        var identity = new ProviderIdentity("school", "https://school.region.test");
        using var guarded = new BackchannelHttp(new OpenIdSettings(), identity);
        using var content = new StringContent("x");
        foreach (var host in new[] { "127.0.0.1", "localhost" })
            await Assert.ThrowsAsync<HttpRequestException>(() => guarded.PostAsync($"http://{host}:{new Uri(receiver.Url).Port}/x", content, default));
        Assert.Empty(receiver.Got);
        using var open = new BackchannelHttp(new OpenIdSettings { AllowPrivateBackchannel = true }, identity);
        Assert.Equal(HttpStatusCode.OK, await open.PostAsync(receiver.Url + "/x", new FormUrlEncodedContent([]), default));
        using var strict = new BackchannelHttp(new OpenIdSettings { AllowPrivateBackchannel = false }, new ProviderIdentity("school", "http://localhost:5000"));
        await Assert.ThrowsAsync<HttpRequestException>(() => strict.PostAsync(receiver.Url + "/x", content, default));
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("2a02:6b8::2:242", true)]
    public void Public_addresses_are_told_from_private_ones(string address, bool isPublic) =>
        Assert.Equal(isPublic, BackchannelHttp.IsPublic(IPAddress.Parse(address)));
}
