using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aupd.OpenId.Tests.Mistakes;

/// <summary>Every way known to us of passing off a JWT that its key's owner never signed. A reader of signed tokens must refuse them all;
/// wherever the provider reads one, these are tried.</summary>
internal static class ForgedTokens
{
    // Order of P-256, FIPS 186-5.
    private static readonly byte[] Order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    /// <param name="genuine">A token that the reader takes.</param>
    /// <param name="keys">The public keys that the reader verifies it by, as a JWK Set.</param>
    public static IEnumerable<(string Name, string Token)> From(string genuine, string keys)
    {
        var parts = genuine.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject();
        return [.. Unsigned(header, parts), .. ByPublicKeyAsSecret(header, parts, keys), .. BrokenSignatures(header, parts), .. ByForeignKey(header, parts),
            .. OddHeaders(header, parts), .. OddShapes(parts)];
    }

    private static IEnumerable<(string, string)> Unsigned(JsonObject header, string[] parts)
    {
        foreach (var alg in new[] { "none", "None", "NONE", "nOnE", "", " none", "none\0" })
            foreach (var signature in new[] { "", parts[2] })
                yield return ($"alg \"{alg}\" with a signature of {signature.Length}", $"{Encode(With(header, "alg", alg))}.{parts[1]}.{signature}");
        yield return ("no alg", $"{Encode(With(header, "alg", null))}.{parts[1]}.{parts[2]}");
        yield return ("alg twice", $"{Text($$"""{"alg":"none","alg":"{{header["alg"]}}","kid":"{{header["kid"]}}"}""")}.{parts[1]}.");
    }

    // RFC 8725 §2.1: the verifier is told to use its public key, which everybody has, as an HMAC secret.
    private static IEnumerable<(string, string)> ByPublicKeyAsSecret(JsonObject header, string[] parts, string keys)
    {
        var secrets = new List<(string Name, byte[] Secret)> { ("an empty secret", []), ("the whole document", Encoding.UTF8.GetBytes(keys)) };
        foreach (var jwk in JsonDocument.Parse(keys).RootElement.GetProperty("keys").EnumerateArray())
        {
            using AsymmetricAlgorithm key = jwk.GetProperty("kty").GetString() == "EC"
                ? ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } })
                : RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });
            secrets.AddRange([
                ("the JWK", Encoding.UTF8.GetBytes(jwk.GetRawText())), ("the PEM", Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())),
                ("the PEM and a line", Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n")), ("the DER", key.ExportSubjectPublicKeyInfo()),
                ("a coordinate", jwk.TryGetProperty("x", out _) ? Bytes(jwk, "x") : Bytes(jwk, "n")),
            ]);
        }
        foreach (var (name, secret) in secrets)
            foreach (var (alg, hash) in new (string, Func<byte[], byte[], byte[]>)[] { ("HS256", HMACSHA256.HashData), ("HS512", HMACSHA512.HashData) })
                yield return ($"{alg} by {name}", Signed(With(header, "alg", alg), parts[1], data => hash(secret, data)));
    }

    private static IEnumerable<(string, string)> BrokenSignatures(JsonObject header, string[] parts)
    {
        var signature = Base64Url.DecodeFromChars(parts[2]);
        byte[] one = [.. new byte[31], 1];
        var bad = new (string Name, byte[] Bytes)[]
        {
            ("nothing", []), ("zeros", new byte[signature.Length]), ("r and s of one", [.. one, .. one]), ("r and s of the order", [.. Order, .. Order]),
            ("r of zero", [.. new byte[32], .. signature[32..]]), ("all bits", [.. Enumerable.Repeat((byte)0xFF, signature.Length)]),
            ("one byte less", signature[..^1]), ("one byte more", [.. signature, 0]), ("twice itself", [.. signature, .. signature]),
            ("DER", [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]), ("one bit", [(byte)(signature[0] ^ 1), .. signature[1..]]),
        };
        foreach (var (name, bytes) in bad) yield return ("a signature of " + name, $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(bytes)}");
        yield return ("another payload", $"{parts[0]}.{Changed(parts[1])}.{parts[2]}");
        yield return ("another header", $"{Encode(With(header, "x", "y"))}.{parts[1]}.{parts[2]}");
        foreach (var alg in new[] { "ES256", "RS256", "PS256", "ES384", "ES512", "EdDSA", "RS1", "es256" }.Where(a => a != (string?)header["alg"]))
            yield return ($"the genuine signature called {alg}", $"{Encode(With(header, "alg", alg))}.{parts[1]}.{parts[2]}");
    }

    // Signed well, by a key that the attacker made himself and would like to be taken for the right one.
    private static IEnumerable<(string, string)> ByForeignKey(JsonObject header, string[] parts)
    {
        using var mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] Sign(byte[] data) => mine.SignData(data, HashAlgorithmName.SHA256);
        var q = mine.ExportParameters(false).Q;
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(q.X), ["y"] = Base64Url.EncodeToString(q.Y), ["kid"] = "mine" };
        var es = With(header, "alg", "ES256");
        yield return ("a foreign key under the right kid", Signed(es, parts[1], Sign));
        yield return ("a foreign key without a kid", Signed(With(es, "kid", null), parts[1], Sign));
        foreach (var kid in new[] { "mine", "../../../../dev/null", "/dev/null", "' or '1'='1", "x' union select 'AAAA'--", "*", "\0", "http://127.0.0.1:9/jwks", new string('k', 5000) })
            yield return ($"kid {kid[..Math.Min(20, kid.Length)]}", Signed(With(es, "kid", kid), parts[1], Sign));
        yield return ("its own key in jwk", Signed(With(With(es, "jwk", jwk.DeepClone()), "kid", "mine"), parts[1], Sign));
        yield return ("its own key in jwk under the right kid", Signed(With(es, "jwk", jwk.DeepClone()), parts[1], Sign));
        yield return ("its own key in jku", Signed(With(With(es, "jku", "http://127.0.0.1:9/jwks"), "kid", "mine"), parts[1], Sign));
        yield return ("its own key in x5u", Signed(With(With(es, "x5u", "http://127.0.0.1:9/x5u"), "kid", "mine"), parts[1], Sign));
        yield return ("its own key in x5c", Signed(With(es, "x5c", new JsonArray("MIIB")), parts[1], Sign));
    }

    private static IEnumerable<(string, string)> OddHeaders(JsonObject header, string[] parts)
    {
        var odd = new (string Name, JsonObject Header)[]
        {
            ("crit", With(header, "crit", new JsonArray("exp"))), ("empty crit", With(header, "crit", new JsonArray())),
            ("b64 false", With(With(header, "b64", false), "crit", new JsonArray("b64"))), ("zip", With(header, "zip", "DEF")), ("another typ", With(header, "typ", header["typ"]?.GetValue<string>() == "secevent+jwt" ? "logout+jwt" : "secevent+jwt")),
        };
        foreach (var (name, changed) in odd) yield return (name, $"{Encode(changed)}.{parts[1]}.{parts[2]}");
        foreach (var json in new[] { "null", "[]", "1", "\"ES256\"", "{", "", "{\"alg\":{}}", "{\"alg\":[\"ES256\"]}", new string('[', 5000) })
            yield return ($"a header of {json[..Math.Min(10, json.Length)]}", $"{Text(json)}.{parts[1]}.{parts[2]}");
    }

    private static IEnumerable<(string, string)> OddShapes(string[] parts) =>
    [
        ("two parts", $"{parts[0]}.{parts[1]}"), ("four parts", $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[2]}"),
        ("five parts", $"{parts[0]}..{parts[1]}.{parts[2]}.{parts[2]}"), ("one part", parts[1]), ("dots", ".."), ("padding", $"{parts[0]}=.{parts[1]}=.{parts[2]}=="),
        ("a space", $"{parts[0]}. {parts[1]}.{parts[2]}"), ("JSON serialization", $$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}"""),
        ("no payload", $"{parts[0]}..{parts[2]}"), ("Bearer before it", $"Bearer {parts[0]}.{parts[1]}.{parts[2]}"),
    ];

    private static string Changed(string payload)
    {
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(payload))!.AsObject();
        claims["sub"] = "victim";
        return Encode(claims);
    }

    private static JsonObject With(JsonObject header, string name, JsonNode? value)
    {
        var changed = header.DeepClone().AsObject();
        if (value is null) changed.Remove(name);
        else changed[name] = value;
        return changed;
    }

    private static string Signed(JsonObject header, string payload, Func<byte[], byte[]> sign)
    {
        var data = $"{Encode(header)}.{payload}";
        return $"{data}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(data)))}";
    }

    private static string Encode(JsonNode json) => Text(json.ToJsonString());
    private static string Text(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    private static byte[] Bytes(JsonElement jwk, string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString()!);
}
