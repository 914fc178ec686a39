using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;
using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Aupd.OpenId.Tests.RelyingParty;

/// <summary>A provider on a loopback port that does everything right until a test tells it to do something wrong.</summary>
internal sealed class OpSimulator : IAsyncDisposable
{
    public const string ClientId = "client one", Secret = "s:e%c r+e&t", Callback = "http://localhost:9/callback", Subject = "person-1", AccessToken = "access-1", RefreshToken = "refresh-1";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Challenge, string Nonce, string RedirectUri)> _codes = new();
    private readonly ConcurrentDictionary<string, int> _calls = new();

    private OpSimulator(WebApplication app, TimeProvider clock) => (_app, Clock) = (app, clock);

    public TimeProvider Clock { get; }
    public string Issuer { get; private set; } = "";
    public List<SigningKey> Keys { get; } = [SigningKey.Generate(SignatureAlgorithm.Es256)];
    public Action<JsonObject> Discovery { get; set; } = _ => { };
    public Action<JsonObject> IdToken { get; set; } = _ => { };
    public Action<JsonObject> TokenAnswer { get; set; } = _ => { };
    public Action<JsonObject> UserInfo { get; set; } = _ => { };
    /// <summary>Turns claims into an ID token; by default signed with the first key, typ JWT.</summary>
    public Func<JsonObject, string>? Signs { get; set; }
    /// <summary>Given the path first; true when it has answered itself.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = _ => Task.FromResult(false);
    public Dictionary<string, string> LastForm { get; private set; } = [];

    public static async Task<OpSimulator> StartAsync(TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var simulator = new OpSimulator(builder.Build(), clock);
        simulator._app.Run(simulator.AnswerAsync);
        await simulator._app.StartAsync();
        simulator.Issuer = simulator._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return simulator;
    }

    public int Calls(string path) => _calls.GetValueOrDefault(path);

    public int TotalCalls => _calls.Values.Sum();

    /// <summary>The person agrees: the query with which the browser comes back.</summary>
    public Dictionary<string, StringValues> Agree(BeginOutcome.Ready begun)
    {
        var asked = QueryHelpers.ParseQuery(new Uri(begun.Url).Query);
        var code = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(16));
        _codes[code] = (asked["code_challenge"]!, asked["nonce"]!, asked["redirect_uri"]!);
        return new() { ["code"] = code, ["state"] = asked["state"], ["iss"] = Issuer };
    }

    public JsonObject Claims(string? nonce = null)
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Issuer, ["sub"] = Subject, ["aud"] = ClientId, ["iat"] = now, ["exp"] = now + 600, ["auth_time"] = now, ["sid"] = "session-1" };
        if (nonce is not null) claims["nonce"] = nonce;
        return claims;
    }

    public string Sign(JsonObject claims, string? typ = "JWT", SigningKey? key = null) => Jws.Sign(key ?? Keys[0], typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        _calls.AddOrUpdate(path, 1, (_, n) => n + 1);
        if (await Intercept(http)) return;
        await (path switch
        {
            "/.well-known/openid-configuration" => WriteAsync(http, DiscoveryDocument(), Discovery),
            "/jwks" => WriteAsync(http, JsonNode.Parse(new JwkSet(Keys.Select(k => k.Public)).ToJson())!.AsObject(), _ => { }),
            "/token" => TokenAsync(http),
            "/userinfo" => http.Request.Headers.Authorization == $"Bearer {AccessToken}"
                ? WriteAsync(http, new JsonObject { ["sub"] = Subject, ["family_name"] = "Иванова" }, UserInfo)
                : WriteAsync(http, new JsonObject { ["error"] = "invalid_token" }, _ => { }, 401),
            _ => WriteAsync(http, [], _ => { }, 404),
        });
    }

    private JsonObject DiscoveryDocument() => new()
    {
        ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + "/authorize?tenant=1", ["token_endpoint"] = Issuer + "/token", ["userinfo_endpoint"] = Issuer + "/userinfo",
        ["jwks_uri"] = Issuer + "/jwks", ["end_session_endpoint"] = Issuer + "/logout", ["authorization_response_iss_parameter_supported"] = true,
    };

    private async Task TokenAsync(HttpContext http)
    {
        var form = LastForm = (await http.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
        var basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(ClientId)}:{WebUtility.UrlEncode(Secret)}"));
        if (http.Request.Headers.Authorization != basic) await WriteAsync(http, new() { ["error"] = "invalid_client" }, _ => { }, 401);
        else if (form["grant_type"] == "refresh_token")
        {
            if (form["refresh_token"] != RefreshToken) await WriteAsync(http, new() { ["error"] = "invalid_grant", ["error_description"] = "spent" }, _ => { }, 400);
            else await TokensAsync(http, null);
        }
        else if (!_codes.TryRemove(form["code"], out var code) || form["redirect_uri"] != code.RedirectUri
                 || StrictBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))) != code.Challenge)
            await WriteAsync(http, new() { ["error"] = "invalid_grant", ["error_description"] = "code" }, _ => { }, 400);
        else await TokensAsync(http, code.Nonce);
    }

    private Task TokensAsync(HttpContext http, string? nonce)
    {
        var claims = Claims(nonce);
        IdToken(claims);
        return WriteAsync(http, new JsonObject
        {
            ["access_token"] = AccessToken, ["token_type"] = "bearer", ["expires_in"] = 600, ["refresh_token"] = "refresh-2", ["id_token"] = Signs?.Invoke(claims) ?? Sign(claims),
        }, TokenAnswer);
    }

    private static async Task WriteAsync(HttpContext http, JsonObject json, Action<JsonObject> change, int status = 200)
    {
        change(json);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json.ToJsonString());
    }
}
