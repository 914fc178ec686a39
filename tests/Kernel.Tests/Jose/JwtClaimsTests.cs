using System.Text;
using Aupd.Kernel.Jose;

namespace Aupd.Kernel.Tests.Jose;

public sealed class JwtClaimsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly JwtRules Rules = new("https://i", "me") { Skew = TimeSpan.FromSeconds(60) };

    [Theory]
    // Both edges of each limit; now is 1800000000, the skew 60 s.
    [InlineData("\"exp\":1799999941,\"iat\":1800000000", null)]
    [InlineData("\"exp\":1799999940,\"iat\":1800000000", JwtFault.Expired)]
    [InlineData("\"iat\":1800000000", JwtFault.Expired)]
    [InlineData("\"exp\":1800000100,\"iat\":1800000060", null)]
    [InlineData("\"exp\":1800000100,\"iat\":1800000061", JwtFault.IssuedAt)]
    [InlineData("\"exp\":1800000100", JwtFault.IssuedAt)]
    [InlineData("\"exp\":1800000100,\"iat\":1800000000,\"nbf\":1800000060", null)]
    [InlineData("\"exp\":1800000100,\"iat\":1800000000,\"nbf\":1800000061", JwtFault.NotYetValid)]
    [InlineData("\"exp\":1800000000.5,\"iat\":1799999999.25", null)]
    [InlineData("\"exp\":1.9e9,\"iat\":1800000000", null)]
    [InlineData("\"exp\":\"1800000100\",\"iat\":1800000000", JwtFault.Malformed)]
    [InlineData("\"exp\":null,\"iat\":1800000000", JwtFault.Malformed)]
    [InlineData("\"exp\":-1,\"iat\":1800000000", JwtFault.Malformed)]
    [InlineData("\"exp\":1e300,\"iat\":1800000000", JwtFault.Malformed)]
    [InlineData("\"exp\":250000000000,\"iat\":1800000000", null)]
    [InlineData("\"exp\":1800000100,\"iat\":true", JwtFault.Malformed)]
    [InlineData("\"exp\":1800000100,\"iat\":1800000000,\"nbf\":[]", JwtFault.Malformed)]
    public void Times_are_compared_with_the_skew(string times, JwtFault? fault) => Assert.Equal(fault, Read($$"""{"iss":"https://i","aud":"me",{{times}}}""").Check(Rules, Now));

    [Theory]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":\"me\"", null)]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":[\"you\",\"me\"]", null)]
    [InlineData("\"iss\":\"https://i/\"", "\"aud\":\"me\"", JwtFault.Issuer)]
    [InlineData("\"iss\":\"HTTPS://i\"", "\"aud\":\"me\"", JwtFault.Issuer)]
    [InlineData("\"iss\":[\"https://i\"]", "\"aud\":\"me\"", JwtFault.Issuer)]
    [InlineData("\"x\":1", "\"aud\":\"me\"", JwtFault.Issuer)]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":\"ME\"", JwtFault.Audience)]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":[]", JwtFault.Audience)]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":[\"me\",1]", JwtFault.Audience)]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":[[\"me\"]]", JwtFault.Audience)]
    [InlineData("\"iss\":\"https://i\"", "\"aud\":{\"me\":1}", JwtFault.Audience)]
    [InlineData("\"iss\":\"https://i\"", "\"x\":1", JwtFault.Audience)]
    public void Issuer_and_audience_are_compared_byte_for_byte(string issuer, string audience, JwtFault? fault) =>
        Assert.Equal(fault, Read($$"""{{{issuer}},{{audience}},"exp":1800000100,"iat":1800000000}""").Check(Rules, Now));

    [Fact]
    public void A_token_may_not_be_older_than_asked()
    {
        var rules = Rules with { MaxAge = TimeSpan.FromMinutes(10) };
        Assert.Null(Read("""{"iss":"https://i","aud":"me","exp":1800000100,"iat":1799999340}""").Check(rules, Now));
        Assert.Equal(JwtFault.IssuedAt, Read("""{"iss":"https://i","aud":"me","exp":1800000100,"iat":1799999339}""").Check(rules, Now));
    }

    [Theory]
    [InlineData("[]"), InlineData("1"), InlineData(""), InlineData("{\"a\":1,\"a\":1}"), InlineData("{\"a\":{\"b\":1,\"b\":2}}"), InlineData("{} {}")]
    public void A_payload_that_two_readers_could_read_differently_is_refused(string json) => Assert.Null(JwtClaims.TryParse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_text_with_a_zero_or_half_a_character_counts_as_absent()
    {
        var claims = Read("""{"zero":"a\u0000b","half":"\ud83d","whole":"\ud83d\ude00","list":["a","\u0000"],"number":1,"yes":true}""");
        Assert.Null(claims.Text("zero"));
        Assert.Null(claims.Text("half"));
        Assert.Equal("😀", claims.Text("whole"));
        Assert.Empty(claims.Texts("list"));
        Assert.Null(claims.Text("number"));
        Assert.True(claims.Flag("yes"));
        Assert.Null(claims.Flag("number"));
    }

    private static JwtClaims Read(string json) => JwtClaims.TryParse(Encoding.UTF8.GetBytes(json))!;
}
