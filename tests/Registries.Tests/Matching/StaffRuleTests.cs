using static Aupd.Registries.Tests.Matching.Region;

namespace Aupd.Registries.Tests.Matching;

/// <summary>The contract's rules for staff, one by one; today is 20 November 2026.</summary>
public sealed class StaffRuleTests
{
    [Fact]
    public void Name_and_confirmed_snils_match() => Expect("a;staff;s;o1;match;;", r => r.Account("a", snils: Snils1).Staff("s", snils: Snils1));

    [Fact]
    public void Every_workplace_matches_in_the_order_of_record_ids() => Expect(
        ["a;staff;s1;o1;match;;", "a;staff;s10;o2;match;;", "a;staff;s2;o1;match;;"],
        r => r.Account("a", snils: Snils1).Staff("s2", snils: Snils1).Staff("s10", snils: Snils1, org: "o2").Staff("s1", snils: Snils1));

    [Theory]
    [InlineData("2026-11-20", "", "match;;")]
    [InlineData("2026-11-21", "", "no_match;not_started;")]
    [InlineData("", "", "no_match;start_date_missing;")]
    [InlineData("2020-01-01", "2026-11-20", "match;;")]
    [InlineData("2020-01-01", "19.11.2026", "no_match;ended;")]
    [InlineData("", "2026-11-19", "no_match;start_date_missing;")]
    [InlineData("2026-11-21", "2026-11-19", "no_match;not_started;")]
    public void Both_days_of_a_contract_belong_to_it(string start, string end, string expected) =>
        Expect($"a;staff;s;o1;{expected}", r => r.Account("a", snils: Snils1).Staff("s", snils: Snils1, start: start, end: end));

    [Theory]
    [InlineData("no")]
    [InlineData("")]
    public void An_unconfirmed_snils_is_told_before_the_dates(string confirmed) => Expect("a;staff;s;o1;no_match;snils_unconfirmed;",
        r => r.Account("a", snils: Snils1, confirmed: confirmed).Staff("s", snils: Snils1, start: "2030-01-01"));

    [Fact]
    public void The_birth_date_of_staff_is_not_compared() =>
        Expect("a;staff;s;o1;match;;", r => r.Account("a", snils: Snils1, birth: "1980-01-01").Staff("s", snils: Snils1, birth: "1990-01-01"));

    [Theory]
    [InlineData(WrongSnils, Snils1, "snils_invalid")]
    [InlineData("123", "", "snils_invalid")]
    [InlineData("", Snils1, "snils_missing")]
    [InlineData("000-000-000 00", Snils1, "snils_missing")]
    [InlineData("", "", "snils_missing_in_registry")]
    [InlineData(Snils1, "", "snils_missing_in_registry")]
    [InlineData(Snils1, WrongSnils, "snils_missing_in_registry")]
    [InlineData(Snils1, Snils2, "snils_differs")]
    public void A_namesake_with_the_same_birth_date_or_none_to_compare_is_near(string mine, string theirs, string reason)
    {
        Expect($"a;staff;s;o1;no_match;{reason};", r => r.Account("a", snils: mine).Staff("s", snils: theirs));
        Expect($"a;staff;s;o1;no_match;{reason};", r => r.Account("a", snils: mine, birth: "1980-01-01").Staff("s", snils: theirs));
        Expect($"a;staff;s;o1;no_match;{reason};", r => r.Account("a", snils: mine).Staff("s", snils: theirs, birth: "1980-01-01"));
        Expect($"a;staff;s;o1;no_match;{reason};", r => r.Account("a", snils: mine, birth: "1980-01-01").Staff("s", snils: theirs, birth: "01.01.1980"));
        Expect("a;none;;;no_match;no_record;", r => r.Account("a", snils: mine, birth: "1980-01-02").Staff("s", snils: theirs, birth: "1980-01-01"));
    }

    [Fact]
    public void A_namesakes_record_that_another_account_has_is_not_near() => Expect(
        ["a;staff;s;o1;match;;", "b;none;;;no_match;no_record;"],
        r => r.Account("a", snils: Snils1).Account("b", snils: Snils2).Staff("s", snils: Snils1));

    [Fact]
    public void The_snils_of_another_name_is_told() => Expect("a;staff;s;o1;no_match;name_differs;surname_one_letter",
        r => r.Account("a", "Иваноф;Иван;Иванович", snils: Snils1).Staff("s", snils: Snils1));

    [Fact]
    public void Of_several_reasons_the_first_in_order_is_told_and_of_several_records_the_smallest() => Expect("a;staff;s2;o1;no_match;ended;",
        r => r.Account("a", snils: Snils1).Staff("s1", snils: Snils2).Staff("s3", snils: Snils1, end: "2021-01-01").Staff("s2", snils: Snils1, end: "2022-01-01"));

    [Theory]
    [InlineData(Snils1, "", "", true)] // СНИЛС agrees
    [InlineData("", "1980-01-01", "1980-01-01", true)] // name and birth date agree
    [InlineData("", "1980-01-01", "", false)] // the name alone
    public void A_second_account_of_the_holder_is_a_duplicate(string snils, string mine, string theirs, bool isDuplicate) => Expect(
        ["a;staff;s;o1;match;;", isDuplicate ? "b;staff;s;o1;no_match;duplicate_account;" : "b;none;;;no_match;no_record;"],
        r => r.Account("a", snils: Snils1, created: "2020-01-01").Account("b", snils: snils, birth: mine).Staff("s", snils: Snils1, birth: theirs));

    [Fact]
    public void Someone_elses_snils_under_another_name_is_a_duplicate_where_the_record_is_taken() => Expect(
        ["a;staff;s;o1;match;;", "b;staff;s;o1;no_match;duplicate_account;"],
        r => r.Account("a", snils: Snils1).Account("b", "Петров;Пётр;", snils: Snils1).Staff("s", snils: Snils1));

    private static void Expect(string line, Action<Region> given) => Expect([line], given);

    private static void Expect(string[] lines, Action<Region> given)
    {
        var region = new Region();
        given(region);
        Assert.Equal(lines, region.Verdicts());
    }
}
