using Aupd.TestKit;
using Aupd.Web.Sites;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.Hosting;

namespace Aupd.Workplace.Tests;

/// <summary>Whatever dies on the way: one account, the newest password, and a sentence that says what is wrong.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class DeliveryTests(School school) : IDisposable
{
    public void Dispose() => school.Gate.Open();

    // The connection is open already: every request of the making of an account is the last one once.
    [Fact]
    public async Task A_worker_that_breaks_off_at_any_request_leaves_one_account()
    {
        var broken = 0;
        for (var pieces = 1; ; pieces++)
        {
            var person = await school.TeacherAsync($"dbreak{pieces}");
            school.Gate.BreakAfter(pieces);
            await school.ActivateAsync(person);
            await Eventually.HoldsAsync("it broke, or all is done", async () => school.Gate.IsShut || await IsDoneAsync(person));
            var broke = school.Gate.IsShut;
            school.Gate.Open();
            await Eventually.HoldsAsync("it is done after all", () => IsDoneAsync(person));
            Assert.Single(school.AccountsOf(await school.ProfileAsync(person)));
            Assert.False(school.Domain.Account(person.Login)!.IsDisabled);
            Assert.True(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
            if (!broke) break;
            broken++;
        }
        // Search, make, read, groups, password, open: fewer would mean that the breaks never came where they matter.
        Assert.True(broken >= 8, $"It broke {broken} times.");
    }

    [Fact]
    public async Task Two_workers_make_one_account_of_each_person()
    {
        using var second = WorkerHost.School(school.Service.Shared);
        await second.StartAsync();
        try
        {
            var people = new List<Person>();
            school.Gate.Shut();
            for (var i = 0; i < 6; i++) people.Add(await school.TeacherAsync($"dtwo{i}"));
            foreach (var person in people) await school.ActivateAsync(person);
            school.Gate.Open();
            foreach (var person in people)
            {
                await Eventually.HoldsAsync("it is done", () => IsDoneAsync(person));
                Assert.Single(school.AccountsOf(await school.ProfileAsync(person)));
                Assert.True(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
            }
        }
        finally { await second.StopAsync(); }
    }

    [Fact]
    public async Task A_program_killed_while_it_delivers_leaves_what_the_next_one_finishes()
    {
        school.SetClock();
        school.Gate.Shut();
        var people = new List<Person>();
        for (var i = 0; i < 4; i++) people.Add(await school.TeacherAsync($"dkill{i}"));
        foreach (var person in people) await school.ActivateAsync(person);
        await using (var program = school.Program("serve", "--worker"))
        {
            await Eventually.HoldsAsync("it has begun", () => people.Any(p => school.Domain.Account(p.Login) is not null));
            await program.KillAsync();
        }
        // What it has put off, it has put off by a clock that goes on.
        school.SetClock(ahead: TimeSpan.FromMinutes(1));
        school.Gate.Open();
        foreach (var person in people)
        {
            await Eventually.HoldsAsync("it is done", () => IsDoneAsync(person));
            Assert.Single(school.AccountsOf(await school.ProfileAsync(person)));
            Assert.True(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
        }
    }

    [Fact]
    public async Task What_the_directory_refuses_again_and_again_is_given_up_listed_and_replayed()
    {
        var accounts = school.Get<IWorkplaceAccounts>();
        var person = await school.TeacherAsync("ddead");
        // A group of that name stands elsewhere: ours cannot be made.
        school.Domain.AsAdministrator(link => link.Add($"CN=staff-653,CN=Users,{SambaDomain.Base}", "group", [new("sAMAccountName", "staff-653")]));
        await school.MoveAsync(person);
        await school.ActivateAsync(person);
        await Eventually.HoldsAsync("it is given up", async () =>
        {
            school.Clock.Advance(TimeSpan.FromMinutes(1));
            return (await accounts.DeadAsync(10, default)).Any(d => d.Login == person.Login && d.Error.Contains("staff-653", StringComparison.Ordinal));
        });
        school.Domain.AsAdministrator(link => link.Remove($"CN=staff-653,CN=Users,{SambaDomain.Base}"));
        Assert.True(await accounts.ReplayAsync(null, "test", default) >= 1);
        await Eventually.HoldsAsync("it is done", () => IsDoneAsync(person));
        Assert.True((await accounts.CountsAsync(default)).Single().InOrder >= 1);
        school.SetClock();
    }

    [Fact]
    public void A_directory_with_a_certificate_of_another_authority_is_not_spoken_to()
    {
        var settings = school.Domain.Read() with { CaFile = school.Domain.OtherCaFile };
        using var trusted = new TrustedFolder(settings);
        var refusal = Assert.Throws<DirectoryAwayException>(() => DirectoryLink.Open(settings, trusted));
        Assert.Contains($"no authority of {school.Domain.OtherCaFile} has signed it", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("CN=dc1.obr.test", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_name_a_wrong_password_and_a_closed_port_are_told_apart()
    {
        Assert.Contains("not for the name localhost", Refusal(school.Domain.Read() with { Server = "localhost" }), StringComparison.Ordinal);
        Assert.Contains("wrong name or password", Refusal(school.Domain.Read() with { BindPassword = "x" }), StringComparison.Ordinal);
        Assert.Contains("cannot be reached", Refusal(school.Domain.Read() with { Port = ProgramProcess.FreePort() }), StringComparison.Ordinal);
    }

    private static string Refusal(DirectorySettings settings)
    {
        using var trusted = new TrustedFolder(settings);
        return Assert.Throws<DirectoryAwayException>(() => DirectoryLink.Open(settings, trusted)).Message;
    }

    private Task<bool> IsDoneAsync(Person person) => school.QueryAsync<bool>("""
        select exists (select 1 from workplace.account a join workplace.delivery d using (profile_id) where a.login = @Login and a.version = d.version and d.delivered_version = d.version and a.password_at is not null)
           and not exists (select 1 from workplace.password p join workplace.account a on a.profile_id = p.profile_id where a.login = @Login)
        """, new { person.Login });
}
