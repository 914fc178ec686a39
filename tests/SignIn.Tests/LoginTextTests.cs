using Aupd.SignIn.Activation;

namespace Aupd.SignIn.Tests;

public sealed class LoginTextTests
{
    [Theory]
    [InlineData("ivanovii", true)]
    [InlineData("Ivanov_I-2", true)]
    [InlineData("a", true)]
    [InlineData("abcdefghijklmnopqrst", true)] // 20
    [InlineData("abcdefghijklmnopqrstu", false)] // 21
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("ivanov.ii", false)]
    [InlineData("ivanov,ii", false)]
    [InlineData("ivanov/ii", false)]
    [InlineData("ivanov}ii", false)]
    [InlineData("ivanov]ii", false)]
    [InlineData("ivanov ii", false)]
    [InlineData(" ivanov", false)]
    [InlineData("ivanov@x", false)]
    [InlineData("иванов", false)]
    [InlineData("ivanov\n", false)]
    [InlineData("89161234567", false)] // opens someone's portal as a phone
    [InlineData("112-233-445", false)]
    public void A_journal_login_is_usable_when_every_door_takes_it(string? login, bool usable) => Assert.Equal(usable, LoginText.IsUsable(login));

    [Theory]
    [InlineData("Иванов", "ivanov")]
    [InlineData("Щербакова", "shcherbakova")]
    [InlineData("Подъячев", "podieiachev")]
    [InlineData("Цветаев", "tsvetaev")]
    [InlineData("Ёлкин", "elkin")]
    [InlineData("Юрьев", "iurev")]
    [InlineData("Хайэм", "khaiem")]
    [InlineData("Жуков", "zhukov")]
    [InlineData("Чайка", "chaika")]
    [InlineData("Иванова-Петрова", "ivanova-petrova")]
    [InlineData("Иванова – Петрова", "ivanova-petrova")]
    [InlineData("О’Коннор", "okonnor")]
    [InlineData("ван дер Берг", "van-der-berg")]
    [InlineData("Müller", "muller")]
    [InlineData("Рождественская-Щедрина", "rozhdestvenskaia-shc")] // cut at 20
    [InlineData("Константинопольских-А", "konstantinopolskikh")] // no dash left hanging
    [InlineData("Ива\uFFFEнов", "ivanov")]
    [InlineData("王", "anna")] // the first name steps in
    public void A_login_is_made_of_the_surname(string surname, string login) => Assert.Equal(login, LoginText.BaseOf(surname, "Анна"));

    [Fact]
    public void A_name_without_letters_that_can_be_written_gives_a_plain_word() => Assert.Equal("user", LoginText.BaseOf("王", "伟"));
}
