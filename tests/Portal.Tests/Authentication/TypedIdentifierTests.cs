using Aupd.Portal.Authentication;

namespace Aupd.Portal.Tests.Authentication;

public sealed class TypedIdentifierTests
{
    [Theory]
    [InlineData("+7 916 123-45-67")]
    [InlineData("8 (916) 123-45-67")]
    [InlineData("89161234567")]
    [InlineData("9161234567")]
    [InlineData(" 7 916 123 45 67 ")]
    public void Every_spelling_of_a_phone_is_one_phone(string typed)
    {
        var read = TypedIdentifier.Read(typed)!;
        Assert.Equal("+79161234567", read.Phone?.E164);
        Assert.Equal("+79161234567", read.Key);
    }

    [Theory]
    [InlineData("112-233-445 95")]
    [InlineData("11223344595")]
    [InlineData("112 233 445 95")]
    public void Every_spelling_of_a_snils_is_one_snils(string typed) =>
        Assert.Equal("11223344595", TypedIdentifier.Read(typed)?.Snils?.Digits);

    [Theory]
    [InlineData("Ivanov-2", "ivanov-2")]
    [InlineData("IVANOV.II", "ivanov.ii")]
    public void A_login_has_no_case(string typed, string key) => Assert.Equal(key, TypedIdentifier.Read(typed)?.Login);

    [Fact]
    public void An_email_has_no_case() => Assert.Equal("a.b@mail.example", TypedIdentifier.Read(" A.B@Mail.Example ")?.Email?.Address);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("iva\0nov")]
    public void What_cannot_be_an_identifier_is_none(string? typed) => Assert.Null(TypedIdentifier.Read(typed));

    [Fact]
    public void Both_edges_of_the_length_hold()
    {
        Assert.NotNull(TypedIdentifier.Read(new string('a', 200)));
        Assert.Null(TypedIdentifier.Read(new string('a', 201)));
    }
}
