using System.Net;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>A client's private key and what it signs with it.</summary>
internal sealed class ClientSigner(SignatureAlgorithm algorithm)
{
    public SigningKey Key { get; } = TestKeys.New(algorithm);

    public JsonElement Jwks => JsonDocument.Parse(new JwkSet([Key.Public]).ToJson()).RootElement;

    /// <summary>Claims of a good assertion; a null takes one away.</summary>
    public static Dictionary<string, object> Claims(string client, string audience, DateTimeOffset now, params (string Name, object? Value)[] changes)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = client, ["sub"] = client, ["aud"] = audience, ["jti"] = Guid.NewGuid().ToString("N"),
            ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(1).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in changes)
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        return claims;
    }

    public string Sign(Dictionary<string, object> claims, string? typ = "JWT") => Jws.Sign(Key, typ, JsonSerializer.SerializeToUtf8Bytes(claims));

    /// <summary>The parameters that prove a client by an assertion.</summary>
    public static (string, string?)[] Proof(string assertion) =>
        [("client_secret", null), ("client_assertion_type", VerifyAssertion.Type), ("client_assertion", assertion)];

    /// <summary>A registration that is proved by the key.</summary>
    public OpenIdClient Client(string id) =>
        ProviderFixture.Client(id) with { SecretHashes = [], Authentication = "private_key_jwt", Jwks = Jwks };
}

/// <summary>The server of a client, where it publishes its keys.</summary>
internal sealed class JwksServer : IAsyncDisposable
{
    private WebApplication _app = null!;
    private int _asked;

    public string Uri { get; private set; } = "";
    public byte[] Document { get; set; } = [];
    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;
    /// <summary>How long an answer takes.</summary>
    public TimeSpan Delay { get; set; }
    public int Asked => Volatile.Read(ref _asked);

    public void Publish(params ClientSigner[] signers) => Document = new JwkSet(signers.Select(s => s.Key.Public)).ToJson();

    public static async Task<JwksServer> StartAsync(params ClientSigner[] signers)
    {
        var server = new JwksServer();
        server.Publish(signers);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server._app = builder.Build();
        server._app.MapGet("/jwks", async http =>
        {
            Interlocked.Increment(ref server._asked);
            if (server.Delay > TimeSpan.Zero) await Task.Delay(server.Delay, http.RequestAborted);
            http.Response.StatusCode = (int)server.Status;
            if (server.Status == HttpStatusCode.Redirect) http.Response.Headers.Location = "/elsewhere";
            else await http.Response.Body.WriteAsync(server.Document, http.RequestAborted);
        });
        server._app.MapGet("/elsewhere", http => http.Response.Body.WriteAsync(server.Document, http.RequestAborted).AsTask());
        await server._app.StartAsync();
        server.Uri = server._app.Urls.Single() + "/jwks";
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
