using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aupd.OpenId.Tests.Conformance;

/// <summary>What the suite looks at in every answer. Signatures are verified here by the platform's cryptography alone, not by the
/// engine's own reader.</summary>
internal static class Checks
{
    private const string Printable = @"\A[\x20-\x21\x23-\x5B\x5D-\x7E]+\z";

    /// <summary>RFC 6749 §4.1.2, RFC 9207 §2.</summary>
    public static void GoodAnswer(Dictionary<string, string> request, Ending.AtClient answer)
    {
        Assert.True(answer["error"] is null, $"{answer["error"]}: {answer["error_description"]}");
        Matching(request, answer);
        Assert.Subset(new HashSet<string> { "code", "state", "iss" }, answer.Parameters.Keys.ToHashSet());
        Assert.Matches(@"\A[\x20-\x7E]{32,}\z", answer["code"]);
    }

    /// <summary>RFC 6749 §4.1.2.1.</summary>
    public static void ErrorAnswer(Dictionary<string, string> request, Ending.AtClient answer)
    {
        Matching(request, answer);
        Assert.Subset(new HashSet<string> { "error", "error_description", "error_uri", "state", "iss" }, answer.Parameters.Keys.ToHashSet());
        Assert.Matches(Printable, answer["error"]);
        if (answer["error_description"] is { } description) Assert.Matches(Printable, description);
    }

    private static void Matching(Dictionary<string, string> request, Ending.AtClient answer) =>
        Assert.Equal((request.GetValueOrDefault("state"), ConformanceSite.Issuer), (answer["state"], answer["iss"]));

    /// <summary>RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.</summary>
    public static void TokenAnswer(Seen answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        Assert.Equal("application/json", answer.Raw.Content.Headers.ContentType?.MediaType);
        Assert.Contains("no-store", answer.Header("Cache-Control"));
        Assert.Equal("bearer", answer.Text("token_type"), ignoreCase: true);
        Assert.InRange(answer.Json.GetProperty("expires_in").GetInt64(), 1, 3600);
        // RFC 6749 §A.12, §A.17; §10.10: guessing must be hopeless.
        foreach (var name in new[] { "access_token", "refresh_token" })
            if (answer.Json.TryGetProperty(name, out var token)) Assert.Matches(@"\A[\x21-\x7E]{43,}\z", token.GetString());
        Assert.All(answer.Json.EnumerateObject(), p => Assert.NotEqual(JsonValueKind.Null, p.Value.ValueKind));
    }

    /// <summary>RFC 6749 §5.2.</summary>
    public static void TokenError(Seen answer, string error)
    {
        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, answer.Text("error")));
        Assert.Equal("application/json", answer.Raw.Content.Headers.ContentType?.MediaType);
        Assert.Contains("no-store", answer.Header("Cache-Control"));
        Assert.Matches(Printable, answer.Text("error_description"));
    }

    /// <summary>OpenID Connect Core §3.1.3.7, all that does not depend on the request.</summary>
    public static JsonElement IdToken(string token, JsonElement keys, string client, DateTimeOffset now)
    {
        Signed(token, keys);
        var claims = TestBrowser.Claims(token);
        Assert.Equal((ConformanceSite.Issuer, client), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        if (claims.TryGetProperty("azp", out var party)) Assert.Equal(client, party.GetString());
        Assert.Matches(@"\A[\x21-\x7E]{1,255}\z", claims.GetProperty("sub").GetString());
        Assert.True(claims.GetProperty("exp").GetInt64() > now.ToUnixTimeSeconds());
        Assert.InRange(claims.GetProperty("iat").GetInt64(), now.ToUnixTimeSeconds() - 300, now.ToUnixTimeSeconds());
        Assert.InRange(claims.GetProperty("auth_time").GetInt64(), 1, now.ToUnixTimeSeconds());
        if (claims.TryGetProperty("acr", out var acr)) Assert.Equal(JsonValueKind.String, acr.ValueKind);
        return claims;
    }

    /// <summary>The header's key is in the document, and its signature is good; returns the algorithm.</summary>
    public static string Signed(string token, JsonElement keys)
    {
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        var header = TestBrowser.Header(token);
        var (alg, kid) = (header.GetProperty("alg").GetString()!, header.GetProperty("kid").GetString());
        var key = Assert.Single(keys.GetProperty("keys").EnumerateArray(), k => k.GetProperty("kid").GetString() == kid);
        var (data, signature) = (Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]));
        Assert.True(alg switch
        {
            "ES256" => Curve(key).VerifyData(data, signature, HashAlgorithmName.SHA256),
            "RS256" => Rsa(key).VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => Rsa(key).VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => throw new InvalidOperationException("alg " + alg),
        });
        return alg;
    }

    /// <summary>OpenID Connect Core §3.1.3.6.</summary>
    public static void HashOfAccessToken(JsonElement claims, string accessToken) =>
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)), claims.GetProperty("at_hash").GetString());

    /// <summary>OpenID Connect Core §5.3.2 and the types of §5.1.</summary>
    public static void UserInfo(Seen answer, JsonElement idToken)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Header("WWW-Authenticate"));
        Assert.Equal("application/json", answer.Raw.Content.Headers.ContentType?.MediaType);
        Assert.Equal(idToken.GetProperty("sub").GetString(), answer.Text("sub"));
        foreach (var claim in answer.Json.EnumerateObject())
            switch (claim.Name)
            {
                case "email_verified" or "phone_number_verified": Assert.True(claim.Value.ValueKind is JsonValueKind.True or JsonValueKind.False); break;
                case "updated_at": Assert.InRange(claim.Value.GetInt64(), 1, 4102444800); break;
                case "address": Assert.Equal(JsonValueKind.Object, claim.Value.ValueKind); break;
                case "sub" or "name" or "given_name" or "family_name" or "middle_name" or "email" or "phone_number" or "birthdate":
                    Assert.NotEmpty(claim.Value.GetString()!);
                    break;
            }
    }

    /// <summary>RFC 7517 §4, §5: public keys only, each with a name of its own, of a strength that JWA allows.</summary>
    public static void KeySet(JsonElement document)
    {
        var keys = document.GetProperty("keys").EnumerateArray().ToList();
        Assert.NotEmpty(keys);
        Assert.Equal(keys.Count, keys.Select(k => k.GetProperty("kid").GetString()).Distinct().Count());
        foreach (var key in keys)
        {
            Assert.Contains(key.GetProperty("kty").GetString(), new[] { "EC", "RSA" });
            Assert.Equal("sig", key.GetProperty("use").GetString());
            foreach (var secret in new[] { "d", "p", "q", "dp", "dq", "qi", "k", "oth" }) Assert.False(key.TryGetProperty(secret, out _));
            if (key.GetProperty("kty").GetString() == "EC") Assert.Equal(256, Curve(key).KeySize);
            else Assert.InRange(Rsa(key).KeySize, 2048, 8192);
        }
    }

    private static ECDsa Curve(JsonElement key)
    {
        Assert.Equal(("EC", "P-256"), (key.GetProperty("kty").GetString(), key.GetProperty("crv").GetString()));
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } });
    }

    private static RSA Rsa(JsonElement key)
    {
        Assert.Equal("RSA", key.GetProperty("kty").GetString());
        return RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") });
    }

    private static byte[] Bytes(JsonElement key, string name) => Base64Url.DecodeFromChars(key.GetProperty(name).GetString()!);
}
