using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.TestKit;

/// <summary>An answer of a site, as far as tests look at it.</summary>
public sealed record Seen(HttpStatusCode Status, string? Location, string Body, HttpResponseMessage Raw)
{
    /// <summary>A parameter of the address that the browser is sent to.</summary>
    public string? Query(string name) =>
        Location is null ? null : QueryHelpers.ParseQuery(new Uri(new Uri("http://base"), Location).Query).TryGetValue(name, out var value) ? value.ToString() : null;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    public string? Text(string name) => Json.TryGetProperty(name, out var value) ? value.GetString() : null;
    public string? Header(string name) => Raw.Headers.TryGetValues(name, out var values) || Raw.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}

/// <summary>A client of an OpenID Connect provider: a browser with cookies that follows no redirect by itself, and the client's server
/// beside it. People and their pages: <see cref="Browser"/>.</summary>
public sealed class TestBrowser : IDisposable
{
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    public const string Secret = "a-secret-of-a-test-client";
    private readonly HttpClient _http;

    public TestBrowser(string site) => _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(site) };

    public static string Challenge { get; } = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public void Dispose() => _http.Dispose();

    public Task<Seen> GetAsync(string url, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, url, null, headers);

    public Task<Seen> PostAsync(string url, IEnumerable<KeyValuePair<string, string>> form, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, url, new FormUrlEncodedContent(form), headers);

    public async Task<Seen> SendAsync(HttpMethod method, string url, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await _http.SendAsync(request);
        return new Seen(response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>Parameters of a good authorization request; a null takes one away.</summary>
    public static Dictionary<string, string> Request(string client = "web", params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string>
        {
            ["client_id"] = client, ["redirect_uri"] = $"https://{client}.test/cb", ["response_type"] = "code", ["scope"] = "openid profile",
            ["state"] = "st-1", ["nonce"] = "n-1", ["code_challenge"] = Challenge, ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            if (value is null) parameters.Remove(name);
            else parameters[name] = value;
        return parameters;
    }

    public Task<Seen> AuthorizeAsync(Dictionary<string, string> parameters) => GetAsync(QueryHelpers.AddQueryString("/connect/authorize", parameters!));

    /// <summary>Pushes an authorization request, with the secret unless the form has a way of its own.</summary>
    public Task<Seen> PushAsync(Dictionary<string, string> parameters, params (string Name, string Value)[] headers) =>
        PostAsync("/connect/par", new Dictionary<string, string>(parameters) { ["client_secret"] = Secret }, headers);

    /// <summary>What the browser brings after a push.</summary>
    public static Dictionary<string, string> Pushed(Seen push, string client = "web") => new() { ["client_id"] = client, ["request_uri"] = push.Text("request_uri")! };

    public Task<Seen> SignInAsync(string user, string back = "/") => GetAsync($"/login?user={user}&back={Uri.EscapeDataString(back)}");

    /// <summary>Signs in and gets a code.</summary>
    public async Task<string> CodeAsync(string user, Dictionary<string, string>? parameters = null)
    {
        await SignInAsync(user);
        var seen = await AuthorizeAsync(parameters ?? Request());
        Assert.Equal(HttpStatusCode.SeeOther, seen.Status);
        return seen.Query("code") ?? throw new InvalidOperationException("No code: " + seen.Location);
    }

    /// <summary>Parameters of a good redemption.</summary>
    public static Dictionary<string, string> Redeem(string code, string client = "web", params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = $"https://{client}.test/cb", ["code_verifier"] = Verifier,
            ["client_id"] = client, ["client_secret"] = Secret,
        };
        foreach (var (name, value) in changes)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return form;
    }

    public Task<Seen> TokenAsync(Dictionary<string, string> form, params (string Name, string Value)[] headers) => PostAsync("/connect/token", form, headers);

    public async Task<Seen> TokensAsync(string user, string client = "web", string scope = "openid profile")
    {
        var seen = await TokenAsync(Redeem(await CodeAsync(user, Request(client, ("scope", scope))), client));
        Assert.True(seen.Status == HttpStatusCode.OK, seen.Body);
        return seen;
    }

    public Task<Seen> RefreshAsync(string token, string client = "web", params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = token, ["client_id"] = client, ["client_secret"] = Secret };
        foreach (var (name, value) in changes)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return TokenAsync(form);
    }

    public Task<Seen> UserInfoAsync(string token) => GetAsync("/connect/userinfo", ("Authorization", "Bearer " + token));

    /// <summary>The claims of a token, unchecked.</summary>
    public static JsonElement Claims(string? token) => JsonDocument.Parse(Base64Url.DecodeFromChars(token!.Split('.')[1])).RootElement;

    public static JsonElement Header(string? token) => JsonDocument.Parse(Base64Url.DecodeFromChars(token!.Split('.')[0])).RootElement;
}
