using Aupd.Kernel.Settings;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.TestKit;

namespace Aupd.OpenId.Tests.Provider;

public sealed class ClientRegistrationTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>
{
    private const string Good = """
        "clientId": "lib", "name": "Библиотека", "secret": "a-secret-of-the-library", "redirectUris": ["{demo}/library/callback"]
        """;

    [Theory]
    [InlineData("\"redirectUris\": [\"https://a.test/cb#x\"]", "fragment")]
    [InlineData("\"redirectUris\": [\"https://*.a.test/cb\"]", "wildcard")]
    [InlineData("\"redirectUris\": [\"http://a.test/cb\"]", "uses http")]
    [InlineData("\"redirectUris\": [\"/cb\"]", "redirectUris")]
    [InlineData("\"redirectUris\": [\"\"]", "is empty")]
    [InlineData("\"redirectUris\": [\"https://user@a.test/cb\"]", "user name")]
    [InlineData("\"redirectUris\": [\"https://a.test\\\\@b.test\"]", "character")]
    [InlineData("\"redirectUris\": [\"https://ё.test/\"]", "character")]
    [InlineData("\"redirectUris\": [\"{dem}/cb\"]", "placeholder")]
    [InlineData("\"redirectUris\": [\"javascript:alert(1)\"]", "scheme")]
    [InlineData("\"redirectUris\": [\"ru.school.app:/cb\"]", "public (native)")]
    [InlineData("\"redirectUris\": []", "redirectUris is empty")]
    [InlineData("\"postLogoutRedirectUris\": [\"http://a.test/\"]", "postLogoutRedirectUris")]
    [InlineData("\"backchannelLogoutUri\": \"ftp://a.test/\"", "backchannelLogoutUri")]
    [InlineData("\"backchannelLogoutUri\": \"ru.school.app:/x\"", "backchannelLogoutUri")]
    [InlineData("\"initiateLoginUri\": \"x\"", "initiateLoginUri")]
    [InlineData("\"secret\": \"\"", "secret")]
    [InlineData("\"secret\": \"short\"", "16 characters")]
    [InlineData("\"secret\": null", "one to four")]
    [InlineData("\"type\": \"public\"", "a public client has none")]
    [InlineData("\"type\": \"native\"", "type")]
    [InlineData("\"idTokenAlg\": \"none\"", "idTokenAlg")]
    [InlineData("\"idTokenAlg\": \"HS256\"", "idTokenAlg")]
    [InlineData("\"scopes\": [\"profile\"]", "scopes must hold openid")]
    [InlineData("\"scopes\": [\"openid\", \"a b\"]", "scopes")]
    [InlineData("\"clientId\": \"a b\"", "clientId")]
    [InlineData("\"clientId\": \"a\\u0000\"", "clientId")]
    [InlineData("\"name\": \"\"", "name")]
    [InlineData("\"name\": \"a\\u0000b\"", "name")]
    [InlineData("\"requirePkce\": false", "requirePkce")]
    [InlineData("\"redirectURIs\": []", "redirectURIs")]
    [InlineData("\"roles\": [\"a b\"]", "roles")]
    [InlineData("\"refresh\": true", "refresh")]
    [InlineData("\"grantTypes\": []", "grantTypes")]
    [InlineData("\"grantTypes\": [\"password\"]", "password")]
    [InlineData("\"grantTypes\": [\"implicit\", \"authorization_code\"]", "implicit")]
    [InlineData("\"grantTypes\": [\"refresh_token\"]", "grant of a person")]
    [InlineData("\"grantTypes\": [\"authorization_code\", \"authorization_code\"]", "twice")]
    [InlineData("\"grantTypes\": [\"authorization_code\", \"urn:ietf:params:oauth:grant-type:token-exchange\"]", "audiences")]
    [InlineData("\"grantTypes\": [\"authorization_code\", \"urn:ietf:params:oauth:grant-type:token-exchange\"]", "resources")]
    [InlineData("\"grantTypes\": [\"authorization_code\", \"urn:ietf:params:oauth:grant-type:token-exchange\"], \"thirdParty\": true, \"owner\": \"Они\"", "not for a third party")]
    [InlineData("\"authentication\": \"none\"", "authentication")]
    [InlineData("\"authentication\": \"private_key_jwt\"", "a client with private_key_jwt has none")]
    [InlineData("\"jwksUri\": \"http://a.test/keys\"", "jwksUri")]
    [InlineData("\"jwks\": {}", "JWK set")]
    [InlineData("\"jwks\": [1]", "JWK set")]
    [InlineData("\"jwks\": {\"keys\": []}", "JWK set")]
    [InlineData("\"jwks\": {\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}]}", "JWK set")]
    [InlineData("\"jwks\": {\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\", \"y\": \"AA\"}]}", "JWK set")]
    [InlineData("\"profile\": \"fapi1\"", "profile")]
    [InlineData("\"profile\": \"fapi2\"", "private_key_jwt")]
    [InlineData("\"requestObjectAlg\": \"none\"", "requestObjectAlg")]
    [InlineData("\"requestObjectAlg\": \"ES256\"", "to check request objects")]
    [InlineData("\"accessTokenFormat\": \"xml\"", "accessTokenFormat")]
    [InlineData("\"resources\": [\"api\"]", "not an absolute URI")]
    [InlineData("\"audiences\": [\"https://api.test/#x\"]", "fragment")]
    [InlineData("\"claims\": [\"a b\"]", "claims")]
    [InlineData("\"sessionMinutes\": 1", "sessionMinutes")]
    [InlineData("\"thirdParty\": true", "owner")]
    [InlineData("\"consentDays\": 0", "consentDays")]
    public async Task A_registration_that_is_not_safe_is_refused_by_name(string member, string fault)
    {
        var name = member.Split('"')[1];
        var rest = string.Join(", ", Good.Split(", \"").Select((m, i) => i == 0 ? m.Trim() : "\"" + m.Trim()).Where(m => !m.StartsWith($"\"{name}\"", StringComparison.Ordinal)));
        var outcome = await fixture.Site.Clients.RegisterAsync($$"""{ {{rest}}, {{member}} }""", default);
        Assert.Contains(Assert.IsType<RegisterClientOutcome.Refused>(outcome).Faults, f => f.Contains(fault, StringComparison.Ordinal));
        Assert.DoesNotContain(await fixture.Site.Clients.AllAsync(default), c => c.ClientId == "lib");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{}, {}")]
    [InlineData("{ \"clientId\": \"a\", \"clientId\": \"b\", \"name\": \"x\" }")]
    public async Task What_is_no_client_at_all_is_refused(string json) =>
        Assert.IsType<RegisterClientOutcome.Refused>(await fixture.Site.Clients.RegisterAsync(json, default));

    [Fact]
    public async Task A_client_comes_by_the_door_with_addresses_filled_in_and_goes_with_its_grants()
    {
        var json = $$"""{ {{Good.Replace("\"lib\"", "\"goer\"").Replace("{demo}/library/callback", "https://goer.test/cb")}}, "postLogoutRedirectUris": ["{school}/x"], "scopes": ["openid", "profile"], "grantTypes": ["authorization_code", "refresh_token"] }"""
            .Replace("a-secret-of-the-library", TestBrowser.Secret);
        var registered = Assert.IsType<RegisterClientOutcome.Registered>(await fixture.Site.Clients.RegisterAsync(json, default)).Client;
        Assert.Equal(fixture.Site.Shared.Addresses.School + "/x", Assert.Single(registered.PostLogoutRedirectUris));
        Assert.DoesNotContain(TestBrowser.Secret, ClientJson.Write(registered));
        using var browser = fixture.Browser();
        var tokens = await browser.TokensAsync("anna", "goer");
        Assert.True(await fixture.Site.Clients.RemoveAsync("goer", default));
        Assert.False(await fixture.Site.Clients.RemoveAsync("goer", default));
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
        await fixture.Site.Clients.RegisterAsync(json, default);
        Assert.Equal("invalid_token", (await browser.UserInfoAsync(tokens.Text("access_token")!)).Text("error"));
        Assert.Equal("invalid_grant", (await browser.RefreshAsync(tokens.Text("refresh_token")!, "goer")).Text("error"));
    }

    [Fact]
    public async Task The_file_is_read_at_start_and_what_leaves_it_is_removed_but_not_what_came_by_the_door()
    {
        var file = Path.Combine(Path.GetTempPath(), $"clients-{Guid.CreateVersion7():N}.json");
        var database = await TestPostgres.NewDatabaseAsync();
        var settings = new Dictionary<string, string?> { ["OpenId:ClientsFile"] = file };
        async Task<string[]> StartAsync(string json)
        {
            await File.WriteAllTextAsync(file, json);
            await using var site = await TestSite.StartAsync(new TestPeople(), fixture.Clock, database, settings: settings);
            if (json.Contains("lib2", StringComparison.Ordinal)) await site.Clients.RegisterAsync(ProviderFixture.Client("door"), default);
            return [.. (await site.Clients.AllAsync(default)).Select(c => c.ClientId)];
        }
        try
        {
            Assert.Equal(["door", "lib", "lib2"], await StartAsync($$"""[ { {{Good}} }, { {{Good.Replace("\"lib\"", "\"lib2\"")}} } ]"""));
            Assert.Equal(["door", "lib"], await StartAsync($$"""[ { {{Good}} } ]"""));
            var fault = await Assert.ThrowsAsync<SettingsException>(() => StartAsync($$"""[ { {{Good.Replace("{demo}", "http://a.test")}} }, { {{Good}} } ]"""));
            Assert.Contains("uses http", fault.Message);
            Assert.Contains("stands there 2 times", fault.Message);
        }
        finally { File.Delete(file); }
    }

    [Fact]
    public async Task A_file_that_is_not_there_stops_the_start() =>
        Assert.Contains("/nowhere/clients.json", (await Assert.ThrowsAsync<SettingsException>(() =>
            TestSite.StartAsync(new TestPeople(), fixture.Clock, settings: new Dictionary<string, string?> { ["OpenId:ClientsFile"] = "/nowhere/clients.json" }))).Message);
}
