using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;

namespace Aupd.Kernel.Tests.Jose;

/// <summary>The published examples. RFC 7518 has none of its own for signatures: its algorithms are those of RFC 7515 A and RFC 7520 §4.</summary>
public sealed class RfcVectorTests
{
    private static readonly JwsPolicy Anything = new(SignatureAlgorithm.All, []);

    [Theory]
    [InlineData(RfcVectors.Rfc7515A2Token, RfcVectors.Rfc7515A2Key, "RS256", RfcVectors.JoePayload)]
    [InlineData(RfcVectors.Rfc7515A3Token, RfcVectors.Rfc7515A3Key, "ES256", RfcVectors.JoePayload)]
    [InlineData(RfcVectors.Rfc7515A4Token, RfcVectors.Rfc7515A4Key, "ES512", "Payload")]
    [InlineData(RfcVectors.Rfc7520Rs256, RfcVectors.Rfc7520Rsa, "RS256", RfcVectors.Rfc7520Payload)]
    [InlineData(RfcVectors.Rfc7520Ps384, RfcVectors.Rfc7520Rsa, "PS384", RfcVectors.Rfc7520Payload)]
    [InlineData(RfcVectors.Rfc7520Es512, RfcVectors.Rfc7520Ec, "ES512", RfcVectors.Rfc7520Payload)]
    public void A_published_signature_verifies(string token, string key, string algorithm, string payload)
    {
        var verified = Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, Keys(key), Anything));
        Assert.Equal(algorithm, verified.Algorithm);
        Assert.Equal(payload, Encoding.UTF8.GetString(verified.Payload));
    }

    [Theory]
    [InlineData(RfcVectors.Rfc7515A1Token, RfcVectors.Rfc7515A1Key)]
    [InlineData(RfcVectors.Rfc7520Hs256, RfcVectors.Rfc7520Secret)]
    [InlineData(RfcVectors.Rfc7515A5Token, RfcVectors.Rfc7515A3Key)]
    public void A_published_token_with_a_shared_secret_or_none_at_all_is_refused(string token, string key) =>
        Assert.Equal(JwsFault.AlgorithmNotAllowed, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(token, Keys(key), Anything)).Fault);

    [Theory]
    [InlineData(RfcVectors.Rfc7515A2Token, RfcVectors.Rfc7515A2Key)]
    [InlineData(RfcVectors.Rfc7520Rs256, RfcVectors.Rfc7520Rsa)]
    public void Our_RS256_signature_equals_the_published_one(string token, string key)
    {
        var cut = token.LastIndexOf('.');
        var signature = SigningKey.From(Read(key), SignatureAlgorithm.Rs256).Sign(Encoding.ASCII.GetBytes(token[..cut]));
        Assert.Equal(token[(cut + 1)..], StrictBase64Url.Encode(signature));
    }

    [Fact]
    public void The_published_key_set_is_read()
    {
        var keys = JwkSet.TryParse(RfcVectors.Rfc7517A1Set)!.Keys.ToList();
        Assert.Equal([(JwkType.Ec, "1", "enc", null), (JwkType.Rsa, "2011-04-29", null, "RS256")], keys.Select(k => (k.Type, k.Kid!, k.Use, k.Alg)));
        Assert.False(keys[0].Fits(SignatureAlgorithm.Es256), "a key for encryption checks no signature");
        Assert.True(keys[1].Fits(SignatureAlgorithm.Rs256));
        Assert.False(keys[1].Fits(SignatureAlgorithm.Ps256), "its alg binds it to RS256");
    }

    [Fact]
    public void A_set_of_private_keys_gives_away_no_private_part()
    {
        var written = Encoding.UTF8.GetString(JwkSet.TryParse(RfcVectors.Rfc7517A2Set)!.ToJson());
        using var document = JsonDocument.Parse(written);
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
            Assert.DoesNotContain(key.EnumerateObject(), m => m.Name is "d" or "p" or "q" or "dp" or "dq" or "qi" or "k" or "oth");
        Assert.Equal(Canonical(RfcVectors.Rfc7517A1Set), Canonical(written));
    }

    [Fact]
    public void Symmetric_keys_never_enter_a_set() => Assert.Empty(JwkSet.TryParse(RfcVectors.Rfc7517A3Set)!.Keys);

    [Fact]
    public void A_published_private_key_comes_back_as_it_was_when_asked_for()
    {
        foreach (var text in new[] { RfcVectors.Rfc7515A2Key, RfcVectors.Rfc7515A3Key, RfcVectors.Rfc7515A4Key, RfcVectors.Rfc7520Ec, RfcVectors.Rfc7520Rsa, RfcVectors.Rfc7520Secret })
            Assert.Equal(Canonical(text), Canonical(Read(text).ToJson(withPrivatePart: true)));
    }

    [Fact]
    public void The_thumbprint_is_the_published_one()
    {
        var key = JwkSet.TryParse(RfcVectors.Rfc7517A1Set)!.Keys.Last();
        Assert.Equal(RfcVectors.Rfc7638Thumbprint, key.Thumbprint());
        Assert.Equal(Read(RfcVectors.Rfc7515A3Key).Thumbprint(), Read(RfcVectors.Rfc7515A3Key).ToPublic().Thumbprint());
    }

    [Fact]
    public void The_published_base64url_example_is_read_and_written()
    {
        // RFC 7515 appendix C.
        byte[] octets = [3, 236, 255, 224, 193];
        Assert.Equal("A-z_4ME", StrictBase64Url.Encode(octets));
        Assert.Equal(octets, StrictBase64Url.Decode("A-z_4ME"));
    }

    internal static Jwk Read(string json) => Jwk.TryParse(json, out var fault) ?? throw new InvalidOperationException(fault);

    internal static JwkSet Keys(params string[] keys) => new(keys.Select(Read));

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Sorted(document.RootElement);
    }

    private static string Sorted(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => m.Name + ":" + Sorted(m.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Sorted)) + "]",
        _ => element.GetRawText(),
    };
}
