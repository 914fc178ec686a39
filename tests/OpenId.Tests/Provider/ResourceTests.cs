using System.Net;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>Tokens of persons for named resource servers (RFC 8707), opaque and as JWT (RFC 9068).</summary>
public sealed class ResourceTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    private const string Diary = ServiceClients.DiaryApi, Library = ServiceClients.LibraryApi, Marks = ServiceClients.MarksApi;

    public async Task InitializeAsync()
    {
        foreach (var client in new[]
                 {
                     ProviderFixture.Client("res") with { Resources = [Diary, Library] }, ProviderFixture.Client("resjwt") with { Resources = [Diary, Library], AccessTokenFormat = "jwt" },
                     ServiceClients.Api("diary", Diary), ServiceClients.Api("library", Library),
                 })
            Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(client, default));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static List<KeyValuePair<string, string>> With(Dictionary<string, string> form, params string[] resources) =>
        [.. form, .. resources.Select(r => KeyValuePair.Create("resource", r))];

    private static async Task<Seen> AuthorizeAsync(TestBrowser browser, string client, params string[] resources) =>
        await browser.GetAsync("/connect/authorize?" + await new FormUrlEncodedContent(With(TestBrowser.Request(client), resources)).ReadAsStringAsync());

    /// <summary>A code for some resources, redeemed for some of them.</summary>
    private static async Task<Seen> TokensAsync(TestBrowser browser, string client, string[] authorized, params string[] asked)
    {
        await browser.SignInAsync("anna");
        var code = (await AuthorizeAsync(browser, client, authorized)).Query("code")!;
        return await browser.PostAsync("/connect/token", With(TestBrowser.Redeem(code, client), asked));
    }

    private static Task<Seen> RefreshAsync(TestBrowser browser, Seen tokens, string client, params string[] asked) =>
        browser.PostAsync("/connect/token", With(new()
        {
            ["grant_type"] = "refresh_token", ["refresh_token"] = tokens.Text("refresh_token")!, ["client_id"] = client, ["client_secret"] = TestBrowser.Secret,
        }, asked));

    /// <summary>For whom the token is, as its own client learns it.</summary>
    private static async Task<string> AudienceAsync(TestBrowser browser, Seen tokens, string client)
    {
        Assert.True(tokens.Status == HttpStatusCode.OK, tokens.Body);
        var told = (await browser.IntrospectAsync(tokens.Text("access_token")!, client)).Json;
        Assert.True(told.GetProperty("active").GetBoolean());
        var aud = told.GetProperty("aud");
        return aud.ValueKind == System.Text.Json.JsonValueKind.String ? aud.GetString()! : string.Join(' ', aud.EnumerateArray().Select(a => a.GetString()));
    }

    [Fact]
    public async Task Without_resource_a_token_is_for_userinfo_alone()
    {
        using var browser = fixture.Browser();
        foreach (var client in new[] { "res", "resjwt" })
        {
            var tokens = await TokensAsync(browser, client, []);
            Assert.Equal(fixture.Site.Issuer, await AudienceAsync(browser, tokens, client));
            Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
            Assert.False(await browser.IsActiveAsync(tokens.Text("access_token")!, "diary"));
        }
    }

    [Fact]
    public async Task What_the_authorization_request_named_is_what_the_token_is_for_and_userinfo_is_not()
    {
        using var browser = fixture.Browser();
        var one = await TokensAsync(browser, "res", [Diary]);
        Assert.Equal(Diary, await AudienceAsync(browser, one, "res"));
        Assert.True(await browser.IsActiveAsync(one.Text("access_token")!, "diary"));
        Assert.False(await browser.IsActiveAsync(one.Text("access_token")!, "library"));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(one.Text("access_token")!)).Text("error"));
        var told = (await browser.IntrospectAsync(one.Text("access_token")!, "diary")).Json;
        Assert.Equal(("anna", "res", "openid profile"), (told.GetProperty("sub").GetString(), told.GetProperty("client_id").GetString(), told.GetProperty("scope").GetString()));
        Assert.Equal($"{Diary} {Library}", await AudienceAsync(browser, await TokensAsync(browser, "res", [Diary, Library]), "res"));
        var both = await TokensAsync(browser, "res", [Diary, fixture.Site.Issuer]);
        Assert.True(await browser.IsActiveAsync(both.Text("access_token")!, "diary"));
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(both.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task The_token_request_narrows_and_every_refresh_anew()
    {
        using var browser = fixture.Browser();
        foreach (var client in new[] { "res", "resjwt" })
        {
            var tokens = await TokensAsync(browser, client, [Diary, Library], Library);
            Assert.Equal(Library, await AudienceAsync(browser, tokens, client));
            tokens = await RefreshAsync(browser, tokens, client, Diary);
            Assert.Equal(Diary, await AudienceAsync(browser, tokens, client));
            tokens = await RefreshAsync(browser, tokens, client);
            // A JWT is for one: the first that was named.
            Assert.Equal(client == "res" ? $"{Diary} {Library}" : Diary, await AudienceAsync(browser, tokens, client));
        }
    }

    [Fact]
    public async Task An_authorization_request_that_names_none_leaves_the_choice_to_the_token_request()
    {
        using var browser = fixture.Browser();
        var tokens = await TokensAsync(browser, "res", [], Diary);
        Assert.Equal(Diary, await AudienceAsync(browser, tokens, "res"));
        Assert.Equal(fixture.Site.Issuer, await AudienceAsync(browser, await RefreshAsync(browser, tokens, "res"), "res"));
    }

    [Fact]
    public async Task A_resource_that_is_not_the_clients_is_refused_and_nothing_is_spent()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        foreach (var bad in new[] { Marks, Diary + "/", Diary.ToUpperInvariant(), "diary", "https://diary.test/api#x" })
        {
            var seen = await AuthorizeAsync(browser, "res", Diary, bad);
            Assert.Equal(("invalid_target", "st-1", fixture.Site.Issuer), (seen.Query("error"), seen.Query("state"), seen.Query("iss")));
        }
        Assert.Equal("invalid_request", (await AuthorizeAsync(browser, "res", Diary + " " + Library)).Query("error"));
        Assert.Equal("invalid_target", (await AuthorizeAsync(browser, "web", Diary)).Query("error"));
        var code = (await AuthorizeAsync(browser, "res", Diary)).Query("code")!;
        Assert.Equal("invalid_target", (await browser.PostAsync("/connect/token", With(TestBrowser.Redeem(code, "res"), Marks))).Text("error"));
        var tokens = await browser.TokenAsync(TestBrowser.Redeem(code, "res"));
        Assert.Equal("invalid_target", (await RefreshAsync(browser, tokens, "res", Marks)).Text("error"));
        Assert.Equal(Diary, await AudienceAsync(browser, await RefreshAsync(browser, tokens, "res"), "res"));
    }

    [Fact]
    public async Task A_token_request_may_not_name_more_than_was_authorized()
    {
        using var browser = fixture.Browser();
        Assert.Equal("invalid_target", (await TokensAsync(browser, "res", [Diary], Library)).Text("error"));
        Assert.Equal("invalid_target", (await TokensAsync(browser, "res", [Diary], Diary, Library)).Text("error"));
        Assert.Equal("invalid_target", (await TokensAsync(browser, "res", [Diary], fixture.Site.Issuer)).Text("error"));
        var tokens = await TokensAsync(browser, "res", [Diary]);
        Assert.Equal("invalid_target", (await RefreshAsync(browser, tokens, "res", Library)).Text("error"));
        Assert.Equal("invalid_scope", (await browser.RefreshAsync(tokens.Text("refresh_token")!, "res", ("scope", "openid email"))).Text("error"));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(browser, tokens, "res", Diary)).Status);
    }

    [Fact]
    public async Task A_resource_taken_from_the_registration_is_in_no_new_token()
    {
        using var browser = fixture.Browser();
        foreach (var format in new[] { "opaque", "jwt" })
        {
            var client = ProviderFixture.Client("loses-" + format) with { Resources = [Diary, Library], AccessTokenFormat = format };
            await fixture.Site.Clients.RegisterAsync(client, default);
            var both = await TokensAsync(browser, client.ClientId, [Diary, Library]);
            var one = await TokensAsync(browser, client.ClientId, [Diary]);
            await fixture.Site.Clients.RegisterAsync(client with { Resources = [Library] }, default);
            Assert.Equal(Library, await AudienceAsync(browser, await RefreshAsync(browser, both, client.ClientId), client.ClientId));
            Assert.Equal("invalid_target", (await RefreshAsync(browser, one, client.ClientId)).Text("error"));
        }
    }

    // RFC 9068 §2, §4; OpenID Connect Core §3.1.3.6 for at_hash.
    [Fact]
    public async Task A_persons_jwt_says_who_for_whom_and_when_they_signed_in_and_nothing_else_of_them()
    {
        using var browser = fixture.Browser();
        var tokens = await TokensAsync(browser, "resjwt", [Diary]);
        var token = tokens.Text("access_token")!;
        var keys = await fixture.Site.Services.GetRequiredService<ISigningKeys>().PublicAsync(default);
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, keys.Set, new JwsPolicy([SignatureAlgorithm.Es256], ["at+jwt"])));
        var (claims, id) = (TestBrowser.Claims(token), TestBrowser.Claims(tokens.Text("id_token")));
        Assert.Equal(["aud", "auth_time", "client_id", "exp", "grant", "iat", "iss", "jti", "scope", "sub"], claims.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(("anna", Diary, "resjwt", "openid profile", fixture.Site.Issuer),
            (claims.GetProperty("sub").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("client_id").GetString(), claims.GetProperty("scope").GetString(), claims.GetProperty("iss").GetString()));
        Assert.Equal(id.GetProperty("auth_time").GetInt64(), claims.GetProperty("auth_time").GetInt64());
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(token)).AsSpan(0, 16);
        Assert.Equal(StrictBase64Url.Encode(hash), id.GetProperty("at_hash").GetString());
        await using var rows = fixture.Site.Shared.Source.CreateCommand("select count(*) from openid.access_token t join openid.client_grant g on g.id = t.grant_id where g.client_id = 'resjwt'");
        Assert.Equal(0L, await rows.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_revoked_jwt_a_disabled_person_and_an_ended_session_are_inactive_at_once()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        async Task<Seen> NewAsync(string person) => await browser.TokenAsync(TestBrowser.Redeem(await browser.CodeAsync(person, TestBrowser.Request("resjwt")), "resjwt"));
        async Task GoneAsync(Seen tokens)
        {
            Assert.False(await browser.IsActiveAsync(tokens.Text("access_token")!, "resjwt"));
            Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
        }
        var alone = await NewAsync("jwt-anna");
        Assert.Equal("Анна jwt-anna", (await browser.UserInfoAsync(alone.Text("access_token")!)).Text("name"));
        await browser.RevokeAsync(alone.Text("access_token")!, "resjwt");
        await GoneAsync(alone);
        var next = await browser.RefreshAsync(alone.Text("refresh_token")!, "resjwt");
        Assert.True(await browser.IsActiveAsync(next.Text("access_token")!, "resjwt"));
        await browser.RevokeAsync(next.Text("refresh_token")!, "resjwt");
        await GoneAsync(next);
        var disabled = await NewAsync("jwt-left");
        fixture.People.Disabled["jwt-left"] = true;
        await GoneAsync(disabled);
        var ended = await NewAsync("jwt-out");
        await fixture.Site.Grants.EndSessionsAsync([TestBrowser.Claims(ended.Text("id_token")).GetProperty("sid").GetString()!], default);
        await GoneAsync(ended);
        var expired = await NewAsync("jwt-late");
        fixture.Clock.Advance(TimeSpan.FromSeconds(600));
        await GoneAsync(expired);
    }

    [Fact]
    public async Task No_other_signed_message_of_ours_passes_for_an_access_token_nor_one_for_them()
    {
        using var browser = fixture.Browser();
        var tokens = await TokensAsync(browser, "resjwt", []);
        var (access, id) = (tokens.Text("access_token")!, tokens.Text("id_token")!);
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(id)).Text("error"));
        Assert.False(await browser.IsActiveAsync(id, "resjwt"));
        var signer = fixture.Site.Services.GetRequiredService<ITokenSigner>();
        var payload = StrictBase64Url.Decode(access.Split('.')[1])!;
        foreach (var typ in new[] { null, "JWT", "logout+jwt", "secevent+jwt", "dpop+jwt" })
        {
            var forged = await signer.SignAsync(SignatureAlgorithm.Es256, typ, payload, default);
            Assert.Equal("invalid_token", (await browser.UserInfoAsync(forged)).Text("error"));
            Assert.False(await browser.IsActiveAsync(forged, "resjwt"));
        }
        Assert.Equal("invalid_request", (await browser.AuthorizeAsync(TestBrowser.Request("resjwt", ("id_token_hint", access)))).Query("error"));
        Assert.Equal("invalid_client", (await browser.TokenAsync(TestBrowser.Redeem("x", "resjwt", [.. ClientSigner.Proof(access), ("client_id", null)]))).Text("error"));
        var foreign = new ClientSigner(SignatureAlgorithm.Es256);
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(Jws.Sign(foreign.Key, "at+jwt", payload))).Text("error"));
    }

    [Fact]
    public async Task A_pushed_request_names_resources_too()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync("anna");
        var form = TestBrowser.Request("res", ("client_secret", TestBrowser.Secret));
        var pushed = await browser.PostAsync("/connect/par", With(form, Diary, Library));
        var code = (await browser.GetAsync($"/connect/authorize?client_id=res&request_uri={Uri.EscapeDataString(pushed.Text("request_uri")!)}")).Query("code")!;
        Assert.Equal($"{Diary} {Library}", await AudienceAsync(browser, await browser.TokenAsync(TestBrowser.Redeem(code, "res")), "res"));
        Assert.Equal("invalid_target", (await browser.PostAsync("/connect/par", With(form, Marks))).Text("error"));
    }
}
