using static Aupd.Registries.Tests.Matching.Region;

namespace Aupd.Registries.Tests.Matching;

/// <summary>The contract's rules for guardians and pupils, one by one.</summary>
public sealed class FamilyRuleTests
{
    private const string Child = "Иванова;Анна;Ивановна";

    [Theory]
    [InlineData(Snils1, "", "")]
    [InlineData("", "8 (916) 123-45-67", "")]
    [InlineData("", "", "ONE@mail.ru")]
    public void A_name_and_one_identifier_match_a_guardian(string snils, string phone, string email) => Expect("a;guardian;g;o2;match;;", r => r
        .Account("a", snils: snils, phone: phone, email: email)
        .Pupil("p", Child, org: "o2").Guardian("g", "p", snils: Snils1, phone: $"{Phone2}|{Phone1}", email: $"{Email2} | {Email1}"));

    [Fact]
    public void A_comma_separates_nothing() => Expect("a;none;;;no_match;no_record;",
        r => r.Account("a", email: Email1).Pupil("p", Child).Guardian("g", "p", email: $"{Email1},{Email2}"));

    [Fact]
    public void The_pupils_phone_is_not_the_guardians() =>
        Expect("a;none;;;no_match;no_record;", r => r.Account("a", phone: Phone1).Pupil("p", Child, phone: Phone1).Guardian("g", "p", phone: Phone2));

    [Fact]
    public void A_different_snils_does_not_undo_a_match_by_phone() => Expect(["a;guardian;g;o1;match;;", "a;pupil;q;o1;match;;"], r => r
        .Account("a", snils: Snils1, phone: Phone1).Pupil("p", Child).Guardian("g", "p", snils: Snils2, phone: Phone1).Pupil("q", snils: Snils2, phone: Phone1));

    [Fact]
    public void An_unconfirmed_snils_agrees_with_nothing_but_is_told_where_it_is_the_only_one()
    {
        Expect(["a;guardian;g;o1;no_match;snils_unconfirmed;", "a;pupil;q;o1;no_match;snils_unconfirmed;"],
            r => r.Account("a", snils: Snils1, confirmed: "").Pupil("p", Child).Guardian("g", "p", snils: Snils1).Pupil("q", snils: Snils1));
        Expect("a;guardian;g;o1;match;;",
            r => r.Account("a", snils: Snils1, confirmed: "", phone: Phone1).Pupil("p", Child).Guardian("g", "p", snils: Snils1, phone: Phone1));
        Expect("a;none;;;no_match;no_record;",
            r => r.Account("a", "Петров;Пётр;", snils: Snils1, confirmed: "no").Pupil("p", Child).Guardian("g", "p", snils: Snils1));
    }

    [Fact]
    public void An_account_with_the_pupils_birth_date_is_the_pupil() => Expect("a;pupil;p;o1;match;;",
        r => r.Account("a", phone: Phone1, birth: "2010-05-05").Pupil("p", birth: "2010-05-05", phone: Phone1).Guardian("g", "p", phone: Phone1));

    [Fact]
    public void Nothing_of_the_card_is_near_for_the_pupil_but_the_pupils_own_record() => Expect("a;none;;;no_match;no_record;",
        r => r.Account("a", phone: Phone1, birth: "2010-05-05").Pupil("p", Child, birth: "2010-05-05").Guardian("g", "p", phone: Phone1));

    [Fact]
    public void A_contradicting_birth_date_undoes_a_pupils_match()
    {
        Expect("a;pupil;p;o1;no_match;birth_date_contradicts;birth_date_day_and_month_swapped",
            r => r.Account("a", phone: Phone1, birth: "2010-05-06").Pupil("p", birth: "2010-06-05", phone: Phone1));
        Expect("a;pupil;p;o1;no_match;birth_date_contradicts;birth_date_one_part",
            r => r.Account("a", phone: Phone1, birth: "2010-05-06").Pupil("p", birth: "2011-05-06", phone: Phone1));
        Expect("a;pupil;p;o1;match;;", r => r.Account("a", phone: Phone1, birth: "2010-05-06").Pupil("p", phone: Phone1));
        Expect("a;pupil;p;o1;match;;", r => r.Account("a", phone: Phone1).Pupil("p", birth: "2010-05-06", phone: Phone1));
    }

    [Fact]
    public void A_guardian_and_a_pupil_of_one_card_who_cannot_be_told_apart_are_ambiguous()
    {
        Expect(["a;guardian;g;o1;no_match;ambiguous;", "a;pupil;p;o1;no_match;ambiguous;"],
            r => r.Account("a", phone: Phone1).Pupil("p", phone: Phone1).Guardian("g", "p", phone: Phone1));
        Expect(["a;guardian;g;o1;no_match;ambiguous;", "a;pupil;p;o1;no_match;ambiguous;"],
            r => r.Account("a", phone: Phone1).Pupil("p", birth: "2010-05-05", phone: Phone1).Guardian("g", "p", birth: "1980-01-01", phone: Phone1));
        Expect(["a;guardian;g;o1;no_match;ambiguous;", "a;pupil;p;o1;no_match;ambiguous;"],
            r => r.Account("a", phone: Phone1, birth: "2010-05-05").Pupil("p", phone: Phone1).Guardian("g", "p", phone: Phone1));
    }

    [Fact]
    public void An_ambiguous_account_is_guardian_of_nobody() => Expect(["a;guardian;g1;o1;no_match;ambiguous;", "a;pupil;p1;o1;no_match;ambiguous;"], r => r
        .Account("a", phone: Phone1).Pupil("p1", phone: Phone1).Guardian("g1", "p1", phone: Phone1).Pupil("p0", Child).Guardian("g0", "p0", phone: Phone1));

    [Fact]
    public void A_birth_date_tells_guardian_and_pupil_of_one_card_apart()
    {
        Expect(["a;guardian;g;o1;match;;", "a;pupil;p;o1;no_match;birth_date_contradicts;"],
            r => r.Account("a", phone: Phone1, birth: "1980-01-01").Pupil("p", birth: "2010-05-05", phone: Phone1).Guardian("g", "p", phone: Phone1));
        Expect("a;guardian;g;o1;match;;",
            r => r.Account("a", phone: Phone1, birth: "1980-01-01").Pupil("p", phone: Phone1).Guardian("g", "p", birth: "1980-01-01", phone: Phone1));
        Expect("a;pupil;p;o1;match;;",
            r => r.Account("a", phone: Phone1, birth: "2010-05-05").Pupil("p", phone: Phone1).Guardian("g", "p", birth: "1980-01-01", phone: Phone1));
    }

    [Theory]
    [InlineData("2010-05-05", "2011-05-05", "", "", false)]
    [InlineData("2010-05-05", "", Snils1, Snils2, false)]
    [InlineData("2010-05-05", "2010-05-05", Snils1, "", true)]
    [InlineData("", "", "", "", true)]
    public void Pupil_records_of_two_people_are_ambiguous_and_two_of_one_person_are_not(string birth1, string birth2, string snils1, string snils2, bool onePerson) => Expect(
        onePerson ? ["a;pupil;p1;o1;match;;", "a;pupil;p2;o2;match;;"] : ["a;pupil;p1;o1;no_match;ambiguous;"],
        r => r.Account("a", phone: Phone1).Pupil("p2", birth: birth2, snils: snils2, phone: Phone1, org: "o2").Pupil("p1", birth: birth1, snils: snils1, phone: Phone1));

    [Fact]
    public void The_accounts_birth_date_chooses_between_two_pupils() => Expect("a;pupil;p2;o1;match;;",
        r => r.Account("a", phone: Phone1, birth: "2011-05-05").Pupil("p1", birth: "2010-05-05", phone: Phone1).Pupil("p2", birth: "2011-05-05", phone: Phone1));

    [Theory]
    [InlineData("Иваноф;Иван;Иванович", "", "", "surname_one_letter")] // the same first name and patronymic
    [InlineData("Петров;Иван;Иванович", "", "", "surname_differs")]
    [InlineData("Иванов;Иван;", "1980-01-01", "1980-01-01", "patronymic_missing")] // the same birth date
    [InlineData("Иванов;Ивам;Иванович", "1980-01-01", "1980-01-01", "first_name_one_letter")]
    [InlineData("Иванов;Иван;Иваович", "1980-01-01", "1980-01-01", "patronymic_one_letter")]
    [InlineData("Иван;Иванов;Иванович", "1980-01-01", "1980-01-01", "surname_and_first_name_swapped")]
    public void Contacts_of_another_name_are_told_where_something_more_agrees(string name, string mine, string theirs, string hint) => Expect(
        [$"a;guardian;g;o1;no_match;name_differs;{hint}"],
        r => r.Account("a", name, phone: Phone1, birth: mine).Pupil("p", Child).Guardian("g", "p", birth: theirs, phone: Phone1));

    [Fact]
    public void Contacts_alone_make_nothing_near() => Expect("a;none;;;no_match;no_record;",
        r => r.Account("a", "Петров;Пётр;Петрович", phone: Phone1, email: Email1, birth: "1981-01-01").Pupil("p", Child).Guardian("g", "p", birth: "1980-01-01", phone: Phone1, email: Email1));

    [Fact]
    public void A_confirmed_snils_of_another_name_is_told() => Expect("a;pupil;p;o1;no_match;name_differs;",
        r => r.Account("a", "Петров;Пётр;", snils: Snils1).Pupil("p", snils: Snils1));

    [Fact]
    public void Name_and_birth_date_without_an_identifier_are_told()
    {
        Expect("a;pupil;p;o1;no_match;contacts_differ;", r => r.Account("a", phone: Phone1, birth: "2010-05-05").Pupil("p", birth: "2010-05-05", phone: Phone2));
        Expect("a;pupil;p;o1;no_match;contacts_differ;account_has_no_contacts", r => r.Account("a", birth: "2010-05-05").Pupil("p", birth: "2010-05-05", phone: Phone2));
        Expect("a;guardian;g;o1;no_match;contacts_differ;registry_has_no_contacts",
            r => r.Account("a", phone: Phone1, birth: "1980-05-05").Pupil("p", Child).Guardian("g", "p", birth: "1980-05-05"));
    }

    [Fact]
    public void A_simplified_registration_matches_its_own_record()
    {
        Expect("a;pupil;p;o1;match;;", r => r.Account("a", madeFrom: "p").Pupil("p").Pupil("q"));
        Expect("a;none;;;no_match;no_record;", r => r.Account("a", madeFrom: "unknown").Pupil("p"));
        Expect("a;none;;;no_match;no_record;", r => r.Account("a", madeFrom: "P").Pupil("p"));
        Expect("a;none;;;no_match;no_record;", r => r.Account("a", madeFrom: "p").Pupil("p", Child));
        Expect("a;pupil;p;o1;no_match;birth_date_contradicts;", r => r.Account("a", madeFrom: "p", birth: "2010-05-05").Pupil("p", birth: "2012-06-07"));
    }

    [Fact]
    public void A_missing_patronymic_is_equal_on_both_sides_and_a_difference_on_one()
    {
        Expect("a;pupil;p;o1;match;;", r => r.Account("a", "Ким;Юлия;нет", phone: Phone1).Pupil("p", "КИМ;Юлия;", phone: Phone1));
        Expect("a;none;;;no_match;no_record;", r => r.Account("a", "Ким;Юлия;", phone: Phone1).Pupil("p", "Ким;Юлия;Ивановна", phone: Phone1));
    }

    [Theory]
    [InlineData("a", "b", true)] // more kinds of identifiers
    [InlineData("c", "b", true)] // a confirmed СНИЛС
    [InlineData("b", "d", true)] // made earlier
    [InlineData("d", "e", true)] // the time not known is last
    [InlineData("e", "f", true)] // the smaller id
    public void The_stronger_of_two_accounts_has_the_record_and_the_other_is_a_duplicate(string winner, string loser, bool holds)
    {
        var region = new Region().Pupil("p", phone: Phone1, email: Email1);
        foreach (var id in new[] { loser, winner }.Order(StringComparer.Ordinal))
            _ = id switch
            {
                "a" => region.Account("a", phone: Phone1, email: Email1),
                "b" => region.Account("b", phone: Phone1, created: "2020-01-01T10:00"),
                "c" => region.Account("c", phone: Phone1, snils: Snils1, created: "2021-01-01"),
                "d" => region.Account("d", phone: Phone1, created: "2020-01-01 10:00:01"),
                _ => region.Account(id, phone: Phone1),
            };
        string[] expected = [$"{winner};pupil;p;o1;match;;", $"{loser};pupil;p;o1;no_match;duplicate_account;"];
        Assert.Equal(holds, expected.Order(StringComparer.Ordinal).SequenceEqual(region.Verdicts()));
    }

    [Fact]
    public void A_contradicting_birth_date_of_a_pupil_is_never_a_duplicate() => Expect(
        ["a;pupil;p;o1;match;;", "b;none;;;no_match;no_record;"],
        r => r.Account("a", phone: Phone1, birth: "2010-05-05").Account("b", phone: Phone1, snils: Snils1, birth: "2012-05-05").Pupil("p", birth: "2010-05-05", snils: Snils1, phone: Phone1));

    [Fact]
    public void Ids_are_ordered_by_code_point_not_by_utf16()
    {
        // U+FF21 is below U+1F600, but its UTF-16 unit is above the first half of that pair.
        Expect(["\uFF21;pupil;p;o1;match;;", "\U0001F600;pupil;p;o1;no_match;duplicate_account;"],
            r => r.Account("\uFF21", phone: Phone1).Account("\U0001F600", phone: Phone1).Pupil("p", phone: Phone1));
        Expect(["a;staff;\uFF21;o1;match;;", "a;staff;\U0001F600;o1;match;;"],
            r => r.Account("a", snils: Snils1).Staff("\U0001F600", snils: Snils1).Staff("\uFF21", snils: Snils1));
    }

    [Fact]
    public void Roles_stand_each_on_its_own_in_the_order_of_the_contract() => Expect(
        ["b;none;;;no_match;no_record;", "a;staff;s;o1;match;;", "a;guardian;g1;o1;match;;", "a;guardian;g2;o2;match;;", "a;pupil;q;o1;no_match;contacts_differ;"], r => r
        .Account("b", "Чужой;Человек;").Account("a", snils: Snils1, phone: Phone1, birth: "1980-01-01")
        .Staff("s", snils: Snils1).Pupil("p1", Child).Pupil("p2", Child, org: "o2").Guardian("g2", "p2", phone: Phone1).Guardian("g1", "p1", phone: Phone1)
        .Pupil("q", birth: "1980-01-01", phone: Phone2));

    private static void Expect(string line, Action<Region> given) => Expect([line], given);

    private static void Expect(string[] lines, Action<Region> given)
    {
        var region = new Region();
        given(region);
        Assert.Equal(lines, region.Verdicts());
    }
}
