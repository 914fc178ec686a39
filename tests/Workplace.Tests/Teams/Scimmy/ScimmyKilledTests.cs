using System.Text.Json.Nodes;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Teams.Scimmy;

/// <summary>The program killed (SIGKILL) after a server that nobody here wrote has carried a request out, and before the answer has come.</summary>
[Trait("needs", "node")]
public sealed class ScimmyKilledTests(KilledScimmySchool school) : IClassFixture<KilledScimmySchool>
{
    [Theory, InlineData("POST /scim/Users", "skmade", "8А"), InlineData("POST /scim/Groups", "skgroup", "8Б"), InlineData("PATCH /scim/Groups", "skmember", "8В")]
    public async Task One_user_in_one_group_is_left(string request, string login, string className)
    {
        school.Way.Shut();
        var person = await school.PupilAsync(login);
        await school.ChangeAsync(person, ";5А;", $";{className};");
        await school.ActivateAsync(person);
        school.Forget();
        school.Held.HoldAt(request);
        await using (var program = school.Program("serve", "--worker"))
        {
            await Eventually.HoldsAsync($"{request} is carried out", () => school.Calls.Any(c => c.StartsWith(request, StringComparison.Ordinal)));
            await program.KillAsync();
        }
        school.Held.Open();
        school.SetClock(ahead: TimeSpan.FromMinutes(1));
        school.Way.Open();
        var mark = (await school.ProfileAsync(person)).ToString();
        var id = (string)(await school.OneAsync("Users", "externalId", mark, "the user is there", _ => true))["id"]!;
        await school.OneAsync("Groups", "externalId", $"class:4185:{className}", "the class has the user", g => Members(g).SequenceEqual([id]));
        await Eventually.HoldsAsync("all is noted", () => school.QueryAsync<bool>("""
            select exists (select from workplace.teams_member m join workplace.account a using (profile_id) join workplace.teams_group g on g.key = m.group_key
                            where a.login = @login and m.told_id = @id and g.due_at is null)
            """, new { login, id }));
        Assert.Single(await school.AllAsync("Users"), u => (string?)u["externalId"] == mark);
        var group = Assert.Single(await school.AllAsync("Groups"), g => (string?)g["externalId"] == $"class:4185:{className}");
        Assert.Equal([id], Members(group));
        Assert.Equal((1, 1), (school.Calls.Count(c => c == "POST /scim/Users 201"), school.Calls.Count(c => c == "POST /scim/Groups 201")));
        school.SetClock();
    }

    private static IReadOnlyList<string> Members(JsonObject group) => [.. (group["members"] as JsonArray ?? []).Select(m => (string)m!["value"]!)];
}

/// <summary>Its own workers reach SCIMMY by one gate, a program beside it by another.</summary>
public sealed class KilledScimmySchool : ScimmySchool
{
    public Gate Way { get; private set; } = null!;
    public Gate Held { get; private set; } = null!;

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        var settings = await base.BeginFarSideAsync();
        (Way, Held) = (new Gate(Port), new Gate(Port));
        settings["Workplace:Teams:Url"] = UrlAt(Way.Port);
        return settings;
    }

    protected override async Task EndFarSideAsync()
    {
        if (Way is not null) await Way.DisposeAsync();
        if (Held is not null) await Held.DisposeAsync();
        await base.EndFarSideAsync();
    }

    protected override Dictionary<string, string?> ProgramSettings()
    {
        var settings = base.ProgramSettings();
        if (Held is not null) settings["Workplace:Teams:Url"] = UrlAt(Held.Port);
        return settings;
    }
}
