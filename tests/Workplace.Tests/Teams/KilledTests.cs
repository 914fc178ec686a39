using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;
using Microsoft.AspNetCore.Http;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>The program killed (SIGKILL) at each step of a delivery to Teams: whoever comes next finds what has been done, and does the rest.</summary>
[Trait("needs", "process")]
public sealed class KilledTests(KilledTeamsSchool school) : IClassFixture<KilledTeamsSchool>, IDisposable
{
    private const string ToNote = "new.delivered_version > old.delivered_version", MembersToNote = "new.told_id is distinct from old.told_id";

    public void Dispose()
    {
        (school.Scim.Before, school.Scim.After) = (null, null);
        school.Way.Open();
        school.SetClock();
    }

    // Nothing of the request was carried out; or all of it, and nobody heard the answer.
    [Theory]
    [InlineData("POST /Users", false), InlineData("POST /Users", true)]
    [InlineData("POST /Groups", false), InlineData("POST /Groups", true)]
    [InlineData("PATCH /Groups", false), InlineData("PATCH /Groups", true)]
    public async Task Killed_at_a_request_of_an_activation(string request, bool isCarriedOut)
    {
        school.Way.Shut();
        var (person, key) = await PupilAsync();
        await school.ActivateAsync(person);
        await KillAtAsync(request, isCarriedOut);
        await IsWholeAsync(person, key);
        Assert.Equal(1, Made("/Users") - (isCarriedOut || request != "POST /Users" ? 0 : 1));
        Assert.Equal(1, Made("/Groups") - (isCarriedOut || request != "POST /Groups" ? 0 : 1));
    }

    // All has been answered; what came of it is not kept yet.
    [Theory]
    [InlineData("workplace.delivery", ToNote), InlineData("workplace.teams_member", MembersToNote)]
    public async Task Killed_before_it_has_noted_the_answer(string table, string condition)
    {
        school.Way.Shut();
        var (person, key) = await PupilAsync();
        await school.ActivateAsync(person);
        await using (var hold = await Hold.BeginAsync(school.Service.Source, "update", table, condition))
        await using (var program = school.Program("serve", "--worker"))
        {
            await hold.UntilSomebodyWaitsAsync();
            await program.KillAsync();
        }
        Next();
        await IsWholeAsync(person, key);
        Assert.Equal((1, 1), (Made("/Users"), Made("/Groups")));
    }

    [Fact]
    public async Task Killed_after_all_was_noted_it_leaves_nothing_to_do()
    {
        school.Way.Shut();
        var (person, key) = await PupilAsync();
        await school.ActivateAsync(person);
        await using (var program = school.Program("serve", "--worker"))
        {
            await Eventually.HoldsAsync("all is noted", () => school.QueryAsync<bool>(
                "select exists (select from workplace.teams_member m join workplace.account a using (profile_id) where a.login = @Login and m.told_id is not null)", new { person.Login }));
            await program.KillAsync();
        }
        school.Scim.Forget();
        Next();
        var (other, otherKey) = await PupilAsync();
        await school.ActivateAsync(other);
        await IsWholeAsync(other, otherKey);
        await IsWholeAsync(person, key);
        var id = (string)(await school.UsersOfAsync(person))[0]["id"]!;
        Assert.DoesNotContain(school.Scim.Calls, c => c.Path.EndsWith(id, StringComparison.Ordinal) || (c.Body?.ToJsonString() ?? "").Contains($"\"{id}\"", StringComparison.Ordinal));
    }

    [Theory, InlineData("PATCH /Users", true), InlineData("PATCH /Groups", true), InlineData("PATCH /Groups", false)]
    public async Task Killed_while_somebody_changes_class(string request, bool isCarriedOut)
    {
        var (person, before) = await PupilAsync();
        await school.ActivateAsync(person);
        await IsWholeAsync(person, before);
        var id = (string)(await school.UsersOfAsync(person))[0]["id"]!;
        school.Way.Shut();
        var after = NewClass();
        await school.ChangeAsync(person, $";{before.Split(':')[2]};", $";{after.Split(':')[2]};");
        await KillAtAsync(request, isCarriedOut);
        await IsWholeAsync(person, after);
        Assert.Equal(id, (string?)(await school.UsersOfAsync(person))[0]["id"]);
        await school.GroupAsync(before, "the class before has her no more", m => m.Count == 0);
    }

    // The first such request stays without an answer until the program that has sent it is dead.
    private async Task KillAtAsync(string request, bool isCarriedOut)
    {
        var reached = new TaskCompletionSource();
        var (method, kind) = (request.Split(' ')[0], request.Split(' ')[1]);
        async Task<bool> StayAsync(ScimCall call, HttpContext http)
        {
            if (call.Method != method || !call.Path.StartsWith(kind, StringComparison.Ordinal) || !reached.TrySetResult()) return false;
            var died = new TaskCompletionSource();
            await using (http.RequestAborted.Register(died.SetResult)) await died.Task;
            return true;
        }
        if (isCarriedOut) school.Scim.After = StayAsync;
        else school.Scim.Before = StayAsync;
        await using (var program = school.Program("serve", "--worker"))
        {
            await Eventually.HoldsAsync($"{request} has come", () => reached.Task.IsCompleted);
            await program.KillAsync();
        }
        Next();
    }

    // What the dead one has put off, it has put off by a clock that goes on.
    private void Next()
    {
        school.SetClock(ahead: TimeSpan.FromMinutes(1));
        school.Way.Open();
    }

    private async Task IsWholeAsync(Person person, string key)
    {
        var id = (string)(await school.UserAsync(person, "the user is there"))["id"]!;
        await school.GroupAsync(key, "the class has the user", m => m.SequenceEqual([id]));
        await school.QuietAsync("all is told");
        Assert.Single(await school.UsersOfAsync(person));
        Assert.Single(school.Scim.Store.All("Groups"), g => (string?)g["externalId"] == key);
        Assert.Equal([id], TeamsSchool.Members(school.Scim.Store.All("Groups").Single(g => (string?)g["externalId"] == key)));
        Assert.Equal((string?)(await school.UsersOfAsync(person))[0]["id"], await school.QueryAsync<string>(
            "select d.remote_id from workplace.delivery d join workplace.account a using (profile_id) where a.login = @Login and d.target = 'teams'", new { person.Login }));
    }

    private int Made(string kind) => school.Scim.Calls.Count(c => c.Method == "POST" && c.Path == kind);

    private async Task<(Person Person, string Key)> PupilAsync()
    {
        school.Scim.Forget();
        var key = NewClass();
        var person = await school.PupilAsync($"tkill{key.Split(':')[2][1..^1]}");
        await school.ChangeAsync(person, ";5А;", $";{key.Split(':')[2]};");
        return (person, key);
    }

    private string NewClass() => $"class:4185:7{school.NextNumber()}К";
}

/// <summary>A school whose own workers reach the SCIM server by a gate, and a program beside it without one.</summary>
public sealed class KilledTeamsSchool : TeamsSchool
{
    private int _number;

    public Gate Way { get; private set; } = null!;

    public int NextNumber() => Interlocked.Increment(ref _number);

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        var settings = await base.BeginFarSideAsync();
        Way = new Gate(Scim.Port);
        settings["Workplace:Teams:Url"] = Scim.Url.Replace($":{Scim.Port}", $":{Way.Port}", StringComparison.Ordinal);
        return settings;
    }

    protected override async Task EndFarSideAsync()
    {
        await Way.DisposeAsync();
        await base.EndFarSideAsync();
    }
}
