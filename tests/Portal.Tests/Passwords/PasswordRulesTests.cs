using System.Text;
using Aupd.Kernel.People;
using Aupd.Portal.Passwords;

namespace Aupd.Portal.Tests.Passwords;

public sealed class PasswordRulesTests
{
    private static readonly PasswordOwner Owner = new(
        PersonName.TryCreate("Добролюбова", "Екатерина", "Ивановна"), Phone.TryParse("+79161234567"),
            Email.TryParse("dobrolyubova.k@mail.example"), "dobrolyubova-k",
        Snils.TryParse("112-233-445 95"));

    [Theory]
    [InlineData("три зелёных чайника")]
    [InlineData("correct horse battery stapler")]
    [InlineData("kv9-Qz_7pw")]
    [InlineData("десятьбукв")]
    [InlineData("🐘🐘🐘🦒🦒🦒🐬🐬🐬🐿")]
    [InlineData("          пробел")]
    public void A_long_and_rare_password_is_taken_whatever_it_is_made_of(string password) =>
        Assert.Null(PasswordRules.Check(password, Owner));

    [Theory]
    [InlineData("kv9-Qz_7p", "too-short")]
    [InlineData("", "too-short")]
    [InlineData("🐘🦒🐬🐿🐘🦒🐬🐿🐘", "too-short")]
    [InlineData("kv9-Qz_\u0000pw1", "unprintable")]
    [InlineData("kv9-Qz_\npw12", "unprintable")]
    [InlineData("8 (916) 123-45-67", "own-identifier")]
    [InlineData("11223344595", "own-identifier")]
    [InlineData("Dobrolyubova.K@mail.example", "own-identifier")]
    [InlineData("Dobrolyubova-K", "own-identifier")]
    [InlineData("dobrolyubova_k_2026", "own-identifier")]
    [InlineData("Екатерина Добролюбова", "own-identifier")]
    [InlineData("Пароль2026!", "common")]
    [InlineData("Gfhjkm-2026", "common")]
    [InlineData("qwertyuiop", "common")]
    [InlineData("Йцукен123456", "common")]
    [InlineData("1q2w3e4r5t6y", "common")]
    [InlineData("Екатерина1985", "common")]
    [InlineData("1234567890", "common")]
    [InlineData("98765432109", "common")]
    [InlineData("абвгдежзийк", "common")]
    [InlineData("aaaaaaaaaaaa", "common")]
    [InlineData("!!!!!!!!!!!!", "common")]
    [InlineData("1212121212", "common")]
    [InlineData("lol-lol-lol-lol", "common")]
    public void A_password_that_anyone_would_try_is_refused_with_its_reason(string password, string fault) =>
        Assert.Equal(fault, PasswordRules.Check(password, Owner)?.Key);

    [Fact]
    public void Both_edges_of_the_length_hold()
    {
        string Of(int length) => string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + i * 7 % 26)));
        Assert.Equal("too-short", PasswordRules.Check(Of(9), Owner)?.Key);
        Assert.Null(PasswordRules.Check(Of(10), Owner));
        Assert.Null(PasswordRules.Check(Of(256), Owner));
        Assert.Equal("too-long", PasswordRules.Check(Of(257), Owner)?.Key);
        Assert.Equal("too-long", PasswordRules.Check(Of(1_000_000), Owner)?.Key);
    }

    [Fact]
    public void Half_a_character_is_no_password() =>
        Assert.Equal("unprintable", PasswordRules.Check("kv9-Qz_" + (char)0xd800 + "pw1", Owner)?.Key);

    [Fact]
    public void One_password_has_one_spelling_on_every_keyboard()
    {
        Assert.Equal(PasswordRules.Prepare("ёжик и йод"), PasswordRules.Prepare("ёжик и йод".Normalize(NormalizationForm.FormD)));
        Assert.Equal(PasswordRules.Prepare("три чайника"), PasswordRules.Prepare("три\u00a0чайника"));
        Assert.NotEqual(PasswordRules.Prepare("ﬁ"), PasswordRules.Prepare("fi"));
    }
}
