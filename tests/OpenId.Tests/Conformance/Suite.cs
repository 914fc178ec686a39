using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Aupd.OpenId.Tests.Provider;
using Microsoft.AspNetCore.WebUtilities;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>Where an authorization request ended: at the client's redirect URI with parameters, or at a page of the provider.</summary>
internal abstract record Ending
{
    private Ending() { }
    internal sealed record AtClient(IReadOnlyDictionary<string, string> Parameters) : Ending
    {
        public string? this[string name] => Parameters.GetValueOrDefault(name);
    }
    internal sealed record AtPage(Seen Page) : Ending;
}

/// <summary>What the suite does in one module: it plays the client and the browser of one person, and checks every answer on its way as
/// its modules do in common.</summary>
internal sealed class Suite(ConformanceSite site, string? responseMode = null, string client = "suite") : IDisposable
{
    private readonly Dictionary<string, string> _verifiers = [];

    public TestBrowser Browser { get; } = new(site.Site.Url);
    public string Client { get; } = client;
    /// <summary>Who signs in at the sign-in page.</summary>
    public string Person { get; init; } = "anna";
    public bool SecretInBody { get; init; }
    /// <summary>Proves the client by private_key_jwt, with the issuer as audience.</summary>
    public ClientSigner? Signer { get; init; }
    /// <summary>How often the sign-in page was shown.</summary>
    public int SignInPages { get; private set; }
    public Seen? LastSignInPage { get; private set; }
    public string RedirectUri => $"https://{Client}.test/cb";

    public void Dispose() => Browser.Dispose();

    public Suite As(string other) => new(site, responseMode, other) { Person = Person };

    /// <summary>An address of the discovery document as the suite reaches it.</summary>
    public static string Local(string url) => url.StartsWith(ConformanceSite.Issuer + "/", StringComparison.Ordinal) ? url[ConformanceSite.Issuer.Length..] : url;

    /// <summary>A request with a state, nonce and PKCE verifier of its own; a null takes a parameter away.</summary>
    public Dictionary<string, string> Request(params (string Name, string? Value)[] changes)
    {
        var verifier = Random();
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        _verifiers[challenge] = verifier;
        var request = new Dictionary<string, string>
        {
            ["client_id"] = Client, ["redirect_uri"] = RedirectUri, ["scope"] = "openid", ["state"] = Random(), ["nonce"] = Random(),
            ["response_type"] = "code", ["code_challenge"] = challenge, ["code_challenge_method"] = "S256",
        };
        if (responseMode is not null) request["response_mode"] = responseMode;
        foreach (var (name, value) in changes)
            if (value is null) request.Remove(name);
            else request[name] = value;
        return request;
    }

    /// <summary>Sends the browser with the request and goes with it until it is at the client again or stays at a page.</summary>
    /// <param name="backTo">Where the client expects the browser, if not at the request's redirect_uri.</param>
    public async Task<Ending> SendAsync(Dictionary<string, string> request, bool byPost = false, string? backTo = null)
    {
        backTo ??= request.GetValueOrDefault("redirect_uri");
        var seen = byPost ? await Browser.PostAsync("/connect/authorize", request) : await Browser.AuthorizeAsync(request);
        for (var hops = 0; hops < 10; hops++)
        {
            if (seen.Status == HttpStatusCode.OK && seen.Location is null && seen.Body.Contains("<form")) return FormPost(seen, backTo);
            if (seen.Location is null) return new Ending.AtPage(seen);
            if (backTo is not null && seen.Location.StartsWith(backTo, StringComparison.Ordinal)) return Query(seen, backTo);
            Assert.Matches("^/[^/\\\\]", seen.Location);
            if (seen.Location.StartsWith("/login-page", StringComparison.Ordinal))
            {
                (SignInPages, LastSignInPage) = (SignInPages + 1, seen);
                seen = await Browser.SignInAsync(Person, seen.Query("back")!);
            }
            else seen = await Browser.GetAsync(seen.Location);
        }
        throw new InvalidOperationException("The browser goes round in circles.");
    }

    /// <summary>A request that must end at the client with a code.</summary>
    public async Task<string> CodeAsync(Dictionary<string, string> request, bool byPost = false)
    {
        var ending = Assert.IsType<Ending.AtClient>(await SendAsync(request, byPost));
        Checks.GoodAnswer(request, ending);
        return ending["code"]!;
    }

    /// <summary>A request that must end at the client with an error.</summary>
    public async Task<string> ErrorAsync(Dictionary<string, string> request)
    {
        var ending = Assert.IsType<Ending.AtClient>(await SendAsync(request));
        Checks.ErrorAnswer(request, ending);
        return ending["error"]!;
    }

    /// <summary>A request that must end at a page of the provider: the person is told, the client is not.</summary>
    public async Task PageAsync(Dictionary<string, string> request)
    {
        var page = Assert.IsType<Ending.AtPage>(await SendAsync(request)).Page;
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.StartsWith("text/html", page.Header("Content-Type"));
    }

    public Task<Seen> CallTokenEndpointAsync(params (string Name, string Value)[] form)
    {
        var fields = form.Select(f => KeyValuePair.Create(f.Name, f.Value)).ToList();
        if (Signer is not null)
            fields.AddRange([new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                new("client_assertion", Signer.Sign(ClientSigner.Claims(Client, ConformanceSite.Issuer, site.Clock.GetUtcNow())))]);
        else if (SecretInBody) fields.AddRange([new("client_id", Client), new("client_secret", TestBrowser.Secret)]);
        else return Browser.PostAsync("/connect/token", fields, ("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Client}:{TestBrowser.Secret}"))));
        return Browser.PostAsync("/connect/token", fields);
    }

    public Task<Seen> RedeemAsync(Dictionary<string, string> request, string code) =>
        CallTokenEndpointAsync(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", request["redirect_uri"]),
            ("code_verifier", _verifiers[request["code_challenge"]]));

    public Task<Seen> RefreshAsync(string token) => CallTokenEndpointAsync(("grant_type", "refresh_token"), ("refresh_token", token));

    /// <summary>The whole flow, every answer checked: request, code, tokens, ID token.</summary>
    public async Task<SignedIn> RunAsync(params (string Name, string? Value)[] changes) => await RunAsync(Request(changes));

    public async Task<SignedIn> RunAsync(Dictionary<string, string> request, bool byPost = false)
    {
        var code = await CodeAsync(request, byPost);
        var tokens = await RedeemAsync(request, code);
        Checks.TokenAnswer(tokens);
        var claims = Checks.IdToken(tokens.Text("id_token")!, (await Browser.GetAsync("/connect/jwks")).Json, Client, site.Clock.GetUtcNow());
        Checks.HashOfAccessToken(claims, tokens.Text("access_token")!);
        Assert.Equal(request.GetValueOrDefault("nonce"), claims.TryGetProperty("nonce", out var nonce) ? nonce.GetString() : null);
        return new SignedIn(request, code, tokens, claims);
    }

    /// <summary>The same, and UserInfo read by the header.</summary>
    public async Task<(SignedIn SignedIn, Seen UserInfo)> RunToUserInfoAsync(params (string Name, string? Value)[] changes)
    {
        var signedIn = await RunAsync(changes);
        var userInfo = await Browser.UserInfoAsync(signedIn.AccessToken);
        Checks.UserInfo(userInfo, signedIn.Claims);
        return (signedIn, userInfo);
    }

    public async Task<Seen> DiscoveryAsync() => await Browser.GetAsync("/.well-known/openid-configuration");

    private static Ending.AtClient Query(Seen seen, string redirectUri)
    {
        Assert.Equal(HttpStatusCode.SeeOther, seen.Status);
        Assert.Equal(redirectUri.Contains('?') ? '&' : '?', seen.Location![redirectUri.Length]);
        Assert.DoesNotContain('#', seen.Location);
        // Each once, and nothing of the registered query doubled.
        return new(QueryHelpers.ParseQuery(seen.Location[(redirectUri.Length + 1)..]).ToDictionary(p => p.Key, p => Assert.Single(p.Value)!));
    }

    // OAuth 2.0 Form Post Response Mode §2: a form that posts itself, form-urlencoded, with the parameters and nothing else.
    private Ending FormPost(Seen seen, string? backTo)
    {
        var page = new HtmlParser().ParseDocument(seen.Body);
        if (page.Forms[0].GetAttribute("action") != backTo) return new Ending.AtPage(seen);
        Assert.Equal("form_post", responseMode);
        var form = Assert.Single(page.Forms);
        Assert.Equal(("post", null), (form.GetAttribute("method"), form.GetAttribute("enctype")));
        Assert.Contains("submit()", page.Scripts.Single().Text);
        Assert.Equal("no-store", seen.Header("Cache-Control"));
        var fields = form.QuerySelectorAll("input").Cast<IHtmlInputElement>().ToList();
        Assert.All(fields, f => Assert.Equal("hidden", f.Type));
        return new Ending.AtClient(fields.ToDictionary(f => f.Name!, f => f.Value));
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}

/// <summary>What a flow has brought.</summary>
internal sealed record SignedIn(Dictionary<string, string> Request, string Code, Seen Tokens, System.Text.Json.JsonElement Claims)
{
    public string AccessToken => Tokens.Text("access_token")!;
    public string IdToken => Tokens.Text("id_token")!;
    public long AuthTime => Claims.GetProperty("auth_time").GetInt64();
    public string Subject => Claims.GetProperty("sub").GetString()!;
}
