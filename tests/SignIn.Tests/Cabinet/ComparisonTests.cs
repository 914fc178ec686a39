using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet.Data;
using Aupd.SignIn.Cabinet.Security;
using Aupd.SignIn.Profiles;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>Portal and school side by side, field by field: what is shown, what is masked, what is advised.</summary>
public sealed class ComparisonTests
{
    private static readonly PersonName Name = PersonName.TryCreate("Семёнова", "Алёна", "Петровна")!;
    private static readonly Phone Mine = Phone.TryParse("+79160000001")!, Other = Phone.TryParse("+79160000002")!;
    private static readonly Email MyEmail = Email.TryParse("mine@mail.example")!, OtherEmail = Email.TryParse("other@mail.example")!;
    private static readonly Snils MySnils = Snils.TryParse("112-233-445 95")!, OtherSnils = Snils.TryParse("001-001-998 00")!;
    private static readonly DateOnly Born = new(1980, 5, 17);

    private static PortalAccount Account => new("issuer", "subject", Name)
        { Phone = Mine, PhoneVerified = true, Email = MyEmail, EmailVerified = true, Snils = MySnils, SnilsConfirmed = true, BirthDate = Born };

    private static OwnRecord Record => new(RegistryRole.Guardian, "g1", "Школа № 1", Name, Born, MySnils, [Mine], [MyEmail], null, "5А", "мать", null, null, null);

    private static Language Language(string code)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?lang=" + code);
        return new Language(new HttpContextAccessor { HttpContext = http });
    }

    private static ComparedField Field(string name, PortalAccount account, OwnRecord record) =>
        new Comparison(account, record, Language("ru")).Fields().Single(f => f.Name == name);

    [Fact]
    public void Where_all_agrees_all_is_shown_and_nothing_is_advised()
    {
        var fields = new Comparison(Account, Record, Language("ru")).Fields();
        Assert.Equal(["ФИО", "Дата рождения", "Телефон", "Электронная почта", "СНИЛС"], fields.Select(f => f.Name));
        Assert.All(fields, f => Assert.Equal((Sameness.Same, f.AtPortal, (string?)null), (f.Sameness, f.AtSchool, f.Advice)));
    }

    [Fact]
    public void A_name_with_e_for_yo_is_told_to_do_no_harm()
    {
        var field = Field("ФИО", Account, Record with { Name = PersonName.TryCreate("Семенова", "Алена", "Петровна")! });
        Assert.Equal((Sameness.SpelledOtherwise, "Семенова Алена Петровна", (string?)null), (field.Sameness, field.AtSchool, field.Advice));
    }

    [Fact]
    public void A_second_number_in_the_card_is_masked_beside_ones_own()
    {
        var field = Field("Телефон", Account, Record with { Phones = [Other, Mine] });
        Assert.Equal((Sameness.Same, "+7 *** ***-00-02, +7 916 000-00-01"), (field.Sameness, field.AtSchool));
    }

    [Fact]
    public void What_differs_is_masked_and_says_where_it_is_repaired()
    {
        var other = Record with { Phones = [Other], Emails = [OtherEmail], Snils = OtherSnils, BirthDate = Born.AddDays(1) };
        Assert.Equal("+7 *** ***-00-02", Field("Телефон", Account, other).AtSchool);
        Assert.Equal("o***@mail.example", Field("Электронная почта", Account, other).AtSchool);
        Assert.Equal("***-***-998 00", Field("СНИЛС", Account, other).AtSchool);
        Assert.Null(Field("Дата рождения", Account, other).AtSchool);
        foreach (var field in new Comparison(Account, other, Language("ru")).Fields().Where(f => f.Name != "ФИО"))
        {
            Assert.Equal(Sameness.Differs, field.Sameness);
            Assert.Contains("портал", field.Advice, StringComparison.Ordinal);
            Assert.Contains("классного руководителя", field.Advice, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_one_side_lacks_says_who_adds_it_and_a_lacking_snils_of_a_parent_is_nobodys_fault()
    {
        var empty = Record with { Phones = [], Emails = [], Snils = null, BirthDate = null };
        Assert.Contains("В школе телефона нет", Field("Телефон", Account, empty).Advice, StringComparison.Ordinal);
        Assert.Contains("В школе почты нет", Field("Электронная почта", Account, empty).Advice, StringComparison.Ordinal);
        Assert.Null(Field("СНИЛС", Account, empty).Advice);
        Assert.Null(Field("Дата рождения", Account, empty).Advice);
        var bare = new PortalAccount("issuer", "subject", Name);
        Assert.Contains("На портале телефона нет", Field("Телефон", bare, Record).Advice, StringComparison.Ordinal);
        Assert.Contains("На портале почты нет", Field("Электронная почта", bare, Record).Advice, StringComparison.Ordinal);
        Assert.Contains("Укажите дату рождения на портале", Field("Дата рождения", bare, Record).Advice, StringComparison.Ordinal);
        Assert.Equal(["ФИО"], new Comparison(bare, empty, Language("ru")).Fields().Select(f => f.Name));
    }

    [Fact]
    public void Staff_records_hold_no_contacts_and_are_repaired_by_the_personnel_office()
    {
        var staff = Record with { Role = RegistryRole.Staff, Snils = OtherSnils, Phones = [], Emails = [] };
        var fields = new Comparison(Account, staff, Language("ru")).Fields();
        Assert.Equal(["ФИО", "Дата рождения", "СНИЛС"], fields.Select(f => f.Name));
        Assert.Contains("кадровую службу", fields[2].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_right_snils_that_is_not_confirmed_asks_to_be()
    {
        var field = Field("СНИЛС", Account with { SnilsConfirmed = false }, Record);
        Assert.Contains("Подтвердите его", field.Advice, StringComparison.Ordinal);
    }

    [Theory, InlineData("ru"), InlineData("en")]
    public void Every_act_of_the_history_has_words(string code)
    {
        var words = new HistoryWords(new Places(new PlacesSettings()));
        foreach (var act in HistoryWords.Acts)
        {
            var text = words.Of(new KeptAuditLine { Act = act, Subject = "diary" }, Language(code), _ => "Diary", isMine: true);
            Assert.NotEqual(act, text);
            Assert.True(text.Length > 3 && char.IsUpper(text[0]), text);
        }
    }

    [Theory, InlineData("name"), InlineData("preferred_username"), InlineData("snils_confirmed"), InlineData("children"), InlineData("active_role")]
    public void Claims_have_words_and_what_has_none_is_still_named(string claim)
    {
        Assert.DoesNotContain(claim, ClaimWords.Of([claim], Language("ru")));
        Assert.Equal(["имя", "новое"], ClaimWords.Of(["name", "given_name", "новое"], Language("ru")));
    }
}
