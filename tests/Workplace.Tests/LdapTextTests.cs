using Aupd.SignIn;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Tests;

public sealed class LdapTextTests
{
    [Theory]
    [InlineData("Иванов", "Иванов")]
    [InlineData(" a, b ", "\\ a\\, b\\ ")]
    [InlineData("#1+2=3;<>\\\"", "\\#1\\+2\\=3\\;\\<\\>\\\\\\\"")]
    [InlineData("a#b\u0000\n", "a#b\\00\\0A")]
    [InlineData("🎄", "🎄")]
    public void A_value_of_a_name_stays_one_value(string text, string written)
    {
        Assert.Equal(written, LdapText.Value(text));
        Assert.Equal("OU=x", LdapText.Parent($"CN={LdapText.Value(text)},OU=x"));
    }

    [Theory]
    [InlineData("a*(b)\\c\u0000", "a\\2a\\28b\\29\\5cc\\00")]
    [InlineData("Ёлка 🎄", "Ёлка 🎄")]
    public void A_value_of_a_filter_asks_for_itself(string text, string written) => Assert.Equal(written, LdapText.Filter(text));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 3, "abc")]
    [InlineData("ab cd", 3, "ab")]
    [InlineData("a👩‍👩‍👧‍👦b", 5, "a")]
    [InlineData("a🎄b", 3, "a🎄")]
    public void A_text_is_cut_between_what_is_seen_as_characters(string text, int longest, string cut) => Assert.Equal(cut, LdapText.Cut(text, longest));

    [Fact]
    public void Templates_are_filled_once_and_escaped_and_name_what_is_absent()
    {
        var settings = new DirectorySettings
        {
            StaffOu = "OU={school},OU={ekis},OU={nsi}", StaffGroups = "s {district} {class}, {login}", TeacherGroups = "",
            Schools = [new SchoolTemplates { NsiId = "7", PupilOu = "OU=Свои" }],
        };
        var template = new EntryTemplate(settings, new SignInSettings());
        var staff = new DesiredPlace(true, true, "4185", null, "Школа {nsi}, \"Лучик\"", "zao", "учитель");
        var pupil = new DesiredPlace(false, false, "7", "8", "Школа 7", null, "5А");
        var person = new DesiredAccount("login", "Иванов", "Иван", null, "ab", [staff, pupil]);
        Assert.Equal("OU=Школа {nsi}\\, \\\"Лучик\\\",OU=none,OU=4185", template.UnitOf(person));
        Assert.Equal(["s zao none", "login", "pupils-7", "class-7-5А"], template.GroupsOf(person));
        Assert.Equal("OU=Свои", template.UnitOf(person with { Places = [pupil] }));
        var values = template.Values(Guid.Empty, person);
        Assert.Equal(("login@zao.obr.school.example", "Teacher", "учитель", "aupd:ab"), (values["userPrincipalName"], values["comment"], values["title"], values["adminDescription"]));
        values = template.Values(Guid.Empty, person with { Places = [pupil] });
        Assert.Equal(("login@obr.school.example", null, "5А"), (values["userPrincipalName"], values["comment"], values["title"]));
        values = template.Values(Guid.Empty, person with { Places = [] });
        Assert.False(values.ContainsKey("comment") || values.ContainsKey("title"));
        Assert.Equal(settings.LeaversOu, template.UnitOf(person with { Places = [] }));
    }

    [Theory]
    [InlineData("evann", "evann")]
    [InlineData("Evann-1", "evann")]
    [InlineData("evann_12", "evann")]
    [InlineData("evann2", "evann")]
    [InlineData("evann-b", "evann-b")]
    public void A_login_is_told_from_its_twin_by_the_number_behind(string login, string stem) => Assert.Equal(stem, FindTwins.Stem(login));
}
