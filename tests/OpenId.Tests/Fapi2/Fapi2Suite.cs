using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Tests.Provider;

namespace Aupd.OpenId.Tests.Fapi2;

/// <summary>What the suite does in one module: it plays a client of the profile and the browser of one person.</summary>
internal sealed class Fapi2Suite(Fapi2Site site, string client = "one") : IDisposable
{
    public const string Par = "/connect/par", Token = "/connect/token", UserInfo = "/connect/userinfo";
    private readonly string _verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public TestBrowser Browser { get; } = new(site.Site.Url);
    public string Client { get; } = client;
    public string Person { get; init; } = "anna";
    public DpopKey Key { get; set; } = new(site.Clock, Fapi2Site.Issuer, key: client == "two" ? site.TwoProof : null);
    public long Now => site.Clock.GetUtcNow().ToUnixTimeSeconds();
    private ClientSigner Signer => Client == "two" ? site.Two : site.One;

    public void Dispose() => Browser.Dispose();

    public Dictionary<string, string> Request(params (string Name, string? Value)[] changes)
    {
        var request = new Dictionary<string, string>
        {
            ["client_id"] = Client, ["redirect_uri"] = $"https://{Client}.test/cb", ["response_type"] = "code", ["scope"] = "openid profile",
            ["state"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)), ["nonce"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)),
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(_verifier))), ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            if (value is null) request.Remove(name);
            else request[name] = value;
        return request;
    }

    /// <summary>The parameters that prove the client; changes go into the assertion.</summary>
    public Dictionary<string, string> Proof(params (string Name, object? Value)[] changes) =>
        ProofOf(Signer.Sign(ClientSigner.Claims(Client, Fapi2Site.Issuer, site.Clock.GetUtcNow(), changes)));

    public static Dictionary<string, string> ProofOf(string assertion) =>
        new() { ["client_assertion_type"] = VerifyAssertion.Type, ["client_assertion"] = assertion };

    /// <summary>The request as a signed object (FAPI 2.0 Message Signing §5.3.1).</summary>
    public Dictionary<string, object> RequestObject(Dictionary<string, string> request, params (string Name, object? Value)[] changes)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Client, ["aud"] = Fapi2Site.Issuer, ["iat"] = Now, ["nbf"] = Now, ["exp"] = Now + 300, ["jti"] = Guid.NewGuid().ToString("N"),
        };
        foreach (var (name, value) in request) claims[name] = value;
        foreach (var (name, value) in changes)
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        return claims;
    }

    public string Sign(Dictionary<string, object> requestObject) => Signer.Sign(requestObject, "oauth-authz-req+jwt");

    public Task<Seen> PushAsync(Dictionary<string, string> request, Dictionary<string, string>? proof = null, params (string, string)[] headers) =>
        Browser.PostAsync(Par, request.Concat(proof ?? Proof()), headers);

    public Task<Seen> PushObjectAsync(string requestObject) => PushAsync(new() { ["client_id"] = Client, ["request"] = requestObject });

    /// <summary>A push that must be refused; returns the error.</summary>
    public async Task<string?> RefusedPushAsync(Dictionary<string, string> request, Dictionary<string, string>? proof = null, params (string, string)[] headers) =>
        Refused(await PushAsync(request, proof, headers));

    public static string? Refused(Seen push)
    {
        Assert.InRange((int)push.Status, 400, 401);
        Assert.Contains("no-store", push.Header("Cache-Control"));
        return push.Text("error");
    }

    public static string RequestUri(Seen push)
    {
        Assert.True(push.Status == HttpStatusCode.Created, push.Body);
        Assert.InRange(push.Json.GetProperty("expires_in").GetInt32(), 5, 599);
        return push.Text("request_uri")!;
    }

    /// <summary>The browser with a reference, until it is at the client again or stays at a page.</summary>
    public async Task<Seen> OpenAsync(string requestUri, params (string Name, string Value)[] beside)
    {
        var query = new Dictionary<string, string> { ["client_id"] = Client, ["request_uri"] = requestUri };
        foreach (var (name, value) in beside) query[name] = value;
        return await FollowAsync(await Browser.AuthorizeAsync(query));
    }

    public async Task<Seen> FollowAsync(Seen seen)
    {
        while (seen.Location?.StartsWith('/') == true)
            seen = seen.Location.StartsWith("/login-page", StringComparison.Ordinal)
                ? await Browser.SignInAsync(Person, seen.Query("back")!) : await Browser.GetAsync(seen.Location);
        return seen;
    }

    /// <summary>Push, sign-in, code; every answer checked.</summary>
    public async Task<string> CodeAsync(Dictionary<string, string>? request = null, params (string, string)[] pushHeaders)
    {
        request ??= Request();
        return Code(request, await OpenAsync(RequestUri(await PushAsync(request, null, pushHeaders))));
    }

    /// <summary>The answer at the client; with the state that was pushed, and the issuer.</summary>
    public string Code(Dictionary<string, string> request, Seen answer)
    {
        Assert.StartsWith($"https://{Client}.test/cb?", answer.Location);
        Assert.Equal((request.GetValueOrDefault("state"), Fapi2Site.Issuer, null), (answer.Query("state"), answer.Query("iss"), answer.Query("error")));
        return answer.Query("code")!;
    }

    public Task<Seen> RedeemAsync(string code, params (string Name, string? Value)[] changes) => RedeemAsync(code, Key.Header("POST", Token), null, changes);

    public Task<Seen> RedeemAsync(string code, (string, string)? dpop, Dictionary<string, string>? proof, params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string>(proof ?? Proof())
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = $"https://{Client}.test/cb", ["code_verifier"] = _verifier,
        };
        foreach (var (name, value) in changes)
            if (value is null) form.Remove(name);
            else form[name] = value;
        return Browser.TokenAsync(form, dpop is { } header ? [header] : []);
    }

    public Task<Seen> RefreshAsync(string token, (string, string)? dpop) =>
        Browser.TokenAsync(new(Proof()) { ["grant_type"] = "refresh_token", ["refresh_token"] = token }, dpop is { } header ? [header] : []);

    public Task<Seen> AskUserInfoAsync(string token, string scheme = "DPoP", string? proof = null) =>
        Browser.GetAsync(UserInfo, ("Authorization", $"{scheme} {token}"), ("DPoP", proof ?? Key.Proof("GET", UserInfo, token)));

    public static void Issued(Seen tokens)
    {
        Assert.True(tokens.Status == HttpStatusCode.OK, tokens.Body);
        Assert.Equal("DPoP", tokens.Text("token_type"));
    }

    /// <summary>The whole flow, to UserInfo; returns the token answer and the ID token's claims.</summary>
    public async Task<(Seen Tokens, JsonElement IdToken)> RunAsync(Dictionary<string, string>? request = null)
    {
        request ??= Request();
        var tokens = await RedeemAsync(await CodeAsync(request));
        Issued(tokens);
        var keys = (await Browser.GetAsync("/connect/jwks")).Json;
        Assert.Equal("PS256", Conformance.Checks.Signed(tokens.Text("id_token")!, keys));
        var claims = TestBrowser.Claims(tokens.Text("id_token"));
        Assert.Equal((Fapi2Site.Issuer, Client, Person), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
        Assert.Equal(request.GetValueOrDefault("nonce"), claims.TryGetProperty("nonce", out var nonce) ? nonce.GetString() : null);
        Assert.Equal(Person, (await AskUserInfoAsync(tokens.Text("access_token")!)).Text("sub"));
        return (tokens, claims);
    }
}
