using System.Security.Cryptography;
using Aupd.Kernel.Jose;

namespace Aupd.Kernel.Tests.Jose;

public sealed class JwkTests
{
    private const string X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    [Theory]
    [InlineData("{}"), InlineData("""{"kty":"ec"}"""), InlineData("""{"kty":1}"""), InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"""), InlineData("[]"), InlineData("null"), InlineData("")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"{{X}}"}""")]
    [InlineData($$"""{"kty":"EC","crv":"secp256k1","x":"{{X}}","y":"{{Y}}"}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-384","x":"{{X}}","y":"{{Y}}"}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{X}}"}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"{{X}}=","y":"{{Y}}"}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"AA{{X}}","y":"{{Y}}"}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","kid":7}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","d":""}""")]
    [InlineData($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","x":"{{X}}","y":"{{Y}}"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}"""), InlineData("""{"kty":"oct","k":""}"""), InlineData("""{"kty":"oct"}""")]
    public void A_key_that_is_none_is_refused_with_a_reason(string json)
    {
        Assert.Null(Jwk.TryParse(json, out var fault));
        Assert.False(string.IsNullOrEmpty(fault));
    }

    [Theory]
    [InlineData(2047, false), InlineData(2048, true), InlineData(8192, true), InlineData(8193, false), InlineData(16384, false)]
    public void An_RSA_key_has_2048_to_8192_bits(int bits, bool taken)
    {
        var n = new byte[(bits + 7) / 8];
        RandomNumberGenerator.Fill(n);
        n[0] = (byte)(1 << (bits - 1) % 8);
        n[^1] |= 1;
        Assert.Equal(taken, Jwk.TryParse($$"""{"kty":"RSA","n":"{{StrictBase64Url.Encode(n)}}","e":"AQAB"}""", out _) is not null);
    }

    [Theory]
    [InlineData("AQ"), InlineData("Ag"), InlineData("AAEAAQ"), InlineData(""), InlineData("AQABAQABAQ")]
    public void An_RSA_exponent_that_makes_forging_easy_is_refused(string e)
    {
        var n = RfcVectorTests.Read(RfcVectors.Rfc7515A2Key).Rsa.Modulus;
        Assert.Null(Jwk.TryParse($$"""{"kty":"RSA","n":"{{StrictBase64Url.Encode(n)}}","e":"{{e}}"}""", out _));
    }

    [Fact]
    public void A_private_number_that_belongs_to_another_point_is_refused()
    {
        var other = RfcVectorTests.Read(SigningKeyJson()).Ec.D;
        Assert.Null(Jwk.TryParse($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","d":"{{StrictBase64Url.Encode(other)}}"}""", out _));
    }

    [Theory]
    [InlineData("""["verify"]""", true), InlineData("""["sign"]""", true), InlineData("""["encrypt"]""", false), InlineData("[]", false), InlineData("\"verify\"", false)]
    public void Key_operations_are_obeyed(string operations, bool fits) =>
        Assert.Equal(fits, RfcVectorTests.Read($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","key_ops":{{operations}}}""").Fits(SignatureAlgorithm.Es256));

    [Fact]
    public void A_key_shows_nothing_but_its_name()
    {
        var key = SigningKey.Generate(SignatureAlgorithm.Es256);
        Assert.Equal($"ES256 key {key.Kid}", key.ToString());
        Assert.Equal($"Ec key {key.Kid}", key.Public.ToString());
        Assert.DoesNotContain("\"d\"", key.Public.ToJson());
        Assert.False(key.Public.HasPrivatePart);
    }

    [Fact]
    public void A_symmetric_key_has_no_public_form()
    {
        var key = RfcVectorTests.Read(RfcVectors.Rfc7515A1Key);
        Assert.Throws<InvalidOperationException>(() => key.ToJson());
        Assert.Throws<InvalidOperationException>(key.ToPublic);
    }

    [Fact]
    public void Only_the_three_algorithms_sign_and_only_with_a_private_key()
    {
        Assert.Throws<ArgumentException>(() => SigningKey.Generate(SignatureAlgorithm.Es512));
        Assert.Throws<ArgumentException>(() => SigningKey.From(SigningKey.Generate(SignatureAlgorithm.Es256).Public, SignatureAlgorithm.Es256));
        Assert.Throws<ArgumentException>(() => SigningKey.From(RfcVectorTests.Read(RfcVectors.Rfc7515A3Key), SignatureAlgorithm.Rs256));
    }

    [Fact]
    public void Broken_and_foreign_keys_in_a_set_do_not_spoil_the_others()
    {
        var set = JwkSet.TryParse($$"""{"keys":[{"kty":"OKP"},{"kty":"EC"},7,null,{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","kid":"good"}],"more":1}""");
        Assert.Equal("good", Assert.Single(set!.Keys).Kid);
    }

    [Theory]
    [InlineData("{}"), InlineData("[]"), InlineData("""{"keys":{}}"""), InlineData("""{"keys":[],"keys":[]}"""), InlineData("not json"), InlineData("")]
    public void A_document_that_is_no_key_set_is_refused(string json) => Assert.Null(JwkSet.TryParse(json));

    [Fact]
    public void A_set_holds_a_hundred_keys_at_most()
    {
        Assert.NotNull(JwkSet.TryParse($$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", 100))}}]}"""));
        Assert.Null(JwkSet.TryParse($$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", 101))}}]}"""));
    }

    private static string SigningKeyJson() => System.Text.Encoding.UTF8.GetString(SigningKey.Generate(SignatureAlgorithm.Es256).ExportPrivate());
}
