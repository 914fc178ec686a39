using Aupd.Kernel.People;
using FsCheck;
using FsCheck.Fluent;

namespace Aupd.Kernel.Tests.People;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("112-233-445 95")] // reference/schools.md §3.7: computed vectors
    [InlineData("087-654-303 00")]
    [InlineData("026-002-389 00")]
    [InlineData("030-214-884 00")]
    [InlineData("543-546-368 00")]
    [InlineData("000-000-600 06")] // a test person of ЕСИА: the sum is wrong, but numbers up to 001-001-998 are not checked
    [InlineData("001-001-998 00")] // the last number that is not checked
    [InlineData("11223344595")]
    [InlineData(" СНИЛС № 112 233 445 95 ")]
    public void A_right_snils_is_read_in_any_spelling(string written) =>
        Assert.Equal(string.Concat(written.Where(char.IsAsciiDigit)), Snils.TryParse(written)?.Digits);

    [Theory]
    [InlineData("112-233-445 96")]
    [InlineData("087-654-303 01")]
    [InlineData("001-001-999 00")] // the first number that is checked
    public void A_wrong_checksum_is_told(string written) => Assert.IsType<SnilsReading.WrongChecksum>(Snils.Read(written));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1122334459", 10)]
    [InlineData("112233445955", 12)]
    public void A_wrong_length_is_told(string written, int digits) => Assert.Equal(new SnilsReading.WrongLength(digits), Snils.Read(written));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("нет")]
    [InlineData("000-000-000 00")]
    public void No_digits_and_eleven_zeros_are_absent(string? written) => Assert.IsType<SnilsReading.Absent>(Snils.Read(written));

    [Fact]
    public void One_wrong_digit_among_the_first_nine_or_two_swapped_neighbours_never_pass() => Prop.ForAll(
        Gen.Choose(1_001_999 / 10, 99_999_999).ToArbitrary(), Gen.Choose(0, 8).ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (number, at, by) =>
    {
        var digits = (number * 10L).ToString("D9").ToCharArray();
        var sum = digits.Select((d, i) => (d - '0') * (9 - i)).Sum() % 101 % 100;
        var right = new string(digits) + sum.ToString("D2");
        digits[at] = (char)('0' + (digits[at] - '0' + by) % 10);
        var wrong = new string(digits) + sum.ToString("D2");
        // 100 and 0 have one checksum, and a small number is not checked: those two are no misses.
        var blind = long.Parse(digits) <= 1_001_998 || digits.Select((d, i) => (d - '0') * (9 - i)).Sum() % 101 % 100 == sum;
        return Snils.TryParse(right) is not null && (blind || Snils.TryParse(wrong) is null);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("+7 (916) 123-45-67", "+79161234567")]
    [InlineData("8 916 123 45 67", "+79161234567")]
    [InlineData("89161234567", "+79161234567")]
    [InlineData("9161234567", "+79161234567")]
    [InlineData("+8 916 123-45-67", "+79161234567")]
    [InlineData("+8 495 123-45-67", "+84951234567")] // only a mobile number is surely Russian
    [InlineData("+86 138 1234 5678", "+8613812345678")]
    [InlineData("810 49 30 1234567", "+49301234567")]
    [InlineData("00 49 30 1234567", "+49301234567")]
    [InlineData("+7(916)1234567 доб. 12", "+79161234567")]
    [InlineData("+7(916)1234567 ДОБ 12", "+79161234567")]
    [InlineData("+7(916)1234567 Ext12", "+79161234567")]
    [InlineData("+7(916)1234567#12", "+79161234567")]
    [InlineData("(+81) 3 1234 5678", "+81312345678")]
    [InlineData("12345678", "+12345678")]
    [InlineData("+12345678", "+12345678")]
    [InlineData("123456789012345", "+123456789012345")]
    [InlineData("1234567", null)]
    [InlineData("1234567890123456", null)]
    [InlineData("+1234567", null)]
    [InlineData("8101234567", null)]
    [InlineData("доб. 89161234567", null)]
    [InlineData("٨٩١٦١٢٣٤٥٦٧", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_phone_is_read_as_the_contract_says(string? written, string? expected) => Assert.Equal(expected, Phone.TryParse(written)?.E164);

    [Theory]
    [InlineData(" Ivanov@Mail.RU ", "ivanov@mail.ru")]
    [InlineData("иван@почта.рф", "иван@xn--80a1acny.xn--p1ai")]
    [InlineData("a@faß.de", "a@xn--fa-hia.de")] // non-transitional: ß is not ss
    [InlineData("a@ｅx.com", "a@ex.com")]
    [InlineData("и\u0306@x.ru", "й@x.ru")]
    [InlineData("a@localhost", "a@localhost")]
    [InlineData("a@b@c.ru", null)]
    [InlineData("a@b＠c.ru", null)]
    [InlineData("@c.ru", null)]
    [InlineData("a@", null)]
    [InlineData("a b@c.ru", null)]
    [InlineData("a\u00A0b@c.ru", null)]
    [InlineData("a@c d.ru", null)]
    [InlineData("a@b..ru", null)]
    [InlineData("a\u0000b@c.ru", null)]
    [InlineData("ab.ru", null)]
    [InlineData("\uFFFEи\u0306@x.ru", "\uFFFEй@x.ru")]
    [InlineData("a@\uFFFE.ru", null)]
    [InlineData(null, null)]
    public void An_email_is_read_as_the_contract_says(string? written, string? expected) => Assert.Equal(expected, Email.TryParse(written)?.Address);

    [Fact]
    public void A_broken_pair_in_an_email_makes_it_absent() => Assert.Null(Email.TryParse("a\uD800@b.ru"));

    [Fact]
    public void What_has_been_read_reads_the_same_again() => Prop.ForAll(AnyText.Arbitrary, text =>
        (Phone.TryParse(text) is not { } phone || Phone.TryParse(phone.E164) == phone)
        && (Email.TryParse(text) is not { } email || Email.TryParse(email.Address) == email)
        && (Snils.TryParse(text) is not { } snils || Snils.TryParse(snils.Formatted) == snils)).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_printed_by_a_careless_log_line_holds_no_value()
    {
        Assert.Equal("***-***-*** 95", Snils.TryParse("112-233-445 95")!.ToString());
        Assert.Equal("***67", Phone.TryParse("89161234567")!.ToString());
        Assert.Equal("***@mail.ru", Email.TryParse("ivanov@mail.ru")!.ToString());
        Assert.Equal("И. И.", PersonName.TryCreate("Иванов", "Иван", "Иванович")!.ToString());
    }
}
