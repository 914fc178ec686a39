using Aupd.TestKit;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>Users in Teams follow what is so of people, by differences alone.</summary>
[Collection(WithTeams.Name)]
public sealed class TeamsUserTests(TeamsSchool school)
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Fact, Trait("takes", "long")]
    public async Task A_teacher_who_is_activated_is_a_user_with_name_school_role_and_position()
    {
        var person = await school.TeacherAsync("tteacher");
        await school.ActivateAsync(person);
        var user = await school.UserAsync(person, "the user is there");
        Assert.Equal(("tteacher@zao.obr.test", "Учителева Марина Викторовна", true), ((string?)user["userName"], (string?)user["displayName"], (bool)user["active"]!));
        Assert.Equal(("Учителева", "Марина", "Викторовна"), ((string?)user["name"]!["familyName"], (string?)user["name"]!["givenName"], (string?)user["name"]!["middleName"]));
        var work = user[Enterprise]!;
        Assert.Equal(("ГБОУ Школа № 856, \"Лучик\"", "teacher", "учитель физики"), ((string?)work["organization"], (string?)work["division"], (string?)work["department"]));
        await school.GroupAsync("teachers:4185", "the teachers' group has her", m => m.Contains((string)user["id"]!));
        await school.QuietAsync("all is told");
        Assert.Contains("\"запись_в_teams\":{\"имя_в_teams\":\"tteacher@zao.obr.test\"", await school.CopyAsync(person), StringComparison.Ordinal);
        Assert.Contains("\"группа\":\"Учителя · ГБОУ Школа № 856", await school.CopyAsync(person), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_is_said_in_one_request_of_that_attribute_alone_and_what_does_not_in_none()
    {
        var person = await school.TeacherAsync("tchange");
        await school.ActivateAsync(person);
        var user = await school.UserAsync(person, "the user is there");
        await school.QuietAsync("all is told");
        school.Scim.Forget();

        await school.ChangeAsync(person, ";учитель физики;", ";учитель химии;");
        await school.UserAsync(person, "the position is the new one", u => (string?)u[Enterprise]!["department"] == "учитель химии");
        await school.QuietAsync("all is told");
        // What the server can do is asked once in every session with it, whichever test it begins in.
        var call = Assert.Single(school.Scim.Calls, c => c.ToString() != "GET /ServiceProviderConfig");
        Assert.Equal($"PATCH /Users/{user["id"]} replace {Enterprise}:department", call.ToString());
        Assert.StartsWith("W/", call.IfMatch, StringComparison.Ordinal);

        school.Scim.Forget();
        // The same registries once more, and everybody read anew.
        await school.ChangeAsync(person, ";nothing;", ";nothing;");
        await school.Get<IWorkplaceAccounts>().RefreshAsync(default);
        await school.QueryAsync<int>("update workplace.delivery set due_at = @now, delivered_version = 0 where target = 'teams' and conflict is null", new { now = school.Clock.GetUtcNow() });
        await school.QuietAsync("all was looked at");
        Assert.Empty(school.Scim.Calls);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_surname_that_changes_is_told_and_the_teams_name_stays()
    {
        var person = await school.TeacherAsync("tmarried", "Девичья");
        await school.ActivateAsync(person);
        await school.UserAsync(person, "the user is there");
        await school.QuietAsync("all is told");
        school.Scim.Forget();
        // As the portal tells it at the next sign-in.
        await school.QueryAsync<int>("update signin.account set last_name = 'Замужняя' where subject = @subject", new { subject = person.AccountId.ToString() });
        await school.Get<IWorkplaceAccounts>().RefreshAsync(default);
        var user = await school.UserAsync(person, "the surname is the new one", u => (string?)u["name"]!["familyName"] == "Замужняя");
        Assert.Equal(("tmarried@zao.obr.test", "Замужняя Марина Викторовна"), ((string?)user["userName"], (string?)user["displayName"]));
        Assert.Equal(["replace displayName", "replace name.familyName"], Assert.Single(school.Scim.Calls).Paths);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_pupil_who_changes_class_leaves_one_group_and_comes_into_another()
    {
        var person = await school.PupilAsync("tpupil");
        await school.ActivateAsync(person);
        var id = (string)(await school.UserAsync(person, "the user is there"))["id"]!;
        var group = await school.GroupAsync("class:4185:5А", "5А has her", m => m.Contains(id));
        Assert.Equal("5А · ГБОУ Школа № 856, \"Лучик\"", (string?)group["displayName"]);
        await school.QuietAsync("all is told");
        school.Scim.Forget();

        await school.ChangeAsync(person, ";5А;", ";7В;");
        await school.GroupAsync("class:4185:7В", "7В has her", m => m.Contains(id));
        await school.GroupAsync("class:4185:5А", "5А has her no more", m => !m.Contains(id));
        await school.QuietAsync("all is told");
        Assert.Equal(1, school.Scim.Calls.Count(c => c.Path.StartsWith("/Users/", StringComparison.Ordinal)));
        Assert.Equal([$"add members", $"remove members[value eq \"{id}\"]"],
            school.Scim.Calls.Where(c => c is { Method: "PATCH" } && c.Path.StartsWith("/Groups/", StringComparison.Ordinal)).Select(c => Assert.Single(c.Paths)).Order(StringComparer.Ordinal));
    }

    [Fact, Trait("takes", "long")]
    public async Task Who_is_dismissed_is_inactive_at_once_is_back_on_return_and_deleted_after_the_term()
    {
        var person = await school.TeacherAsync("tleaver");
        await school.ActivateAsync(person);
        var id = (string)(await school.UserAsync(person, "the user is active", u => (bool)u["active"]!))["id"]!;
        await school.GroupAsync("teachers:4185", "the teachers' group has her", m => m.Contains(id));
        await school.QuietAsync("all is told");
        school.Scim.Forget();
        await school.DismissAsync(person);
        await school.UserAsync(person, "the user is inactive", u => !(bool)u["active"]!);
        Assert.Equal(["replace active"], school.Scim.Calls.First(c => c.Path == $"/Users/{id}").Paths);
        await school.GroupAsync("teachers:4185", "the teachers' group has her no more", m => !m.Contains(id));

        await school.ReturnAsync(person);
        var back = await school.UserAsync(person, "the user is active again", u => (bool)u["active"]!);
        Assert.Equal((id, "tleaver@zao.obr.test"), ((string?)back["id"], (string?)back["userName"]));

        await school.DismissAsync(person);
        await school.UserAsync(person, "the user is inactive again", u => !(bool)u["active"]!);
        await school.QuietAsync("all is told");
        school.Clock.Advance(TimeSpan.FromDays(179));
        await school.QuietAsync("nothing is due");
        Assert.Single(await school.UsersOfAsync(person));
        school.Clock.Advance(TimeSpan.FromDays(2));
        await school.SoonAsync("the user is deleted after the term", async () => (await school.UsersOfAsync(person)).Count == 0);

        await school.ReturnAsync(person);
        Assert.Equal("tleaver@zao.obr.test", (string?)(await school.UserAsync(person, "there is a new user under the old name"))["userName"]);
        school.SetClock();
    }

    [Fact, Trait("takes", "long")]
    public async Task A_group_in_which_nobody_is_any_more_is_deleted_after_its_term()
    {
        var person = await school.PupilAsync("tlast");
        await school.ChangeAsync(person, ";5А;", ";11Я;");
        await school.ActivateAsync(person);
        await school.GroupAsync("class:4185:11Я", "11Я is there", m => m.Count == 1);
        await school.ChangeAsync(person, ";11Я;", ";10Я;");
        await school.GroupAsync("class:4185:11Я", "11Я is empty", m => m.Count == 0);
        await school.QuietAsync("all is told");
        school.Clock.Advance(TimeSpan.FromDays(101));
        await school.SoonAsync("11Я is deleted", () => Task.FromResult(school.Scim.Store.All("Groups").All(g => (string?)g["externalId"] != "class:4185:11Я")));
        await school.SoonAsync("and forgotten", () => school.QueryAsync<bool>("select not exists (select 1 from workplace.teams_group where key = 'class:4185:11Я')"));
        school.SetClock();
    }

    [Theory, Trait("takes", "long")]
    [InlineData("todd1", "О’Коннор \"Младшая\"", "Ё\\🎄", "\" or userName pr")]
    [InlineData("todd2", "Ким\u202e", "<b>Ян</b>", null)]
    public async Task Whatever_stands_in_a_name_is_one_value_of_one_user(string login, string last, string first, string? middle)
    {
        var person = await school.TeacherAsync(login, last, first, middle);
        await school.ActivateAsync(person);
        var user = await school.UserAsync(person, "the user is there");
        Assert.Equal((first, middle), ((string?)user["name"]!["givenName"], (string?)user["name"]!["middleName"]));
        Assert.DoesNotContain(school.Scim.Calls, c => c.Filter.Contains(" or ", StringComparison.Ordinal) && !c.Filter.Contains("\\\"", StringComparison.Ordinal));
    }
}
