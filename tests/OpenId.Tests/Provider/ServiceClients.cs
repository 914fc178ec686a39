using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>Services that call one another, for the tests of tokens between them.</summary>
internal static class ServiceClients
{
    public const string DiaryApi = "https://diary.test/api", LibraryApi = "https://library.test/api", MarksApi = "https://marks.test/api";

    /// <summary>Acts in its own name, on behalf of nobody.</summary>
    public static OpenIdClient Service(string id = "service", string format = "opaque", params string[] resources) => new()
    {
        ClientId = id, Name = "Сервис " + id, SecretHashes = [ClientJson.Hash(TestBrowser.Secret)], GrantTypes = [GrantTypes.ClientCredentials],
        Scopes = ["openid", "profile", "email", "offline_access", "diary.read", "diary.write"], AccessTokenFormat = format,
        Resources = resources.Length > 0 ? resources : [DiaryApi],
    };

    /// <summary>A resource server: reads tokens that are for it.</summary>
    public static OpenIdClient Api(string id, params string[] audiences) =>
        Service(id) with { Resources = [], Audiences = audiences };

    public static Task<Seen> OwnTokenAsync(this TestBrowser browser, string client = "service", params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = client, ["client_secret"] = TestBrowser.Secret };
        foreach (var (name, value) in changes)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return browser.TokenAsync(form);
    }

    /// <summary>A service that goes on to others for the person who called it.</summary>
    public static OpenIdClient Acting(string id, string audience, params string[] resources) => Service(id) with
    {
        GrantTypes = [GrantTypes.TokenExchange], Scopes = ["openid", "profile", "diary.read", "marks.read", "offline_access"], Audiences = [audience], Resources = resources,
    };

    public static Task<Seen> ExchangeAsync(this TestBrowser browser, string token, string client, params (string Name, string? Value)[] changes) =>
        browser.ExchangeAsync(token, client, changes, []);

    public static Task<Seen> ExchangeAsync(this TestBrowser browser, string token, string client, (string Name, string? Value)[] changes, params (string, string)[] headers)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = GrantTypes.TokenExchange, ["subject_token"] = token, ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["client_id"] = client, ["client_secret"] = TestBrowser.Secret,
        };
        foreach (var (name, value) in changes)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return browser.TokenAsync(form, headers);
    }

    public static Task<Seen> RevokeAsync(this TestBrowser browser, string token, string client = "web", params (string Name, string? Value)[] changes) =>
        browser.PostAsync("/connect/revoke", Form(token, client, changes));

    public static Task<Seen> IntrospectAsync(this TestBrowser browser, string token, string client = "web", params (string Name, string? Value)[] changes) =>
        browser.PostAsync("/connect/introspect", Form(token, client, changes));

    /// <summary>Is the token active to the caller? An inactive one says nothing else.</summary>
    public static async Task<bool> IsActiveAsync(this TestBrowser browser, string token, string client = "web")
    {
        var seen = await browser.IntrospectAsync(token, client);
        Assert.True(seen.Status == System.Net.HttpStatusCode.OK, seen.Body);
        if (seen.Json.GetProperty("active").GetBoolean()) return true;
        Assert.Equal("""{"active":false}""", seen.Body);
        return false;
    }

    private static Dictionary<string, string> Form(string token, string client, (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string> { ["token"] = token, ["client_id"] = client, ["client_secret"] = TestBrowser.Secret };
        foreach (var (name, value) in changes)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return form;
    }
}
