using Aupd.Kernel.Pages;
using Aupd.TestKit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Reconcile;
using Aupd.Workplace.Tests.Samba;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.Workplace.Tests;

/// <summary>What administrators change behind our back is found and put right, by the one writer that there is.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class ReconcileTests(School school) : IDisposable
{
    private const string Units = "OU=Schools,DC=obr,DC=test";

    public void Dispose() => school.Gate.Open();

    [Fact]
    public async Task Every_kind_of_drift_is_told_without_a_write_and_then_repaired()
    {
        var people = await SettledAsync("rgood", "rchanged", "rmoved", "rgroups", "rclosed", "rgone", "rleft");
        await school.DismissAsync(people["rleft"]);
        await school.AccountAsync(people["rleft"], "it is closed", a => a.IsDisabled);
        await SettledAsync(people.Values);
        school.Domain.AsAdministrator(link =>
        {
            link.Set(NameOf("rchanged"), [new("title", "директор"), new("comment", null)]);
            link.Move(NameOf("rmoved"), $"CN=Users,{SambaDomain.Base}", "CN=rmoved");
            link.Change($"CN=teachers-4185,OU=Groups,{Units}", "member", System.DirectoryServices.Protocols.DirectoryAttributeOperation.Delete, NameOf("rgroups"));
            link.Set(NameOf("rclosed"), [new("userAccountControl", "514")]);
            link.Remove(NameOf("rgone"));
            link.Set(NameOf("rleft"), [new("userAccountControl", "512")]);
        });
        (string, string)[] expected = [("rchanged", "changed"), ("rclosed", "closed-though-active"), ("rgone", "missing"), ("rgroups", "groups"), ("rleft", "open-though-left"), ("rmoved", "unit")];
        Assert.Equal(expected, await FindingsAsync(people.Keys, isReportOnly: true));
        Assert.Equal("comment, title", (await DetailsAsync("rchanged")).Single());
        Assert.Equal("директор", school.Domain.Account("rchanged")!["title"]);
        Assert.Null(school.Domain.Account("rgone"));

        Assert.Equal(expected, await FindingsAsync(people.Keys, isReportOnly: false));
        await SettledAsync(people.Values);
        Assert.Empty(await FindingsAsync(people.Keys, isReportOnly: true));
        Assert.Equal(("учитель физики", EntryTemplate.Teacher), (school.Domain.Account("rchanged")!["title"], school.Domain.Account("rchanged")!["comment"]));
        Assert.True(school.Domain.BindOpens(NameOf("rclosed"), Person.Password));
        Assert.False(school.Domain.BindOpens(NameOf("rleft"), Person.Password));
        // Its password is gone with it: the person is asked to type it again.
        Assert.Equal("missing", await school.QueryAsync<string>("select password_trouble from workplace.account where login = 'rgone'"));
    }

    [Fact]
    public async Task An_account_made_anew_by_hand_twins_and_marks_of_nobody_are_told()
    {
        var people = await SettledAsync("ranew", "rtwin");
        var nobody = Guid.NewGuid();
        school.Domain.AsAdministrator(link =>
        {
            link.Remove(NameOf("ranew"));
            Plant(link, "ranew", people["ranew"].Profile);
            Plant(link, "rtwin-1", people["rtwin"].Profile);
            Plant(link, "rnobody", nobody);
        });
        Assert.Equal([("ranew", "replaced"), ("rnobody", "unknown"), ("rtwin", "twin")], await FindingsAsync([.. people.Keys, "rnobody"], isReportOnly: false));
        var anew = await school.AccountAsync(people["ranew"].Person, "it is adopted and complete", a => a["title"] == "учитель физики" && a.Name.Contains(",OU=Staff,", StringComparison.Ordinal));
        await Eventually.HoldsAsync("it is the known one", () => school.QueryAsync<bool>("select d.remote_id = @id from workplace.delivery d join workplace.account a on a.profile_id = d.profile_id where a.login = 'ranew'", new { id = anew.Id.ToString() }));
        Assert.NotNull(school.Domain.Account("rnobody"));
        Assert.NotNull(school.Domain.Account("rtwin-1"));
        school.Domain.AsAdministrator(link =>
        {
            link.Remove($"CN=rtwin-1,CN=Users,{SambaDomain.Base}");
            link.Remove($"CN=rnobody,CN=Users,{SambaDomain.Base}");
        });
    }

    // The connection breaks at every request once; the findings are the same, once each, and of one run.
    [Fact]
    public async Task Broken_off_at_any_request_it_goes_on_and_finds_each_thing_once()
    {
        var people = await SettledAsync("rbreak1", "rbreak2");
        school.Domain.AsAdministrator(link =>
        {
            link.Set(NameOf("rbreak1"), [new("title", "чужое")]);
            link.Remove(NameOf("rbreak2"));
        });
        var (runs, breaks, pieces) = (new List<long>(), 0, 1);
        var before = await school.QueryAsync<long>("select coalesce(max(no), 0) from workplace.reconcile_run");
        for (var isDone = false; !isDone; pieces++)
        {
            school.Gate.BreakAfter(pieces);
            try
            {
                isDone = await Reconcile.RunAsync(true, "test", null, default) is not null;
            }
            catch (DirectoryUnusableException) { breaks++; }
            finally { school.Gate.Open(); }
            runs.Add(await school.QueryAsync<long>("select max(no) from workplace.reconcile_run"));
        }
        Assert.True(breaks >= 5, $"It broke {breaks} times.");
        // The first breaks come before there is a run.
        Assert.Single(runs.Distinct(), r => r != before);
        Assert.Equal([("rbreak1", "changed"), ("rbreak2", "missing")], await FindingsOfAsync(runs[^1], people.Keys));
        Assert.Equal(0, await school.QueryAsync<long>("select count(*) from workplace.reconcile_seen"));
    }

    [Fact]
    public async Task The_command_killed_in_the_midst_goes_on_when_it_is_started_again()
    {
        var people = await SettledAsync("rkill");
        school.Domain.AsAdministrator(link => link.Set(NameOf("rkill"), [new("title", "чужое")]));
        school.SetClock();
        var killed = 0L;
        await WhileFindingsCannotBeKeptAsync(async () =>
        {
            await using var program = school.Program("workplace", "reconcile");
            await Eventually.HoldsAsync("it is at work", IsHeldUpAsync);
            killed = await school.QueryAsync<long>("select max(no) from workplace.reconcile_run where ended_at is null");
            await program.KillAsync();
        });
        await Eventually.HoldsAsync("its lock is gone", () => school.QueryAsync<bool>("select not exists (select 1 from pg_stat_activity where wait_event_type = 'Lock')"));
        await using var again = school.Program("workplace", "reconcile");
        await again.UntilItSaysAsync("Passwords are not compared");
        Assert.Equal(0, await again.ExitAsync());
        Assert.Equal(killed, await school.QueryAsync<long>("select max(no) from workplace.reconcile_run where ended_at is not null"));
        Assert.Equal([("rkill", "changed")], await FindingsOfAsync(killed, people.Keys));
        // By the machine's clock it is due now.
        school.SetClock(ahead: TimeSpan.FromMinutes(1));
        await school.AccountAsync(people["rkill"].Person, "it is put right", a => a["title"] == "учитель физики");
        Assert.Equal(1, await school.QueryAsync<long>("select count(*) from kernel.audit where act = 'workplace.reconciled' and details ->> 'run' = @run", new { run = killed.ToString() }));
    }

    [Fact]
    public async Task Of_thirty_at_once_one_runs()
    {
        await SettledAsync("ronce");
        school.Domain.AsAdministrator(link => link.Set(NameOf("ronce"), [new("title", "чужое")]));
        Task<ReconcileReport?>[] runs = [];
        await WhileFindingsCannotBeKeptAsync(async () =>
        {
            runs = [.. Enumerable.Range(0, 30).Select(_ => Task.Run(() => Reconcile.RunAsync(true, "test", null, default)))];
            await Eventually.HoldsAsync("all but one are sent away", () => runs.Count(r => r.IsCompleted) == 29);
        });
        Assert.Single(await Task.WhenAll(runs), r => r is not null);
    }

    [Fact]
    public async Task At_night_one_of_two_nodes_does_it_once_and_by_day_nobody()
    {
        var zone = new RegionSettings().Zone();
        var three = new DateTimeOffset(2031, 5, 17, 3, 0, 0, zone.GetUtcOffset(new DateTime(2031, 5, 17, 3, 0, 0)));
        var clock = new FakeClock(three.AddMinutes(-1));
        var nodes = new[] { Node(clock), Node(clock) };
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Single(await Task.WhenAll(nodes.Select(n => n.RunAsync(default))), did => did);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
        clock.Advance(TimeSpan.FromHours(9));
        Assert.DoesNotContain(true, await Task.WhenAll(nodes.Select(n => n.RunAsync(default))));
        clock.Advance(TimeSpan.FromHours(14));
        Assert.True(await nodes[1].RunAsync(default));
    }

    private RunReconcile Reconcile => school.Get<RunReconcile>();

    private NightlyReconcile Node(FakeClock clock)
    {
        var store = new ReconcileStore(clock);
        var side = school.Get<DirectorySide>();
        var run = new RunReconcile(school.Service.Source, store, new ReconcileSteps(store, school.Get<CompareAccount>(), side), side, school.Get<DirectorySettings>(), school.Get<TrustedFolder>(),
            school.Get<Kernel.Audit.AuditTrail>(), clock);
        return new NightlyReconcile([run], new ReconcileSettings(), new RegionSettings(), clock, NullLogger<NightlyReconcile>.Instance);
    }

    private string NameOf(string login) => school.Domain.Account(login)!.Name;

    private static void Plant(DirectoryLink link, string login, Guid mark) => link.Add($"CN={login},CN=Users,{SambaDomain.Base}", "user",
        [new("sAMAccountName", login), new("employeeNumber", mark.ToString())]);

    private sealed record Known(Person Person, Guid Profile)
    {
        public static implicit operator Person(Known known) => known.Person;
    }

    private async Task<Dictionary<string, Known>> SettledAsync(params string[] logins)
    {
        var people = new Dictionary<string, Known>();
        foreach (var login in logins)
        {
            var person = await school.TeacherAsync(login);
            await school.ActivateAsync(person);
            people[login] = new Known(person, await school.ProfileAsync(person));
        }
        await SettledAsync(people.Values);
        return people;
    }

    private Task SettledAsync(IEnumerable<Known> people) => Eventually.HoldsAsync("all are delivered", () => school.QueryAsync<bool>("""
        select count(*) = cardinality(@profiles) and bool_and(d.delivered_version = a.version and (d.due_at is null or d.due_at > @now)
            and not exists (select 1 from workplace.password p where p.profile_id = a.profile_id))
          from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id and d.target = 'directory' where a.profile_id = any (@profiles)
        """, new { profiles = people.Select(p => p.Profile).ToArray(), now = school.Clock.GetUtcNow() }));

    private async Task<IEnumerable<(string, string)>> FindingsAsync(IEnumerable<string> logins, bool isReportOnly)
    {
        var report = await Eventually.GetAsync("nobody else runs", () => Reconcile.RunAsync(isReportOnly, "test", null, default));
        Assert.True(report.Accounts > 0);
        return await FindingsOfAsync(report.Run, logins);
    }

    private async Task<IEnumerable<(string, string)>> FindingsOfAsync(long run, IEnumerable<string> logins) =>
        (await Reconcile.FindingsAsync(run, 1000, default)).Where(f => logins.Contains(f.Login)).Select(f => (f.Login, f.Kind)).Order();

    private async Task<IEnumerable<string>> DetailsAsync(string login)
    {
        var run = await school.QueryAsync<long>("select max(no) from workplace.reconcile_run");
        return (await Reconcile.FindingsAsync(run, 1000, default)).Where(f => f.Login == login).Select(f => f.Detail);
    }

    // Whoever has a step to keep waits for the table.
    private async Task WhileFindingsCannotBeKeptAsync(Func<Task> act)
    {
        await using var connection = await school.Service.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("lock table workplace.drift in share mode");
        await act();
        await transaction.RollbackAsync();
    }

    private Task<bool> IsHeldUpAsync() => school.QueryAsync<bool>("select exists (select 1 from pg_locks l where not granted and l.relation = 'workplace.drift'::regclass)");
}
