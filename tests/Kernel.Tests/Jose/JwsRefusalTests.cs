using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Jose;

namespace Aupd.Kernel.Tests.Jose;

/// <summary>Tokens that somebody would like us to take.</summary>
public sealed class JwsRefusalTests
{
    private static readonly SigningKey Ec = SigningKey.Generate(SignatureAlgorithm.Es256);
    private static readonly SigningKey Rsa = SigningKey.Generate(SignatureAlgorithm.Rs256);
    private static readonly JwkSet Both = new([Ec.Public, Rsa.Public]);
    private static readonly JwsPolicy Policy = new(SignatureAlgorithm.Signing, ["JWT", null]);

    [Theory, Trait("takes", "long")]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public void What_we_sign_we_verify(string name)
    {
        var key = SigningKey.Generate(SignatureAlgorithm.Find(name)!);
        foreach (var length in new[] { 0, 1, 2, 3, 500, 9000 })
        {
            var payload = RandomNumberGenerator.GetBytes(length);
            var verified = Assert.IsType<JwsOutcome.Verified>(Jws.Verify(Jws.Sign(key, "JWT", payload), new JwkSet([key.Public]), Policy));
            Assert.Equal(payload, verified.Payload);
            Assert.Equal((name, key.Kid, "JWT"), (verified.Algorithm, verified.Kid, verified.Type));
        }
    }

    [Fact]
    public void A_key_that_was_kept_and_read_again_signs_the_same_name()
    {
        var again = SigningKey.From(Jwk.TryParse(Ec.ExportPrivate(), out _)!, SignatureAlgorithm.Es256);
        Assert.Equal(Ec.Kid, again.Kid);
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(Jws.Sign(again, "JWT", "{}"u8), Both, Policy));
    }

    [Theory]
    [InlineData("none"), InlineData("None"), InlineData("NONE"), InlineData("nOnE"), InlineData(""), InlineData("HS256"), InlineData("HS384"), InlineData("HS512")]
    [InlineData("es256"), InlineData("ES256 "), InlineData("ES256K"), InlineData("EdDSA"), InlineData("RS1"), InlineData("ЕS256"), InlineData("ES256\\u0000"), InlineData("dir")]
    public void An_algorithm_that_is_not_exactly_an_allowed_one_is_refused(string alg)
    {
        Assert.Equal(JwsFault.AlgorithmNotAllowed, FaultOf(Forge($$"""{"alg":"{{alg}}","kid":"{{Ec.Kid}}"}""", "{}", _ => [])));
        Assert.Equal(JwsFault.AlgorithmNotAllowed, FaultOf(Forge($$"""{"alg":"{{alg}}","kid":"{{Ec.Kid}}"}""", "{}", d => Ec.Sign(d))));
    }

    [Theory]
    [InlineData("""{"kid":"x"}"""), InlineData("""{"alg":null}"""), InlineData("""{"alg":256}"""), InlineData("""{"alg":["ES256"]}"""), InlineData("""{"alg":{"a":"ES256"}}""")]
    public void A_header_without_an_algorithm_in_it_is_refused(string header) => Assert.Equal(JwsFault.AlgorithmNotAllowed, FaultOf(Forge(header, "{}", d => Ec.Sign(d))));

    [Fact]
    public void The_public_key_is_no_secret_for_HMAC()
    {
        // CVE-2015-9235: RS256 turned into HS256, the public key (which everyone has) used as the shared secret, in every spelling.
        using var rsa = System.Security.Cryptography.RSA.Create(Rsa.Public.Rsa);
        foreach (var secret in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportSubjectPublicKeyInfoPem() + "\n", rsa.ExportRSAPublicKeyPem(), Rsa.Public.ToJson() })
        {
            var token = Forge($$"""{"alg":"HS256","kid":"{{Rsa.Kid}}"}""", "{}", d => HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), d));
            Assert.Equal(JwsFault.AlgorithmNotAllowed, FaultOf(token));
        }
        // Not even a list that names every algorithm we know lets it through.
        var everything = new JwsPolicy(SignatureAlgorithm.All, []);
        var der = Forge($$"""{"alg":"HS256","kid":"{{Rsa.Kid}}"}""", "{}", d => HMACSHA256.HashData(rsa.ExportSubjectPublicKeyInfo(), d));
        Assert.Equal(JwsFault.AlgorithmNotAllowed, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(der, Both, everything)).Fault);
    }

    [Fact]
    public void An_algorithm_that_the_caller_did_not_list_is_refused_though_the_signature_is_good()
    {
        var onlyEc = Policy with { Algorithms = [SignatureAlgorithm.Es256] };
        Assert.Equal(JwsFault.AlgorithmNotAllowed, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(Jws.Sign(Rsa, "JWT", "{}"u8), Both, onlyEc)).Fault);
    }

    [Fact]
    public void A_key_bound_to_one_algorithm_does_not_serve_another()
    {
        // The RSA key is published for RS256; the same number signs PS256 here, and the token says so.
        var pss = SigningKey.From(Jwk.TryParse(Encoding.UTF8.GetString(Rsa.ExportPrivate()).Replace("\"alg\":\"RS256\"", "\"alg\":\"PS256\""), out _)!, SignatureAlgorithm.Ps256);
        Assert.Equal(JwsFault.UnknownKey, FaultOf(Jws.Sign(pss, "JWT", "{}"u8)));
    }

    [Fact, Trait("takes", "long")]
    public void Every_single_altered_character_is_noticed()
    {
        var token = Jws.Sign(Ec, "JWT", """{"sub":"1"}"""u8);
        for (var i = 0; i < token.Length; i++)
        {
            var altered = token.ToCharArray();
            altered[i] = altered[i] == 'A' ? 'B' : 'A';
            Assert.IsType<JwsOutcome.Refused>(Jws.Verify(altered, Both, Policy));
        }
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(63), InlineData(65), InlineData(70), InlineData(72), InlineData(96), InlineData(128)]
    public void An_ES256_signature_of_another_length_is_refused(int length) =>
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(EcHeader, "{}", d => [.. Ec.Sign(d).Concat(new byte[128]).Take(length)])));

    [Fact]
    public void A_signature_in_DER_is_refused()
    {
        using var key = ECDsa.Create(PrivateOf(Ec).Ec);
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(EcHeader, "{}", d => key.SignData(d, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))));
    }

    [Fact]
    public void A_signature_of_zeros_or_beyond_the_order_of_the_curve_is_refused()
    {
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        var one = new byte[32];
        one[31] = 1;
        byte[][] odd = [new byte[32], order, [.. Enumerable.Repeat((byte)0xFF, 32)]];
        foreach (var r in odd.Append(one))
            foreach (var s in odd.Append(one))
                Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(EcHeader, "{}", _ => [.. r, .. s])));
        // One good half does not help.
        foreach (var half in new[] { 0, 32 })
            Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(EcHeader, "{}", d => Zeroed(Ec.Sign(d), half))));
    }

    [Fact]
    public void An_RSA_signature_that_is_not_as_long_as_the_modulus_is_refused()
    {
        var header = $$"""{"alg":"RS256","kid":"{{Rsa.Kid}}"}""";
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(header, "{}", d => [.. Rsa.Sign(d), 0])));
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(header, "{}", d => [0, .. Rsa.Sign(d)])));
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(header, "{}", d => Rsa.Sign(d)[1..])));
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(header, "{}", _ => [])));
        Assert.Equal(JwsFault.BadSignature, FaultOf(Forge(header, "{}", _ => new byte[256])));
    }

    [Fact]
    public void A_key_of_another_curve_does_not_fit_the_algorithm()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var q = p384.ExportParameters(false).Q;
        var jwk = $$"""{"kty":"EC","crv":"P-384","kid":"{{Ec.Kid}}","x":"{{StrictBase64Url.Encode(q.X)}}","y":"{{StrictBase64Url.Encode(q.Y)}}"}""";
        var token = Forge(EcHeader, "{}", d => p384.SignData(d, HashAlgorithmName.SHA256));
        Assert.Equal(JwsFault.UnknownKey, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(token, RfcVectorTests.Keys(jwk), Policy)).Fault);
    }

    [Theory]
    [InlineData("""["exp"]"""), InlineData("""["b64"]"""), InlineData("[]"), InlineData("null"), InlineData("\"exp\""), InlineData("""["alg"]""")]
    public void Any_critical_extension_is_refused(string crit) =>
        Assert.Equal(JwsFault.CriticalHeader, FaultOf(Forge($$"""{"alg":"ES256","kid":"{{Ec.Kid}}","b64":true,"exp":1,"crit":{{crit}}}""", "{}", d => Ec.Sign(d))));

    [Fact]
    public void An_unencoded_payload_is_refused() => Assert.Equal(JwsFault.CriticalHeader, FaultOf(Forge($$"""{"alg":"ES256","kid":"{{Ec.Kid}}","b64":false}""", "{}", d => Ec.Sign(d))));

    [Fact]
    public void A_key_that_the_token_brings_along_is_not_used()
    {
        var mine = SigningKey.Generate(SignatureAlgorithm.Es256);
        foreach (var extra in new[]
                 {
                     $"\"jwk\":{mine.Public.ToJson()}", "\"jku\":\"http://127.0.0.1:1/keys\"", "\"x5u\":\"http://127.0.0.1:1/cert\"", "\"x5c\":[\"MIIB\"]",
                     $"\"kid\":\"{mine.Kid}\",\"jwk\":{mine.Public.ToJson()}", $"\"kid\":\"{Ec.Kid}\",\"jwk\":{mine.Public.ToJson()}",
                 })
            Assert.Contains(FaultOf(Forge($$"""{"alg":"ES256",{{extra}}}""", "{}", d => mine.Sign(d))), new[] { JwsFault.BadSignature, JwsFault.UnknownKey });
    }

    [Theory]
    [InlineData("../../../../dev/null"), InlineData("' or 1=1 --"), InlineData(""), InlineData("unknown")]
    public void A_kid_that_no_key_has_finds_no_key(string kid) => Assert.Equal(JwsFault.UnknownKey, FaultOf(Forge($$"""{"alg":"ES256","kid":"{{kid}}"}""", "{}", d => Ec.Sign(d))));

    [Theory]
    [InlineData("1"), InlineData("null"), InlineData("[\"a\"]"), InlineData("\"a\\u0000\""), InlineData("\"\\ud800\"")]
    public void A_kid_that_is_no_text_is_malformed(string kid) => Assert.Equal(JwsFault.Malformed, FaultOf(Forge($$"""{"alg":"ES256","kid":{{kid}}}""", "{}", d => Ec.Sign(d))));

    [Fact]
    public void Without_a_kid_the_one_key_that_fits_is_used_and_of_several_none()
    {
        var token = Forge("""{"alg":"ES256"}""", "{}", d => Ec.Sign(d));
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, Both, Policy));
        var two = new JwkSet([Ec.Public, SigningKey.Generate(SignatureAlgorithm.Es256).Public]);
        Assert.Equal(JwsFault.AmbiguousKey, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(token, two, Policy)).Fault);
    }

    [Fact]
    public void Two_keys_of_one_kid_are_told_apart_by_algorithm_or_not_at_all()
    {
        static Jwk Named(SigningKey key) => RfcVectorTests.Read(key.Public.ToJson().Replace(key.Kid, "twin"));
        var other = SigningKey.Generate(SignatureAlgorithm.Es256);
        var token = Forge("""{"alg":"ES256","kid":"twin"}""", "{}", d => Ec.Sign(d));
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, new JwkSet([Named(Rsa), Named(Ec)]), Policy));
        Assert.Equal(JwsFault.AmbiguousKey, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(token, new JwkSet([Named(Ec), Named(other)]), Policy)).Fault);
    }

    [Fact]
    public void A_member_that_stands_twice_in_the_header_is_refused()
    {
        foreach (var header in new[]
                 {
                     $$"""{"alg":"ES256","alg":"ES256","kid":"{{Ec.Kid}}"}""", $$"""{"alg":"none","alg":"ES256","kid":"{{Ec.Kid}}"}""",
                     $$"""{"alg":"ES256","\u0061lg":"none","kid":"{{Ec.Kid}}"}""", $$"""{"alg":"ES256","kid":"{{Ec.Kid}}","x":{"a":1,"a":2} }""",
                 })
            Assert.Equal(JwsFault.Malformed, FaultOf(Forge(header, "{}", d => Ec.Sign(d))));
    }

    [Theory]
    [InlineData("[]"), InlineData("\"ES256\""), InlineData(""), InlineData("{"), InlineData("{\"alg\":\"ES256\"} x"), InlineData("{\"alg\":\"ES256\",}")]
    [InlineData("{\"alg\":\"ES256\"/**/}"), InlineData("\uFEFF{\"alg\":\"ES256\"}"), InlineData("{\"\\ud800\":1,\"\\ud801\":2,\"alg\":\"ES256\"}")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],\"alg\":\"ES256\"}")]
    public void A_header_that_is_not_plain_JSON_is_malformed(string header) => Assert.Equal(JwsFault.Malformed, FaultOf(Forge(header, "{}", d => Ec.Sign(d))));

    [Fact]
    public void A_header_in_broken_UTF8_is_malformed()
    {
        byte[] header = [.. "{\"alg\":\"ES256\",\"x\":\""u8, 0xC0, 0xAF, .. "\"}"u8];
        Assert.Equal(JwsFault.Malformed, FaultOf(Forge(header, "{}"u8.ToArray(), d => Ec.Sign(d))));
    }

    [Theory]
    [InlineData("logout+jwt", "logout+jwt", true), InlineData("logout+jwt", "LOGOUT+JWT", true), InlineData("logout+jwt", "application/logout+jwt", true)]
    [InlineData("logout+jwt", "JWT", false), InlineData("logout+jwt", null, false), InlineData("logout+jwt", "x-logout+jwt", false), InlineData(null, "JWT", false)]
    [InlineData(null, null, true)]
    public void The_type_must_be_the_expected_one(string? expected, string? found, bool taken)
    {
        var outcome = Jws.Verify(Jws.Sign(Ec, found, "{}"u8), Both, Policy with { Types = [expected] });
        if (taken) Assert.IsType<JwsOutcome.Verified>(outcome);
        else Assert.Equal(JwsFault.WrongType, Assert.IsType<JwsOutcome.Refused>(outcome).Fault);
    }

    [Fact]
    public void Anything_but_three_parts_of_base64url_is_malformed()
    {
        var token = Jws.Sign(Ec, "JWT", "{}"u8);
        var parts = token.Split('.');
        foreach (var odd in new[]
                 {
                     "", ".", "..", "...", parts[0], $"{parts[0]}.{parts[1]}", token + ".", "." + token, token + ".x", token + "=", token + " ", " " + token, token + "\n",
                     token.Replace('.', '。'), $"{parts[0]}=.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}==.{parts[2]}", $"{parts[0]}.{parts[1]}\r\n.{parts[2]}",
                     $"{parts[0]}.{parts[1]}+.{parts[2]}", $"{parts[0]}.{parts[1]}/.{parts[2]}", "А" + token[1..], token + "\0",
                 })
            Assert.Equal(JwsFault.Malformed, FaultOf(odd));
    }

    [Fact]
    public void A_last_character_with_stray_bits_is_refused()
    {
        // A 64-byte signature ends in a character of which four bits are spare: sixteen spellings, one is right.
        var token = Jws.Sign(Ec, "JWT", "{}"u8);
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var value = alphabet.IndexOf(token[^1]);
        Assert.Equal(0, value & 0b1111);
        for (var stray = 1; stray < 16; stray++) Assert.Equal(JwsFault.Malformed, FaultOf(token[..^1] + alphabet[value | stray]));
    }

    [Fact]
    public void A_token_over_the_limit_is_refused_before_it_is_looked_at()
    {
        var token = Jws.Sign(Ec, "JWT", new byte[1000]);
        Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, Both, Policy with { MaxLength = token.Length }));
        Assert.Equal(JwsFault.TooLong, Assert.IsType<JwsOutcome.Refused>(Jws.Verify(token, Both, Policy with { MaxLength = token.Length - 1 })).Fault);
        Assert.Equal(JwsFault.TooLong, FaultOf(new string('A', 50_000_000)));
    }

    [Fact]
    public void Many_threads_sign_and_verify_with_one_key_at_once()
    {
        Parallel.For(0, 400, i =>
        {
            var key = i % 2 == 0 ? Ec : Rsa;
            var token = Jws.Sign(key, "JWT", Encoding.ASCII.GetBytes($"{i}"));
            Assert.Equal($"{i}", Encoding.ASCII.GetString(Assert.IsType<JwsOutcome.Verified>(Jws.Verify(token, Both, Policy)).Payload));
        });
    }

    private static string EcHeader => $$"""{"alg":"ES256","kid":"{{Ec.Kid}}"}""";

    private static JwsFault FaultOf(string token) => Assert.IsType<JwsOutcome.Refused>(Jws.Verify(token, Both, Policy)).Fault;

    private static string Forge(string header, string payload, Func<byte[], byte[]> sign) => Forge(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), sign);

    private static string Forge(byte[] header, byte[] payload, Func<byte[], byte[]> sign)
    {
        var text = StrictBase64Url.Encode(header) + "." + StrictBase64Url.Encode(payload);
        return text + "." + StrictBase64Url.Encode(sign(Encoding.ASCII.GetBytes(text)));
    }

    private static Jwk PrivateOf(SigningKey key) => Jwk.TryParse(key.ExportPrivate(), out _)!;

    private static byte[] Zeroed(byte[] signature, int from)
    {
        signature.AsSpan(from, 32).Clear();
        return signature;
    }
}
