using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>A client's key for DPoP and the proofs it makes, good ones and others.</summary>
internal sealed class DpopKey(TimeProvider clock, string issuer, SignatureAlgorithm? algorithm = null, SigningKey? key = null)
{
    public TimeProvider Clock => clock;
    public SigningKey Key { get; } = key ?? TestKeys.New(algorithm ?? SignatureAlgorithm.Es256);

    public string Thumbprint => Key.Public.Thumbprint();

    /// <summary>The header of a request.</summary>
    public (string, string) Header(string method, string path, string? accessToken = null, Action<JsonObject, JsonObject>? change = null) =>
        ("DPoP", Proof(method, path, accessToken, change));

    /// <param name="change">Has its way with header and claims before they are signed.</param>
    public string Proof(string method, string path, string? accessToken = null, Action<JsonObject, JsonObject>? change = null)
    {
        var jwk = JsonNode.Parse(Key.Public.ToJson())!.AsObject();
        foreach (var name in new[] { "kid", "alg", "use" }) jwk.Remove(name);
        var header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = Key.Algorithm.Name, ["jwk"] = jwk };
        var claims = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString("N"), ["htm"] = method, ["htu"] = issuer + path, ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds(),
        };
        if (accessToken is not null) claims["ath"] = StrictBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        change?.Invoke(header, claims);
        return Sign(header, claims);
    }

    private string Sign(JsonObject header, JsonObject claims)
    {
        var text = Part(header) + "." + Part(claims);
        return text + "." + StrictBase64Url.Encode(Key.Sign(Encoding.ASCII.GetBytes(text)));
    }

    private static string Part(JsonObject json) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));

    /// <summary>The proof's parts, one of them replaced.</summary>
    public static string With(string proof, int part, string value)
    {
        var parts = proof.Split('.');
        parts[part] = value;
        return string.Join('.', parts);
    }
}
