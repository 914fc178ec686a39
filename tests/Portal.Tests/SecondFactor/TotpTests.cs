using System.Text;
using Aupd.Portal.SecondFactor;

namespace Aupd.Portal.Tests.SecondFactor;

public sealed class TotpTests
{
    // RFC 6238 appendix B, the rows of SHA-1; six digits are the last six of its eight.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void A_code_is_what_RFC_6238_says(long seconds, string code)
    {
        var secret = Encoding.ASCII.GetBytes("12345678901234567890");
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.Code(secret, Totp.StepAt(at)));
        Assert.Equal(Totp.StepAt(at), Totp.StepOf(code, secret, at));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(1, true)]
    [InlineData(-2, false)]
    [InlineData(2, false)]
    public void A_clock_may_be_one_step_off_and_no_more(int steps, bool isTaken)
    {
        var secret = Encoding.ASCII.GetBytes("12345678901234567890");
        var at = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        Assert.Equal(isTaken, Totp.StepOf(Totp.Code(secret, Totp.StepAt(at) + steps), secret, at) is not null);
    }

    // RFC 4648 §10.
    [Theory]
    [InlineData("", "")]
    [InlineData("MY======", "f")]
    [InlineData("MZXQ====", "fo")]
    [InlineData("MZXW6===", "foo")]
    [InlineData("MZXW6YQ=", "foob")]
    [InlineData("MZXW6YTB", "fooba")]
    [InlineData("MZXW6YTBOI======", "foobar")]
    public void Base32_is_read_as_RFC_4648_writes_it(string text, string plain) => Assert.Equal(plain, Encoding.ASCII.GetString(Totp.FromBase32(text)!));

    [Theory]
    [InlineData("MZXW1")]
    [InlineData("mzxw6")]
    [InlineData("MZ XW")]
    public void What_is_not_base32_is_none(string text) => Assert.Null(Totp.FromBase32(text));

    [Theory]
    [InlineData("123456", "123456")]
    [InlineData(" 123 456 ", "123456")]
    [InlineData("123-456", "123456")]
    [InlineData("12345", null)]
    [InlineData("1234567", null)]
    [InlineData("12345a", null)]
    [InlineData("١٢٣٤٥٦", null)]
    [InlineData(null, null)]
    public void A_code_is_read_as_people_type_it(string? typed, string? code) => Assert.Equal(code, Totp.Read(typed));
}
