using System.Text.Json.Nodes;
using Aupd.TestKit;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>Whose user is it? The person's own is adopted with the name it has, nobody else's ever is, and no second one is made.</summary>
[Collection(WithTeams.Name)]
public sealed class TeamsConflictTests(TeamsSchool school)
{
    private IWorkplaceAccounts Accounts => school.Get<IWorkplaceAccounts>();

    [Fact]
    public async Task A_user_of_the_same_name_and_person_is_adopted()
    {
        Plant("planted-own", "Uown@ZAO.obr.test", "Учителёва", "Марина");
        var person = await school.TeacherAsync("uown");
        await school.ActivateAsync(person);
        var user = await school.UserAsync(person, "it bears our mark", u => (string?)u["name"]!["familyName"] == "Учителева");
        Assert.Equal(("planted-own", "Uown@ZAO.obr.test"), ((string?)user["id"], (string?)user["userName"]));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_teams_name_issued_earlier_is_found_by_the_list_and_stays()
    {
        Plant("planted-old", "m.uchiteleva@old.example", "Учителева", "М.");
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, ["login;name", "UEarlier;m.uchiteleva@old.example"]);
        var (code, said) = await school.CommandAsync("workplace", "teams-names", file);
        Assert.Contains("1 names taken.", said, StringComparison.Ordinal);
        Assert.Equal(0, code);
        File.Delete(file);
        var person = await school.TeacherAsync("uearlier");
        using var browser = await school.ActivateAsync(person);
        Assert.Contains("m.uchiteleva@old.example", browser.Text, StringComparison.Ordinal);
        var user = await school.UserAsync(person, "it is adopted", u => (string?)u["name"]!["givenName"] == "Марина");
        Assert.Equal(("planted-old", "m.uchiteleva@old.example"), ((string?)user["id"], (string?)user["userName"]));
        await school.MoveAsync(person);
        await school.UserAsync(person, "the school is the other one, the name is not", u =>
            (string?)u["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]!["organization"] == "ГАОУ ДПО ТемоЦентр" && (string?)u["userName"] == "m.uchiteleva@old.example");
    }

    [Theory]
    [InlineData("one;a@b;c", "Line 1 is not")]
    [InlineData("one;ab", "Line 1 is not")]
    [InlineData("one;a@b\nOne;c@d", "Line 2: the login stands in an earlier line too.")]
    [InlineData("one;a@b\ntwo;A@B", "Line 2: the name stands in an earlier line too.")]
    public async Task A_list_of_names_with_a_fault_is_not_taken(string text, string fault)
    {
        var refusal = await Assert.ThrowsAsync<FormatException>(() => Accounts.ImportTeamsNamesAsync(new StringReader(text), "test", default));
        Assert.StartsWith(fault, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await school.QueryAsync<long>("select count(*) from workplace.teams_name where login in ('one', 'two')"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_name_of_somebody_else_waits_for_a_person_who_may_decide_that_it_is_his()
    {
        Plant("planted-other", "uother@zao.obr.test", "Чужая", "Марина");
        var person = await school.TeacherAsync("uother");
        await school.ActivateAsync(person);
        var line = await ConflictAsync("uother");
        Assert.Equal(("teams", ConflictReason.NameDiffers, "uother@zao.obr.test"), (line.Target, line.Reason, line.EntryName));
        Assert.Empty(await school.UsersOfAsync(person));
        Assert.Equal("Чужая", (string?)school.Scim.Store.All("Users").Single(u => (string?)u["id"] == "planted-other")["name"]!["familyName"]);

        Assert.Equal(1, (await school.CommandAsync("workplace", "adopt", "uother")).Code);
        Assert.Equal(0, (await school.CommandAsync("workplace", "adopt", "uother", "--in", "teams")).Code);
        // It has said so by the machine's clock.
        school.SetClock(ahead: TimeSpan.FromSeconds(1));
        Assert.Equal("planted-other", (string?)(await school.UserAsync(person, "it is taken over"))["id"]);
        await school.SoonAsync("it is listed no more", async () => (await Accounts.ConflictsAsync(100, default)).All(c => c.Login != "uother"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_user_with_the_mark_of_another_is_nobody_elses()
    {
        Plant("planted-marked", "umarked@zao.obr.test", "Учителева", "Марина", Guid.CreateVersion7().ToString());
        var person = await school.TeacherAsync("umarked");
        await school.ActivateAsync(person);
        Assert.Equal(ConflictReason.LoginOfAnother, (await ConflictAsync("umarked")).Reason);
        // Put right on the other side, a conflict is over when it is replayed.
        school.Scim.Store.Edit("Users", "planted-marked", u => u["userName"] = "moved@zao.obr.test");
        Assert.Equal(1, await Accounts.ReplayAsync("umarked", "test", default));
        Assert.Equal("umarked@zao.obr.test", (string?)(await school.UserAsync(person, "a user is made"))["userName"]);
    }

    private Task<ConflictLine> ConflictAsync(string login) =>
        school.SoonAsync($"the conflict of {login} is listed", async () => (await Accounts.ConflictsAsync(100, default)).SingleOrDefault(c => c.Login == login));

    private void Plant(string id, string userName, string last, string first, string? mark = null)
    {
        var user = new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = userName, ["active"] = true,
            ["name"] = new JsonObject { ["familyName"] = last, ["givenName"] = first },
        };
        if (mark is not null) user["externalId"] = mark;
        school.Scim.Store.Plant("Users", id, user);
    }
}
