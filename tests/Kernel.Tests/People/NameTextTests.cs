using Aupd.Kernel.People;
using FsCheck;
using FsCheck.Fluent;

namespace Aupd.Kernel.Tests.People;

public sealed class NameTextTests
{
    [Theory]
    [InlineData("Иванов", "ИВАНОВ")]
    [InlineData("  иванов  ", "ИВАНОВ")]
    [InlineData("Королёва", "КОРОЛЕВА")]
    [InlineData("Короле\u0308ва", "КОРОЛЕВА")]
    [InlineData("Андреи\u0306", "АНДРЕЙ")]
    [InlineData("и\u200D\u0306", "Й")]
    [InlineData("Ива\u00ADнов\uFEFF", "ИВАНОВ")]
    [InlineData("Ян\u00A0\u3000де\t Мар", "ЯН ДЕ МАР")]
    [InlineData("Петров \u2014  Водкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров - Водкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров\u2010Водкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров\u2015Водкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров\u2212Водкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров\uFE63Водкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров\uFF0DВодкин", "ПЕТРОВ-ВОДКИН")]
    [InlineData("Петров\u2016Водкин", "ПЕТРОВ\u2016ВОДКИН")]
    [InlineData("д'Ар\u2019та\u2018нь\u02BCя`н\u00B4\u2032\u201B\uFF07\u02B9", "ДАРТАНЬЯН")]
    [InlineData("' Иванов '", "ИВАНОВ")]
    [InlineData("Ивaнoв", "ИВАНОВ")]
    [InlineData("ABCEHKMOPTXYж", "АВСЕНКМОРТХУЖ")]
    [InlineData("O'Connor", "OCONNOR")]
    [InlineData("Abcёd", "АВСЕD")]
    [InlineData("Weiß", "WEISS")]
    [InlineData("Ivanov", "IVANOV")]
    [InlineData("\u0482ABC", "\u0482ABC")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData(" \u200B ", "")]
    public void A_part_is_normalised_as_the_contract_says(string? written, string expected) => Assert.Equal(expected, NameText.Normalise(written));

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("-")]
    [InlineData(" — ")]
    [InlineData("нет")]
    [InlineData("Нeт")]
    [InlineData("отсутствует")]
    public void A_patronymic_that_says_there_is_none_is_absent(string? written) => Assert.Null(NameText.NormalisePatronymic(written));

    [Fact]
    public void A_patronymic_that_only_looks_like_none_is_kept() => Assert.Equal("НЕТОВИЧ", NameText.NormalisePatronymic("Нетович"));

    [Fact]
    public void Normalising_twice_changes_nothing() => Prop.ForAll(AnyText.Arbitrary, text =>
    {
        var once = NameText.Normalise(text);
        return NameText.Normalise(once) == once;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Letter_case_and_surrounding_space_and_invisible_characters_do_not_matter() => Prop.ForAll(AnyText.Words, text =>
        NameText.Normalise(text) == NameText.Normalise(" \u200E" + string.Join("\u00AD", text.ToLowerInvariant().AsEnumerable()) + "\u00A0"))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_invisible_no_double_space_and_no_space_around_a_dash_remains() => Prop.ForAll(AnyText.Arbitrary, text =>
    {
        var name = NameText.Normalise(text);
        return name.Trim() == name && !name.Contains("  ") && !name.Contains(" -") && !name.Contains("- ") && !name.Contains('Ё') && !name.Contains('\'')
            && name.IsNormalized();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_lone_surrogate_and_a_very_long_part_are_read_without_fault()
    {
        Assert.Equal("А\uFFFDБ", NameText.Normalise("а\uD800б"));
        // Unicode composes nothing with U+FFFE; the platform refuses it.
        Assert.Equal("Й\uFFFEЙ\uFFFE", NameText.Normalise("и\u0306\uFFFEй\uFFFE"));
        Assert.Equal(new string('Я', 100_000), NameText.Normalise(new string('я', 100_000)));
    }

    [Fact]
    public void Names_compare_whole_and_a_tab_cannot_move_the_border_between_the_parts()
    {
        Assert.Equal(PersonName.TryCreate("Ким", "Юлия", null)!.Key, PersonName.TryCreate("КИМ", " юлия", "нет")!.Key);
        Assert.NotEqual(PersonName.TryCreate("А\tБ", "В", null)!.Key, PersonName.TryCreate("А", "Б\tВ", null)!.Key);
        Assert.NotEqual(PersonName.TryCreate("Петров-Водкин", "К", null)!.Key, PersonName.TryCreate("Водкин-Петров", "К", null)!.Key);
        Assert.Null(PersonName.TryCreate("'", "Иван", null));
        Assert.Null(PersonName.TryCreate("Ива\0нов", "Иван", null));
        Assert.Null(PersonName.TryCreate(new string('а', PersonName.MaxPartLength + 1), "Иван", null));
        Assert.NotNull(PersonName.TryCreate(new string('а', PersonName.MaxPartLength), "Иван", null));
    }
}

/// <summary>Texts made of the characters that rules speak of, and of any others, halves of pairs too.</summary>
internal static class AnyText
{
    private const string Telling = "аяёЁйЙАBCEHKMOPTXYabcxyz -–—―−'’`´ʹ.@+89 70доб#ext|ßﬃıİ\u0301\u0306\u0308\u00AD\u200B\u200D\u00A0\u2028\t\uD83D\uDE00\uD800\uDC00\uFFFF\u0000";

    private static readonly Gen<char> Char = Gen.Frequency(
        (8, Gen.Elements(Telling.ToCharArray())), (1, Gen.Choose(0, 0xFFFF).Select(c => (char)c)));

    public static Arbitrary<string> Arbitrary { get; } = Char.ArrayOf().Select(cs => new string(cs)).ToArbitrary();

    public static Arbitrary<string> Words { get; } =
        Gen.Elements("абвгдеёжзийклмнопрстуфхцчшщъыьэюяABCEHKMOPTXY- ".ToCharArray()).ArrayOf().Select(cs => new string(cs)).ToArbitrary();
}
