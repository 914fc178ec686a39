using Aupd.TestKit;
using Aupd.Web.Sites;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>Whatever the server or a worker does on the way: one user, one group, and a sentence that says what is wrong.</summary>
[Collection(WithTeams.Name)]
public sealed class TeamsDeliveryTests(TeamsSchool school) : IDisposable
{
    private IWorkplaceAccounts Accounts => school.Get<IWorkplaceAccounts>();

    public void Dispose()
    {
        school.Scim.Open();
        school.Scim.Before = null;
        school.SetClock();
    }

    // Every request of the making of a user and a group is the last one once: carried out, and never answered.
    [Fact, Trait("takes", "long")]
    public async Task A_worker_that_breaks_off_at_any_request_leaves_one_user_in_one_group()
    {
        var broken = 0;
        for (var requests = 1; ; requests++)
        {
            var (person, key) = (await school.PupilAsync($"tbreak{requests}"), $"class:4185:9{(char)('А' + requests)}");
            await school.ChangeAsync(person, ";5А;", $";{key.Split(':')[2]};");
            school.Scim.BreakAfter(requests);
            await school.ActivateAsync(person);
            await school.SoonAsync("it broke, or all is done", async () => school.Scim.IsShut || await IsInGroupAsync(person, key));
            var broke = school.Scim.IsShut;
            school.Scim.Open();
            await school.SoonAsync("it is done after all", () => IsInGroupAsync(person, key));
            await school.QuietAsync("all is told");
            Assert.Single(await school.UsersOfAsync(person));
            Assert.Single(school.Scim.Store.All("Groups"), g => (string?)g["externalId"] == key);
            if (!broke) break;
            broken++;
        }
        // Config, two searches, make; search, make, member of the group.
        Assert.True(broken >= 6, $"It broke {broken} times.");
    }

    [Fact, Trait("takes", "long")]
    public async Task A_server_that_is_down_during_the_activation_hears_of_it_after()
    {
        school.Scim.BreakAfter(0);
        var person = await school.TeacherAsync("tdown");
        await school.ActivateAsync(person);
        await school.SoonAsync("that it is away is told", async () => (await Accounts.CountsAsync(default)).Any(c => c is { Target: "teams", AwaySince: not null }));
        school.Scim.Open();
        await school.UserAsync(person, "the user is there");
        await school.SoonAsync("that it is back is told", async () => (await Accounts.CountsAsync(default)).All(c => c.AwaySince is null));
        Assert.Equal(0, await school.QueryAsync<int>("select d.attempts from workplace.delivery d join workplace.account a using (profile_id) where a.login = 'tdown' and d.target = 'teams'"));
    }

    [Fact, Trait("takes", "long")]
    public async Task Two_workers_make_one_user_of_each_person_and_one_group()
    {
        using var second = WorkerHost.School(school.Service.Shared);
        await second.StartAsync();
        try
        {
            var people = new List<Person>();
            school.Scim.BreakAfter(0);
            for (var i = 0; i < 6; i++)
            {
                people.Add(await school.PupilAsync($"ttwo{i}"));
                await school.ChangeAsync(people[i], ";5А;", ";4Ш;");
            }
            foreach (var person in people) await school.ActivateAsync(person);
            school.Scim.Open();
            await school.GroupAsync("class:4185:4Ш", "all six are in the group", m => m.Count == 6);
            foreach (var person in people) Assert.Single(await school.UsersOfAsync(person));
        }
        finally { await second.StopAsync(); }
    }

    [Fact, Trait("takes", "long")]
    public async Task Asked_to_slow_down_all_wait_for_as_long_as_asked()
    {
        var person = await school.TeacherAsync("tslow");
        var asked = 0;
        school.Scim.Before = (_, http) =>
        {
            if (Interlocked.Increment(ref asked) > 1) return Task.FromResult(false);
            (http.Response.StatusCode, http.Response.Headers.RetryAfter) = (429, "600");
            return Task.FromResult(true);
        };
        await school.ActivateAsync(person);
        await school.SoonAsync("the pause is kept", () => school.QueryAsync<bool>("select coalesce((select paused_until > @now from workplace.target where name = 'teams'), false)", new { now = school.Clock.GetUtcNow() }));
        var paused = asked;
        school.Clock.Advance(TimeSpan.FromSeconds(590));
        // A lane has been woken by that, and looks.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(paused, asked);
        // Nobody says that the pause is over: the lanes see for themselves.
        school.Clock.AdvanceUnnoticed(TimeSpan.FromSeconds(11));
        await Eventually.HoldsAsync("it is told after the pause", async () => (await school.UsersOfAsync(person)).Count == 1);
    }

    [Fact, Trait("takes", "long")]
    public async Task What_the_server_refuses_again_and_again_is_given_up_listed_and_replayed()
    {
        var person = await school.TeacherAsync("tdead");
        var mark = "tdead@";
        school.Scim.Before = async (call, http) =>
        {
            if (call.Method != "POST" || (string?)call.Body?["userName"] is not { } name || !name.StartsWith(mark, StringComparison.Ordinal)) return false;
            http.Response.StatusCode = 500;
            await http.Response.WriteAsync("{\"detail\":\"the disk is full\"}");
            return true;
        };
        await school.ActivateAsync(person);
        await school.SoonAsync("it is given up", async () =>
        {
            school.Clock.Advance(TimeSpan.FromMinutes(1));
            return (await Accounts.DeadAsync(10, default)).Any(d => d is { Target: "teams", Login: "tdead" } && d.Error.Contains("POST /Users: 500. the disk is full", StringComparison.Ordinal));
        });
        // Others are told meanwhile.
        var other = await school.TeacherAsync("talive");
        await school.ActivateAsync(other);
        await school.UserAsync(other, "the other is there");
        school.Scim.Before = null;
        Assert.True(await Accounts.ReplayAsync(null, "test", default) >= 1);
        await school.UserAsync(person, "it is told");
    }

    [Fact, Trait("takes", "long")]
    public async Task An_account_that_others_have_changed_or_deleted_is_put_right_when_it_is_replayed()
    {
        var person = await school.TeacherAsync("tdrift");
        await school.ActivateAsync(person);
        var id = (string)(await school.UserAsync(person, "the user is there"))["id"]!;
        await school.QuietAsync("all is told");
        school.Scim.Store.Edit("Users", id, u => u["displayName"] = "Кто-то другой");
        Assert.Equal(1, await Accounts.ReplayAsync("tdrift", "test", default));
        await school.UserAsync(person, "the name is the right one again", u => (string?)u["displayName"] == "Учителева Марина Викторовна");
        await school.QuietAsync("all is told");
        // A version that is not ours any more: read anew, and changed.
        school.Scim.Store.Edit("Users", id, _ => { });
        await school.ChangeAsync(person, ";учитель физики;", ";завуч;");
        await school.UserAsync(person, "the position is the new one", u => (string?)u["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]!["department"] == "завуч");
        await school.QuietAsync("all is told");
        school.Scim.Store.Remove("Users", id);
        await school.ChangeAsync(person, ";завуч;", ";директор;");
        var made = await school.UserAsync(person, "there is another user");
        Assert.NotEqual(id, (string?)made["id"]);
        Assert.Equal("tdrift@zao.obr.test", (string?)made["userName"]);
        await school.GroupAsync("teachers:4185", "the group has the new one", m => m.Contains((string)made["id"]!));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_group_that_was_deleted_is_made_anew_with_everybody_who_was_in_it()
    {
        var people = new List<Person>();
        for (var i = 0; i < 3; i++)
        {
            people.Add(await school.PupilAsync($"tgone{i}"));
            await school.ChangeAsync(people[i], ";5А;", ";3Щ;");
        }
        foreach (var person in people[..2]) await school.ActivateAsync(person);
        var group = await school.GroupAsync("class:4185:3Щ", "two are in the group", m => m.Count == 2);
        await school.QuietAsync("all is told");
        school.Scim.Store.Remove("Groups", (string)group["id"]!);
        await school.ActivateAsync(people[2]);
        var anew = await school.GroupAsync("class:4185:3Щ", "all three are in the new group", m => m.Count == 3);
        Assert.NotEqual((string?)group["id"], (string?)anew["id"]);
        await school.QuietAsync("all is told");

        // Nobody comes or goes; the name alone is to be told.
        school.Scim.Store.Remove("Groups", (string)anew["id"]!);
        await school.QueryAsync<int>("update workplace.teams_group set told_name = 'another', due_at = @now where key = 'class:4185:3Щ'", new { now = school.Clock.GetUtcNow() });
        await school.GroupAsync("class:4185:3Щ", "all three are in the third", m => m.Count == 3);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_wrong_token_and_a_wrong_authority_are_said_once_and_clearly()
    {
        var person = await school.TeacherAsync("ttoken");
        await school.QuietAsync("nothing waits");
        school.Scim.Before = async (_, http) =>
        {
            http.Response.StatusCode = 401;
            await http.Response.WriteAsync("{}");
            return true;
        };
        await school.ActivateAsync(person);
        var said = await school.SoonAsync("that the token is not taken is told", async () => (await Accounts.CountsAsync(default)).SingleOrDefault(c => c is { Target: "teams", AwayReason: not null }));
        Assert.Equal($"{school.Scim.Url} does not take our token (401): see Workplace:Teams:Token.", said.AwayReason);
        Assert.True(said.Waiting >= 1);
        school.Scim.Before = null;
        await school.UserAsync(person, "it is told after");

        using var other = new TestAuthority();
        var bad = await school.CommandAsync("workplace", "check", "--set", $"Workplace:Teams:CaFile={other.CaFile}");
        Assert.Contains($"no authority of {other.CaFile} has signed it", bad.Said, StringComparison.Ordinal);
        Assert.Equal(1, bad.Code);
        var good = await school.CommandAsync("workplace", "check");
        Assert.Contains("is believed and takes our token", good.Said, StringComparison.Ordinal);
        Assert.Equal(0, good.Code);
        Assert.DoesNotContain(StrictScim.Token, good.Said, StringComparison.Ordinal);
    }

    private async Task<bool> IsInGroupAsync(Person person, string key) => await school.UsersOfAsync(person) is [var user]
        && school.Scim.Store.All("Groups").Any(g => (string?)g["externalId"] == key && TeamsSchool.Members(g).Contains((string)user["id"]!));
}
