using System.Net;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>client_credentials (RFC 6749 §4.4): a service in its own name.</summary>
public sealed class ClientCredentialsTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        foreach (var client in new[]
                 {
                     ServiceClients.Service(), ServiceClients.Service("jwt", "jwt"), ServiceClients.Service("many", "opaque", ServiceClients.DiaryApi, ServiceClients.LibraryApi),
                     ServiceClients.Service("manyjwt", "jwt", ServiceClients.DiaryApi, ServiceClients.LibraryApi), ServiceClients.Api("api", ServiceClients.DiaryApi),
                 })
            Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_service_gets_a_token_of_its_own_with_its_own_scopes_and_no_refresh_or_id_token()
    {
        using var browser = fixture.Browser();
        var seen = await browser.OwnTokenAsync();
        Assert.Equal((HttpStatusCode.OK, "no-store", "Bearer", "diary.read diary.write"), (seen.Status, seen.Header("Cache-Control"), seen.Text("token_type"), seen.Text("scope")));
        Assert.Equal(600, seen.Json.GetProperty("expires_in").GetInt64());
        Assert.Equal(["access_token", "expires_in", "scope", "token_type"], seen.Json.EnumerateObject().Select(m => m.Name).Order());
        var told = (await browser.IntrospectAsync(seen.Text("access_token")!, "api")).Json;
        Assert.Equal(("service", "service", ServiceClients.DiaryApi), (told.GetProperty("sub").GetString(), told.GetProperty("client_id").GetString(), told.GetProperty("aud").GetString()));
    }

    [Fact]
    public async Task It_may_ask_for_less()
    {
        using var browser = fixture.Browser();
        Assert.Equal("diary.read", (await browser.OwnTokenAsync(changes: ("scope", "diary.read"))).Text("scope"));
    }

    [Theory]
    [InlineData("openid")]
    [InlineData("profile")]
    [InlineData("offline_access")]
    [InlineData("diary.read email")]
    [InlineData("diary.delete")]
    public async Task Nothing_of_a_person_and_nothing_unregistered_is_to_be_had(string scope)
    {
        using var browser = fixture.Browser();
        var seen = await browser.OwnTokenAsync(changes: ("scope", scope));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_scope"), (seen.Status, seen.Text("error")));
    }

    [Fact]
    public async Task Its_token_opens_no_userinfo()
    {
        using var browser = fixture.Browser();
        foreach (var client in new[] { "service", "jwt" })
        {
            var seen = await browser.UserInfoAsync((await browser.OwnTokenAsync(client)).Text("access_token")!);
            Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (seen.Status, seen.Text("error")));
        }
    }

    [Fact]
    public async Task Only_clients_registered_for_it_may_and_they_prove_who_they_are()
    {
        using var browser = fixture.Browser();
        Assert.Equal("unauthorized_client", (await browser.OwnTokenAsync("web")).Text("error"));
        Assert.Equal("unauthorized_client", (await browser.OwnTokenAsync("app", ("client_secret", null))).Text("error"));
        Assert.Equal("invalid_client", (await browser.OwnTokenAsync(changes: ("client_secret", null))).Text("error"));
        Assert.Equal("invalid_client", (await browser.OwnTokenAsync(changes: ("client_secret", "wrong-wrong-wrong-wrong"))).Text("error"));
        var removed = await browser.OwnTokenAsync("nobody");
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (removed.Status, removed.Text("error")));
    }

    // RFC 9068 §2.
    [Fact]
    public async Task A_jwt_says_who_for_whom_what_and_until_when()
    {
        using var browser = fixture.Browser();
        var (first, second) = ((await browser.OwnTokenAsync("jwt")).Text("access_token")!, (await browser.OwnTokenAsync("jwt")).Text("access_token")!);
        var keys = await fixture.Site.Services.GetRequiredService<ISigningKeys>().PublicAsync(default);
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(first, keys.Set, new JwsPolicy([SignatureAlgorithm.Es256], ["at+jwt"])));
        Assert.Equal("at+jwt", TestBrowser.Header(first).GetProperty("typ").GetString());
        var claims = TestBrowser.Claims(first);
        Assert.Equal(["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"], claims.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal((fixture.Site.Issuer, "jwt", "jwt", ServiceClients.DiaryApi, "diary.read diary.write"),
            (claims.GetProperty("iss").GetString(), claims.GetProperty("sub").GetString(), claims.GetProperty("client_id").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("scope").GetString()));
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.NotEqual(claims.GetProperty("jti").GetString(), TestBrowser.Claims(second).GetProperty("jti").GetString());
        Assert.True(await browser.IsActiveAsync(first, "api"));
    }

    [Fact]
    public async Task A_service_with_several_resources_names_one_and_only_its_own()
    {
        using var browser = fixture.Browser();
        string? Error(Seen seen) => seen.Status == HttpStatusCode.BadRequest ? seen.Text("error") : null;
        Assert.Equal("invalid_target", Error(await browser.OwnTokenAsync("many")));
        Assert.Equal("invalid_target", Error(await browser.OwnTokenAsync("many", ("resource", ServiceClients.MarksApi))));
        Assert.Equal("invalid_target", Error(await browser.OwnTokenAsync("many", ("resource", ServiceClients.DiaryApi + "/"))));
        Assert.Equal("invalid_request", Error(await browser.OwnTokenAsync("many", ("resource", ServiceClients.DiaryApi + " " + ServiceClients.LibraryApi))));
        var one = await browser.OwnTokenAsync("many", ("resource", ServiceClients.LibraryApi));
        Assert.Equal(ServiceClients.LibraryApi, (await browser.IntrospectAsync(one.Text("access_token")!, "many")).Text("aud"));
        Assert.False(await browser.IsActiveAsync(one.Text("access_token")!, "api"));
    }

    [Fact]
    public async Task Several_resources_may_be_named_for_an_opaque_token_and_one_for_a_jwt()
    {
        using var browser = fixture.Browser();
        KeyValuePair<string, string>[] Form(string client) =>
        [
            new("grant_type", "client_credentials"), new("client_id", client), new("client_secret", TestBrowser.Secret), new("resource", ServiceClients.DiaryApi),
            new("resource", ServiceClients.LibraryApi), new("resource", ServiceClients.DiaryApi),
        ];
        var opaque = await browser.PostAsync("/connect/token", Form("many"));
        var told = (await browser.IntrospectAsync(opaque.Text("access_token")!, "api")).Json;
        Assert.Equal([ServiceClients.DiaryApi, ServiceClients.LibraryApi], told.GetProperty("aud").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal("invalid_target", (await browser.PostAsync("/connect/token", Form("manyjwt"))).Text("error"));
        var jwt = await browser.OwnTokenAsync("manyjwt", ("resource", ServiceClients.LibraryApi));
        Assert.Equal(ServiceClients.LibraryApi, TestBrowser.Claims(jwt.Text("access_token")).GetProperty("aud").GetString());
    }

    [Fact]
    public async Task A_removed_service_has_no_token_any_more_and_its_successor_does_not_inherit_it()
    {
        using var browser = fixture.Browser();
        foreach (var format in new[] { "opaque", "jwt" })
        {
            var client = ServiceClients.Service("gone-" + format, format);
            await fixture.Site.Clients.RegisterAsync(client, default);
            var token = (await browser.OwnTokenAsync(client.ClientId)).Text("access_token")!;
            Assert.True(await browser.IsActiveAsync(token, "api"));
            await fixture.Site.Clients.RemoveAsync(client.ClientId, default);
            Assert.False(await browser.IsActiveAsync(token, "api"));
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            await fixture.Site.Clients.RegisterAsync(client, default);
            Assert.False(await browser.IsActiveAsync(token, "api"));
            Assert.True(await browser.IsActiveAsync((await browser.OwnTokenAsync(client.ClientId)).Text("access_token")!, "api"));
        }
    }

    [Fact]
    public async Task A_jwt_takes_no_round_trip_and_an_opaque_token_one_row()
    {
        using var browser = fixture.Browser();
        async Task<long> RowsAsync()
        {
            await using var command = fixture.Site.Shared.Source.CreateCommand("select count(*) from openid.access_token where client_id in ('service', 'jwt')");
            return (long)(await command.ExecuteScalarAsync())!;
        }
        var before = await RowsAsync();
        await browser.OwnTokenAsync("jwt");
        Assert.Equal(before, await RowsAsync());
        await browser.OwnTokenAsync();
        Assert.Equal(before + 1, await RowsAsync());
    }
}
