using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.TestKit;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Reconcile;
using Aupd.Workplace.Teams;
using Aupd.Workplace.Tests.Samba;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>What others change in Teams behind our back is found and put right, by the one writer that there is.</summary>
[Collection(WithTeams.Name)]
public sealed class TeamsReconcileTests(TeamsSchool school) : IDisposable
{
    private RunTeamsReconcile Reconcile => school.Get<RunTeamsReconcile>();

    public void Dispose()
    {
        school.Scim.Open();
        school.Scim.Before = null;
        school.SetClock();
    }

    [Fact, Trait("takes", "long")]
    public async Task Every_kind_of_drift_is_told_without_a_write_and_then_repaired()
    {
        var ids = await SettledAsync("6Щ", "cgood", "cchanged", "cmark", "cclosed", "cgone", "cout");
        var left = await school.TeacherAsync("cleft");
        using (await school.ActivateAsync(left)) { }
        await school.UserAsync(left, "the teacher is there");
        await school.DismissAsync(left);
        var leftId = (string)(await school.UserAsync(left, "who has left is closed", u => !(bool)u["active"]!))["id"]!;
        var (renamed, gone) = (await SettledAsync("6Э", "cname"), await SettledAsync("6Ю", "cgroup1", "cgroup2"));
        await school.QuietAsync("all is told");
        var store = school.Scim.Store;
        store.Edit("Users", ids["cchanged"].Id, u => (u["displayName"], u["name"]!["givenName"]) = ("Кто-то другой", "Кто-то"));
        store.Edit("Users", ids["cmark"].Id, u => u.Remove("externalId"));
        store.Edit("Users", ids["cclosed"].Id, u => u["active"] = false);
        store.Edit("Users", leftId, u => u["active"] = true);
        store.Remove("Users", ids["cgone"].Id);
        store.Edit("Groups", await GroupIdAsync("6Щ"), g => g["members"] = new System.Text.Json.Nodes.JsonArray([.. g["members"]!.AsArray().Where(m => (string?)m!["value"] != ids["cout"].Id).Select(m => m!.DeepClone())]));
        store.Edit("Groups", await GroupIdAsync("6Э"), g => g["displayName"] = "чужое имя");
        store.Remove("Groups", await GroupIdAsync("6Ю"));
        string[] all = ["cleft", .. ids.Keys, .. renamed.Keys, .. gone.Keys, "class:4185:6Щ", "class:4185:6Э", "class:4185:6Ю"];
        (string, string, string)[] expected =
        [
            ("cchanged", "changed", "displayName, name.givenName"), ("cclosed", "closed-though-active", ids["cclosed"].Id), ("cgone", "missing", ""),
            ("class:4185:6Э", "group-name", ""), ("class:4185:6Ю", "group-missing", ""), ("cleft", "open-though-left", leftId), ("cmark", "changed", "externalId"), ("cout", "groups", "class:4185:6Щ"),
        ];
        school.Scim.Forget();
        Assert.Equal(expected, await FindingsAsync(all, isReportOnly: true));
        Assert.DoesNotContain(school.Scim.Calls, c => c.Method != "GET");

        // A worker repairs what has been found so far, and what waits for one is not compared: it writes nothing before all is found.
        var found = new TaskCompletionSource();
        school.Scim.Before = async (call, _) =>
        {
            if (call.Method != "GET") await found.Task;
            return false;
        };
        try { Assert.Equal(expected, await FindingsAsync(all, isReportOnly: false)); }
        finally { found.SetResult(); }
        await school.QuietAsync("all is told again");
        await Eventually.HoldsAsync("nothing differs", async () => !(await FindingsAsync(all, isReportOnly: true)).Any());
        await IsWholeAsync("6Щ", ids.Values.Select(i => i.Person));
        await IsWholeAsync("6Э", renamed.Values.Select(i => i.Person));
        await IsWholeAsync("6Ю", gone.Values.Select(i => i.Person));
        Assert.False((bool)(await school.UserAsync(left, "it is there"))["active"]!);
        Assert.Equal(ids["cmark"].Id, (string?)(await school.UserAsync(ids["cmark"].Person, "it is the same"))["id"]);
        Assert.Equal("6Э · ГБОУ Школа № 856, \"Лучик\"", (string?)(await school.GroupAsync("class:4185:6Э", "it is there", _ => true))["displayName"]);
    }

    [Fact, Trait("takes", "long")]
    public async Task What_waits_is_not_compared_and_members_of_others_stay()
    {
        var ids = await SettledAsync("6Ы", "cother", "cwaits");
        await school.QuietAsync("all is told");
        var (group, stranger) = (await GroupIdAsync("6Ы"), school.Scim.Store.Add("Users", new() { ["schemas"] = new System.Text.Json.Nodes.JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = "stranger@elsewhere" }, "id-stranger"));
        school.Scim.Store.Edit("Groups", group, g => g["members"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject { ["value"] = (string?)stranger["id"] }));
        school.Scim.Store.Edit("Users", ids["cwaits"].Id, u => u["displayName"] = "Кто-то другой");
        // Given up: it stands in another list.
        await school.QueryAsync<int>("update workplace.delivery d set dead_at = @now from workplace.account a where a.profile_id = d.profile_id and a.login = 'cwaits'", new { now = school.Clock.GetUtcNow() });
        Assert.Empty(await FindingsAsync([.. ids.Keys, "class:4185:6Ы"], isReportOnly: false));
        await school.QueryAsync<int>("update workplace.delivery d set dead_at = null from workplace.account a where a.profile_id = d.profile_id and a.login = 'cwaits'");
        Assert.Equal([("cwaits", "changed", "displayName")], await FindingsAsync([.. ids.Keys, "class:4185:6Ы"], isReportOnly: false));
        await school.UserAsync(ids["cwaits"].Person, "it is put right", u => (string?)u["displayName"] == "Школьникова Аня Петровна");
        Assert.Contains("id-stranger", TeamsSchool.Members(await school.GroupAsync("class:4185:6Ы", "it is there", _ => true)));
    }

    // Every request is the last one once; the findings are the same, once each, and of one run.
    [Fact, Trait("takes", "long")]
    public async Task Broken_off_at_any_request_it_goes_on_and_finds_each_thing_once()
    {
        var ids = await SettledAsync("6Ъ", "cbreak1", "cbreak2");
        await school.QuietAsync("all is told");
        school.Scim.Store.Edit("Users", ids["cbreak1"].Id, u => u["displayName"] = "Кто-то другой");
        school.Scim.Store.Remove("Users", ids["cbreak2"].Id);
        var (runs, broken) = (new List<long>(), 0);
        for (var requests = 1; ; requests++)
        {
            school.Scim.BreakAfter(requests);
            try
            {
                runs.Add((await Reconcile.RunAsync(true, "test", null, default))!.Run);
                break;
            }
            catch (DirectoryUnusableException) { broken++; }
            finally { school.Scim.Open(); }
            if (await school.QueryAsync<long?>("select max(no) from workplace.reconcile_run where target = 'teams' and ended_at is null") is { } open) runs.Add(open);
        }
        Assert.True(broken >= 4, $"It broke {broken} times.");
        // The first break comes before there is a run.
        Assert.Single(runs.Distinct());
        Assert.Equal([("cbreak1", "changed", "displayName"), ("cbreak2", "missing", "")], await FindingsOfAsync(runs[^1], [.. ids.Keys]));
    }

    [Fact, Trait("takes", "long")]
    public async Task One_that_the_server_chokes_on_is_told_and_keeps_the_others_from_nothing()
    {
        var ids = await SettledAsync("6Ь", "cchokes", "cfine");
        await school.QuietAsync("all is told");
        var group = await GroupIdAsync("6Ь");
        school.Scim.Store.Edit("Users", ids["cfine"].Id, u => u["displayName"] = "Кто-то другой");
        school.Scim.Before = (call, http) =>
        {
            if (!call.Path.EndsWith("/" + ids["cchokes"].Id, StringComparison.Ordinal) && !call.Path.EndsWith("/" + group, StringComparison.Ordinal)) return Task.FromResult(false);
            http.Response.StatusCode = 500;
            return Task.FromResult(true);
        };
        Assert.Equal([("cchokes", "not-shown", "GET /Users: 500"), ("cfine", "changed", "displayName"), ("class:4185:6Ь", "not-shown", "GET /Groups: 500")],
            await FindingsAsync([.. ids.Keys, "class:4185:6Ь"], isReportOnly: true));
    }

    [Fact, Trait("takes", "long"), Trait("needs", "process")]
    public async Task Of_thirty_at_once_one_runs_and_the_command_says_what_it_found()
    {
        var ids = await SettledAsync("6Й", "conce");
        await school.QuietAsync("all is told");
        school.Scim.Store.Edit("Users", ids["conce"].Id, u => u["displayName"] = "Кто-то другой");
        var end = new TaskCompletionSource();
        school.Scim.Before = async (_, _) => { await end.Task; return false; };
        var runs = Enumerable.Range(0, 30).Select(_ => Task.Run(() => Reconcile.RunAsync(true, "test", null, default))).ToList();
        await Eventually.HoldsAsync("all but one are sent away", () => runs.Count(r => r.IsCompleted) == 29);
        end.SetResult();
        Assert.Single(await Task.WhenAll(runs), r => r is not null);
        school.Scim.Before = null;

        school.SetClock();
        await using (var program = school.Program("workplace", "reconcile", "--in", "teams"))
        {
            await program.UntilItSaysAsync("changed: attributes differ");
            Assert.Equal(0, await program.ExitAsync());
            Assert.Contains("conce                changed               displayName", program.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Passwords are not compared", program.Output, StringComparison.Ordinal);
        }
        school.SetClock(ahead: TimeSpan.FromMinutes(1));
        await school.UserAsync(ids["conce"].Person, "it is put right", u => (string?)u["displayName"] == "Школьникова Аня Петровна");
        Assert.Equal("command teams", await school.QueryAsync<string>("select actor || ' ' || (details ->> 'target') from kernel.audit where act = 'workplace.reconciled' order by id desc limit 1"));
        await using var elsewhere = school.Program("workplace", "reconcile", "--in", "slack");
        await elsewhere.UntilItSaysAsync("'slack' not recognized. Must be one of:");
        Assert.Equal(1, await elsewhere.ExitAsync());
    }

    [Fact]
    public async Task At_night_one_of_two_nodes_does_it_once_and_a_server_that_is_away_is_asked_again()
    {
        var zone = new RegionSettings().Zone();
        var clock = new FakeClock(new DateTimeOffset(2031, 5, 17, 3, 0, 0, zone.GetUtcOffset(new DateTime(2031, 5, 17, 3, 0, 0))).AddMinutes(-1));
        var nodes = new[] { Node(clock), Node(clock) };
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
        clock.Advance(TimeSpan.FromMinutes(2));
        school.Scim.BreakAfter(0);
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
        school.Scim.Open();
        Assert.Single(await Task.WhenAll(nodes.Select(n => n.RunAsync(default))), did => did);
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
        clock.Advance(TimeSpan.FromHours(10));
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
    }

    private NightlyReconcile Node(FakeClock clock) => new([new RunTeamsReconcile(school.Service.Source, new ReconcileStore(clock), new TeamsSide(clock), school.Get<TeamsSettings>(), school.Get<ScimToken>(),
        school.Get<AuditTrail>(), clock)], new ReconcileSettings { IsReportOnly = true }, new RegionSettings(), clock, NullLogger<NightlyReconcile>.Instance);

    private sealed record Known(Person Person, string Id);

    private async Task<Dictionary<string, Known>> SettledAsync(string className, params string[] logins)
    {
        var known = new Dictionary<string, Known>();
        foreach (var login in logins)
        {
            var person = await school.PupilAsync(login);
            await school.ChangeAsync(person, ";5А;", $";{className};");
            using (await school.ActivateAsync(person)) { }
            known[login] = new Known(person, (string)(await school.UserAsync(person, "the user is there"))["id"]!);
        }
        await school.GroupAsync($"class:4185:{className}", "all are in the class", m => m.Count == logins.Length);
        return known;
    }

    private async Task IsWholeAsync(string className, IEnumerable<Person> people)
    {
        var ids = new List<string>();
        foreach (var person in people) ids.Add((string)(await school.UserAsync(person, "the user is there"))["id"]!);
        await school.GroupAsync($"class:4185:{className}", "the class is whole", m => m.Order(StringComparer.Ordinal).SequenceEqual(ids.Order(StringComparer.Ordinal)));
    }

    private async Task<string> GroupIdAsync(string className) => (string)(await school.GroupAsync($"class:4185:{className}", "the group is there", _ => true))["id"]!;

    private async Task<IEnumerable<(string, string, string)>> FindingsAsync(string[] logins, bool isReportOnly)
    {
        var report = await Eventually.GetAsync("nobody else runs", () => Reconcile.RunAsync(isReportOnly, "test", null, default));
        Assert.True(report.Accounts > 0 && report.Entries > 0);
        return await FindingsOfAsync(report.Run, logins);
    }

    private async Task<IEnumerable<(string, string, string)>> FindingsOfAsync(long run, string[] logins) =>
        (await Reconcile.FindingsAsync(run, 1000, default)).Where(f => logins.Contains(f.Login)).Select(f => (f.Login, f.Kind, f.Detail)).Order();
}
