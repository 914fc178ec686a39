using System.Text.Json.Nodes;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Teams.Scimmy;

/// <summary>The same way of a person through a year, with a server that nobody here wrote.</summary>
[Trait("needs", "node")]
public sealed class ScimmyTests(ScimmySchool school) : IClassFixture<ScimmySchool>
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Fact]
    public async Task A_pupil_goes_through_the_year()
    {
        var person = await school.PupilAsync("spupil", "О’Коннор \"Младшая\"", "Ё\\🎄", null);
        var mark = await ActivateAsync(person);
        var user = await school.OneAsync("Users", "externalId", mark, "the user is there", _ => true);
        var id = (string)user["id"]!;
        Assert.Equal(("spupil@zao.obr.test", "О’Коннор \"Младшая\"", "5А", true), ((string?)user["userName"], (string?)user["name"]!["familyName"], (string?)user[Enterprise]!["department"], (bool)user["active"]!));
        await school.OneAsync("Groups", "externalId", "class:4185:5А", "5А has her", g => Members(g).SequenceEqual([id]));

        school.Forget();
        await school.ChangeAsync(person, ";5А;", ";6Б;");
        await school.OneAsync("Groups", "externalId", "class:4185:6Б", "6Б has her", g => Members(g).SequenceEqual([id]));
        await school.OneAsync("Groups", "externalId", "class:4185:5А", "5А has her no more", g => Members(g).Count == 0);
        Assert.Equal("6Б", (string?)(await school.OneAsync("Users", "externalId", mark, "the user is the same", _ => true))[Enterprise]!["department"]);
        // What it prints comes by a pipe.
        await Eventually.HoldsAsync("the user was changed by one request", () => school.Calls.Count(c => c == $"PATCH /scim/Users/{id} 200") == 1);

        await school.MoveAsync(person);
        await school.OneAsync("Groups", "externalId", "class:653:6Б", "the class of the other school has her", g => Members(g).SequenceEqual([id]));
        user = await school.OneAsync("Users", "externalId", mark, "the school is the other", u => (string?)u[Enterprise]!["organization"] == "ГАОУ ДПО ТемоЦентр");
        Assert.Equal("spupil@zao.obr.test", (string?)user["userName"]);
        Assert.DoesNotContain(school.Calls, c => c.EndsWith(" 400", StringComparison.Ordinal) || c.EndsWith(" 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_teacher_leaves_returns_and_leaves_for_good()
    {
        var person = await school.TeacherAsync("steacher");
        var mark = await ActivateAsync(person);
        var id = (string)(await school.OneAsync("Users", "externalId", mark, "the user is active", u => (bool)u["active"]!))["id"]!;
        await school.DismissAsync(person);
        await school.OneAsync("Users", "externalId", mark, "the user is inactive", u => !(bool)u["active"]!);
        await school.ReturnAsync(person);
        Assert.Equal(id, (string?)(await school.OneAsync("Users", "externalId", mark, "the user is active again", u => (bool)u["active"]!))["id"]);
        await school.DismissAsync(person);
        await school.OneAsync("Users", "externalId", mark, "the user is inactive", u => !(bool)u["active"]!);
        school.Clock.Advance(TimeSpan.FromDays(181));
        await Eventually.HoldsAsync("the user is deleted after the term", async () => (await school.AllAsync("Users")).All(u => (string?)u["externalId"] != mark));
    }

    private async Task<string> ActivateAsync(Person person)
    {
        await school.ActivateAsync(person);
        return (await school.ProfileAsync(person)).ToString();
    }

    private static IReadOnlyList<string> Members(JsonObject group) => [.. (group["members"] as JsonArray ?? []).Select(m => (string)m!["value"]!)];
}
