using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aupd.Demo.Tests;

/// <summary>A gateway that signs everyone in as the same person, for tests of the services alone.</summary>
public sealed class FakeGateway : IAsyncDisposable
{
    private sealed record Grant(string ClientId, string Nonce, string Challenge);

    private readonly SigningKey _key = SigningKey.Generate(SignatureAlgorithm.Es256);
    private readonly ConcurrentDictionary<string, Grant> _codes = new();
    private readonly WebApplication _app;
    private int _refreshes;

    private FakeGateway(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";
    public string SessionId { get; set; } = "session-1";
    public string Subject => "profile-1";
    public object Claims { get; set; } = Teacher;
    /// <summary>An OAuth error to send the browser back with, instead of a code.</summary>
    public string? Error { get; set; }
    public bool Down { get; set; }
    public bool RefreshRefused { get; set; }
    public int Refreshes => _refreshes;

    public static object Teacher { get; } = new
    {
        sub = "profile-1", name = "Соколова Марина Викторовна",
        roles = new[] { new { id = "staff:demo-hr-teacher", role = "teacher", school = new { nsi_id = "1090",
            name = "ГБОУ Школа № 1515" } } },
        active_role = new { id = "staff:demo-hr-teacher", role = "teacher", school = new { nsi_id = "1090", name = "ГБОУ Школа № 1515" } },
    };

    public static object Guardian { get; } = new
    {
        sub = "profile-1", name = "Морозова Елена Игоревна",
        roles = new[] { new { id = "guardian", role = "guardian" } },
        active_role = new { id = "guardian", role = "guardian" },
        children = new object[]
        {
            new { id = "demo-p-morozov", name = "Морозов Глеб Ильич", school = new { nsi_id = "479", name = "ГБОУ Вешняковская школа" },
                @class = "9В" },
            new { id = "demo-p-morozova", name = "Морозова Кира Ильинична", school = new { nsi_id = "903", name = "ГБОУ Цифровая школа" },
                @class = "3А" },
        },
    };

    public static async Task<FakeGateway> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var gateway = new FakeGateway(app);
        app.Urls.Add("http://127.0.0.1:0");
        app.Use(next => http => gateway.Down ? Refuse(http) : next(http));
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = gateway.Url, authorization_endpoint = gateway.Url + "/authorize", token_endpoint = gateway.Url + "/token",
                jwks_uri = gateway.Url + "/jwks",
            userinfo_endpoint = gateway.Url + "/userinfo", end_session_endpoint = gateway.Url + "/logout",
                authorization_response_iss_parameter_supported = true,
        }));
        app.MapGet("/jwks", () => Results.Bytes(new JwkSet([gateway._key.Public]).ToJson(), "application/json"));
        app.MapGet("/authorize", (Delegate)gateway.Authorize);
        app.MapPost("/token", (Delegate)gateway.TokenAsync).DisableAntiforgery();
        app.MapGet("/userinfo", () => Results.Json(gateway.Claims));
        await app.StartAsync();
        gateway.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return gateway;
    }

    /// <summary>A logout token for a service; <paramref name="change"/> spoils it.</summary>
    public string LogoutToken(string client, DateTimeOffset now, string jti, Action<Dictionary<string, object>>? change = null)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Url, ["aud"] = client, ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(2).ToUnixTimeSeconds(),
                ["jti"] = jti, ["sid"] = SessionId,
            ["sub"] = Subject, ["events"] = new Dictionary<string,
                object> { ["http://schemas.openid.net/event/backchannel-logout"] = new { } },
        };
        change?.Invoke(claims);
        return Jws.Sign(_key, "logout+jwt", JsonSerializer.SerializeToUtf8Bytes(claims));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task Refuse(HttpContext http)
    {
        http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        return Task.CompletedTask;
    }

    private IResult Authorize(HttpContext http)
    {
        var query = http.Request.Query;
        var answer = new Dictionary<string, string?> { ["state"] = query["state"], ["iss"] = Url };
        if (Error is not null) answer["error"] = Error;
        else
        {
            var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
            _codes[code] = new Grant(query["client_id"]!, query["nonce"]!, query["code_challenge"]!);
            answer["code"] = code;
        }
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, answer));
    }

    private async Task<IResult> TokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        if (form["grant_type"] == "refresh_token")
        {
            Interlocked.Increment(ref _refreshes);
            return RefreshRefused ? Refused() : Tokens(null, ClientOf(http));
        }
        if (!_codes.TryRemove(form["code"]!, out var grant)) return Refused();
        var challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!)));
        return challenge == grant.Challenge && ClientOf(http) == grant.ClientId ? Tokens(grant.Nonce, grant.ClientId) : Refused();
    }

    private IResult Tokens(string? nonce, string client)
    {
        var now = Clock.GetUtcNow();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Url, ["aud"] = client, ["sub"] = Subject, ["sid"] = SessionId, ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(), ["name"] = "Соколова Марина Викторовна",
        };
        if (nonce is not null) claims["nonce"] = nonce;
        return Results.Json(new
        {
            access_token = Guid.NewGuid().ToString("N"), token_type = "Bearer", expires_in = 600, refresh_token = client == "diary"
                ? Guid.NewGuid().ToString("N") : null,
            id_token = Jws.Sign(_key, "JWT", JsonSerializer.SerializeToUtf8Bytes(claims)),
        });
    }

    /// <summary>The services' clock, so that both agree.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    private static IResult Refused() => Results.Json(new { error = "invalid_grant" }, statusCode: 400);

    private static string ClientOf(HttpContext http) =>
        Uri.UnescapeDataString(Encoding.UTF8.GetString(Convert.FromBase64String(http.Request.Headers.Authorization.ToString()["Basic ".Length..])).Split(':')[0]);
}
