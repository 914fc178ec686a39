using System.Text;
using System.Text.Json.Nodes;
using Aupd.Kernel.Jose;

namespace Aupd.Kernel.Tests.Jose;

public sealed class JweTests
{
    private static readonly Jwk Key = Jwe.NewKey();

    [Theory]
    [InlineData("")]
    [InlineData("пароль 🎄 \"и\" \\ кавычки")]
    public void What_was_encrypted_is_read_by_the_key_alone(string text)
    {
        var message = Jwe.Encrypt(Key.ToPublic(), Encoding.UTF8.GetBytes(text));
        Assert.Equal(text, Encoding.UTF8.GetString(Jwe.Decrypt(Key, message)!));
        Assert.Equal(Key.Kid, Jwe.KidOf(message));
        Assert.Null(Jwe.Decrypt(Jwe.NewKey(), message));
        Assert.Null(Jwe.Decrypt(Key.ToPublic(), message));
    }

    [Fact]
    public void Two_messages_of_one_text_have_nothing_in_common()
    {
        var (one, other) = (Jwe.Encrypt(Key, "text"u8).Split('.'), Jwe.Encrypt(Key, "text"u8).Split('.'));
        Assert.All(new[] { 0, 2, 3, 4 }, part => Assert.NotEqual(one[part], other[part]));
        Assert.Equal("", one[1]);
    }

    // RFC 7518 Appendix C.
    [Fact]
    public void The_key_is_derived_as_the_specification_derives_it()
    {
        byte[] secret =
        [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
        ];
        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", StrictBase64Url.Encode(Jwe.Derive(secret, "A128GCM", 16, "Alice"u8, "Bob"u8)));
    }

    [Fact]
    public void A_message_that_was_altered_anywhere_is_none()
    {
        var message = Jwe.Encrypt(Key, "a password"u8);
        for (var i = 0; i < message.Length; i++)
        {
            var altered = message.ToCharArray();
            altered[i] = altered[i] == 'A' ? 'B' : 'A';
            Assert.Null(Jwe.Decrypt(Key, new string(altered)));
        }
        foreach (var odd in new[] { "", ".", "....", "a.b.c.d.e", message + ".", message[..^1], "{}", "e30....", message.Replace("..", ".AA.", StringComparison.Ordinal) })
            Assert.Null(Jwe.Decrypt(Key, odd));
    }

    [Theory]
    [InlineData("alg", "\"ECDH-ES+A256KW\"")]
    [InlineData("alg", "\"dir\"")]
    [InlineData("enc", "\"A128GCM\"")]
    [InlineData("zip", "\"DEF\"")]
    [InlineData("crit", "[\"exp\"]")]
    [InlineData("apu", "\"QWxpY2U\"")]
    [InlineData("epk", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}")]
    [InlineData("epk", "{\"kty\":\"oct\",\"k\":\"AAAA\"}")]
    [InlineData("epk", "7")]
    public void A_header_of_another_kind_is_refused(string member, string value)
    {
        var message = Jwe.Encrypt(Key, "a password"u8);
        var header = JsonNode.Parse(StrictBase64Url.Decode(message.Split('.')[0])!)!.AsObject();
        header[member] = JsonNode.Parse(value);
        Assert.Null(Jwe.Decrypt(Key, StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header.ToJsonString())) + message[message.IndexOf('.')..]));
    }

    [Fact]
    public void Only_keys_for_encryption_on_P256_are_encrypted_to()
    {
        var signing = SigningKey.Generate(SignatureAlgorithm.Es256).Public;
        Assert.Throws<ArgumentException>(() => Jwe.Encrypt(signing, "x"u8));
        Assert.Null(SealedPassword.KeyOf(Encoding.UTF8.GetBytes($$"""{"keys":[{{signing.ToJson()}}]}""")));
        Assert.Equal(Key.Kid, SealedPassword.KeyOf(Encoding.UTF8.GetBytes($$"""{"keys":[{{signing.ToJson()}},{{Key.ToPublic().ToJson()}}]}"""))?.Kid);
        Assert.All(new[] { "", "[]", "{}", "{\"keys\":7}", "{\"keys\":[7,{}]}" }, odd => Assert.Null(SealedPassword.KeyOf(Encoding.UTF8.GetBytes(odd))));
    }

    [Fact]
    public void A_sealed_password_is_good_for_its_person_alone_and_has_one_spelling()
    {
        // е with a combining diaeresis, a no-break space.
        var plain = SealedPassword.Write("person-1", "вe\u0308сла и\u00a0руль".Replace('e', 'е'));
        Assert.Equal("вёсла и руль", SealedPassword.Read(plain, "person-1"));
        Assert.Null(SealedPassword.Read(plain, "person-2"));
        Assert.Null(SealedPassword.Read("{}"u8.ToArray(), "person-1"));
    }
}
