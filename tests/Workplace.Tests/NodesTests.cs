using Aupd.TestKit;
using Aupd.Web.Sites;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.Hosting;

namespace Aupd.Workplace.Tests;

/// <summary>Several nodes of the program and one directory: whoever carries what, each person has one account and the newest password.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class NodesTests(School school) : IDisposable
{
    private const int People = 30, AtOnce = 6;

    public void Dispose() => school.Gate.Open();

    [Fact]
    public async Task Thirty_people_who_activate_and_change_their_passwords_twice_at_two_nodes_have_one_account_each_and_the_last_password()
    {
        using var portal = WorkerHost.Portal(school.Service.Shared);
        using var gateway = WorkerHost.School(school.Service.Shared);
        await Task.WhenAll(portal.StartAsync(), gateway.StartAsync());
        try
        {
            var people = new List<Person>();
            for (var i = 0; i < People; i++) people.Add(await school.TeacherAsync($"nrace{i}"));
            await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (person, _) =>
            {
                using var browser = await school.ActivateAsync(person);
                await school.ChangePasswordAsync(person, Person.Password, Second(person));
                await school.ChangePasswordAsync(person, Second(person), Third(person));
            });
            await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (person, _) => await HasLastPasswordAsync(person));
        }
        finally { await Task.WhenAll(portal.StopAsync(), gateway.StopAsync()); }
        Assert.Equal(People, await school.QueryAsync<long>("""
            select count(*) from kernel.audit u join workplace.account a on a.profile_id::text = u.subject
             where a.login like 'nrace%' and u.act = 'workplace.account-delivered' and u.details -> 'acts' ? 'created'
            """));
    }

    [Fact]
    public async Task After_a_day_without_the_directory_it_is_told_the_newest_of_everyone()
    {
        var (joins, leaves, moves) = (await school.TeacherAsync("nday1"), await school.TeacherAsync("nday2"), await school.PupilAsync("nday3"));
        foreach (var person in new[] { leaves, moves })
        {
            using var browser = await school.ActivateAsync(person);
            await school.AccountAsync(person, "the account is open", a => !a.IsDisabled);
        }
        school.Gate.Shut();
        using (await school.ActivateAsync(joins)) { }
        await school.ChangePasswordAsync(moves, Person.Password, Second(moves));
        await school.DismissAsync(leaves);
        await school.MoveAsync(moves);
        await Eventually.HoldsAsync("all of it waits", () => school.QueryAsync<bool>("""
            select count(*) = 3 from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id
             where a.login in ('nday1', 'nday2', 'nday3') and d.delivered_version < a.version
            """));
        school.Clock.Advance(TimeSpan.FromHours(24));
        Assert.False(school.Domain.Account(leaves.Login)!.IsDisabled);
        Assert.Null(school.Domain.Account(joins.Login));

        school.Gate.Open();
        await school.AccountAsync(leaves, "who has left is out", a => a.IsDisabled && a.Groups.Count == 0);
        Assert.False(await school.Domain.KinitOpensAsync(leaves.Login, Person.Password));
        await school.AccountAsync(moves, "who has moved is at the other school", a => a.Name.Contains(",OU=653,", StringComparison.Ordinal));
        await school.AccountAsync(joins, "who was activated is let in", a => !a.IsDisabled);
        Assert.True(await school.Domain.SmbOpensAsync(joins.Login, Person.Password));
        await Eventually.HoldsAsync("the new password opens", () => school.Domain.BindOpens($"{moves.Login}@sao.obr.test", Second(moves)));
        Assert.False(await school.Domain.KinitOpensAsync(moves.Login, Person.Password));
        school.SetClock();
    }

    private async Task HasLastPasswordAsync(Person person)
    {
        await Eventually.HoldsAsync($"the last password of {person.Login} opens", () => school.Domain.BindOpens($"{person.Login}@zao.obr.test", Third(person)));
        await Eventually.HoldsAsync("nothing waits", () => school.QueryAsync<bool>("""
            select d.delivered_version = a.version and not exists (select 1 from workplace.password p where p.profile_id = a.profile_id)
              from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id and d.target = 'directory' where a.login = @Login
            """, new { person.Login }));
        Assert.True(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Third(person)));
        Assert.False(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Second(person)));
        Assert.False(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
        Assert.Single(school.AccountsOf(await school.ProfileAsync(person)));
    }

    private static string Second(Person person) => $"второй чайник {person.Login}";

    private static string Third(Person person) => $"третий самовар {person.Login}";
}
