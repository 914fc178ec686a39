using Aupd.Kernel.People;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Tests;

/// <summary>One password everywhere: what the portal knows opens the computers of the school, and nothing else does.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class PasswordTests(School school)
{
    [Fact]
    public async Task After_activation_the_portals_password_opens_a_classroom_computer_a_file_server_and_the_directory()
    {
        var person = await school.TeacherAsync("pfirst");
        await school.ActivateAsync(person);
        await OpensAsync(person, Person.Password);
        Assert.True(await school.Domain.KinitOpensAsync(person.Login, Person.Password));
        Assert.True(await school.Domain.SmbOpensAsync(person.Login, Person.Password));
        Assert.True(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
        Assert.False(await school.Domain.KinitOpensAsync(person.Login, "не тот пароль совсем"));
        Assert.False(await school.Domain.SmbOpensAsync(person.Login, "не тот пароль совсем"));
        Assert.Equal(0, await WaitingAsync());
        Assert.Contains("\"запись_в_каталоге_школ\":{\"логин\":\"pfirst\"", await school.CopyAsync(person), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_changed_at_the_portal_opens_within_seconds_and_the_old_one_opens_nothing()
    {
        const string next = "семь вёсел \"и\" один {руль}";
        var person = await school.TeacherAsync("pchange");
        await school.ActivateAsync(person);
        await OpensAsync(person, Person.Password);
        await school.ChangePasswordAsync(person, Person.Password, next);
        await OpensAsync(person, next);
        Assert.True(await school.Domain.KinitOpensAsync(person.Login, next));
        Assert.True(await school.Domain.SmbOpensAsync(person.Login, next));
        Assert.False(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
        Assert.False(await school.Domain.KinitOpensAsync(person.Login, Person.Password));
        Assert.False(await school.Domain.SmbOpensAsync(person.Login, Person.Password));
        await Eventually.HoldsAsync("the password is wiped everywhere", async () => await WaitingAsync() == 0 && await school.QueryAsync<long>("select count(*) from portal.password_for_school") == 0);
    }

    [Fact]
    public async Task While_the_directory_is_away_activation_goes_on_passwords_wait_encrypted_and_the_newest_alone_arrives()
    {
        const string next = "восемь синих лодочек";
        var person = await school.PupilAsync("paway");
        school.Gate.Shut();
        try
        {
            await school.ActivateAsync(person);
            Assert.Equal(1, await WaitingAsync());
            await school.ChangePasswordAsync(person, Person.Password, next);
            await Eventually.HoldsAsync("the new one has taken the place of the old", () => school.QueryAsync<bool>("""
                select count(*) = 1 and bool_and(source not like 'activation%') from workplace.password
                """));
            Assert.DoesNotContain("лодочек", await EverythingAsync(), StringComparison.Ordinal);
            Assert.Null(school.Domain.Account(person.Login));
        }
        finally { school.Gate.Open(); }
        await OpensAsync(person, next);
        Assert.False(school.Domain.BindOpens($"{person.Login}@zao.obr.test", Person.Password));
    }

    [Fact]
    public async Task A_changed_password_whose_event_was_given_up_arrives_when_it_is_replayed()
    {
        const string next = "девять тихих журавлей";
        var person = await school.TeacherAsync("pdead");
        await school.ActivateAsync(person);
        await OpensAsync(person, Person.Password);
        // As after an hour of failures: nothing carries it any more.
        await school.QueryAsync<int>("""
            create function give_up() returns trigger language plpgsql as $$ begin new.dead_at := now(); return new; end $$;
            create trigger give_up before insert on kernel.outbox for each row when (new.receiver = 'portal.tell-credential-change') execute function give_up()
            """);
        await school.ChangePasswordAsync(person, Person.Password, next);
        await school.QueryAsync<int>("drop trigger give_up on kernel.outbox; drop function give_up");
        Assert.Equal(1, await school.QueryAsync<long>("select count(*) from portal.password_for_school"));
        Assert.False(school.Domain.BindOpens($"{person.Login}@zao.obr.test", next));
        var dead = school.Service.Portal.Services.GetRequiredService<Kernel.Facts.DeadFacts>();
        Assert.Equal(1, await dead.ReplayAsync(Portal.Doors.IAccounts.EventReceivers, person.AccountId.ToString(), "portal.events-replayed", "test", default));
        await OpensAsync(person, next);
        await Eventually.HoldsAsync("it is wiped", async () => await school.QueryAsync<long>("select count(*) from portal.password_for_school") == 0);
    }

    [Fact]
    public async Task A_password_that_the_directory_refuses_is_told_in_the_cabinet_with_what_to_change()
    {
        var person = await school.TeacherAsync("prefused");
        await school.Domain.PolicyAsync("--complexity=on");
        try
        {
            var browser = await school.ActivateAsync(person);
            await Eventually.HoldsAsync("it is refused", () => school.QueryAsync<bool>("select password_trouble = 'too-plain' from workplace.account where login = @Login", new { person.Login }));
            await browser.GetAsync(school.Service.SchoolUrl + "/cabinet");
            Assert.Contains("добавьте в него заглавную букву и цифру", browser.Text, StringComparison.Ordinal);
            Assert.Equal(0, await WaitingAsync());
            Assert.True(school.Domain.Account(person.Login)!.IsDisabled);
            const string next = "Девять рыжих лисичек и 1 ёжик";
            await school.ChangePasswordAsync(person, Person.Password, next);
            await OpensAsync(person, next);
            await Eventually.HoldsAsync("nothing is held against it", () => school.QueryAsync<bool>("select password_trouble is null from workplace.account where login = @Login", new { person.Login }));
        }
        finally { await school.Domain.PolicyAsync("--complexity=off"); }
    }

    [Fact]
    public async Task A_password_that_waits_too_long_is_wiped_and_the_person_learns_that_none_has_come()
    {
        var person = await school.TeacherAsync("pexpired");
        school.Gate.Shut();
        try
        {
            await school.ActivateAsync(person);
            school.Clock.Advance(TimeSpan.FromHours(73));
            await Passwords().RunAsync(default);
            Assert.Equal(0, await WaitingAsync());
        }
        finally { school.Gate.Open(); }
        await Eventually.HoldsAsync("it is told", () => school.QueryAsync<bool>("select password_trouble = 'missing' from workplace.account where login = @Login", new { person.Login }));
        Assert.True((await school.AccountAsync(person, "the account waits", _ => true)).IsDisabled);
        school.SetClock();
    }

    private Workplace.Passwords.SweepPasswords Passwords() => new(school.Service.Source, school.Get<Workplace.Passwords.PasswordKeys>(), school.Get<Kernel.Audit.AuditTrail>(),
        school.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<Workplace.Passwords.SweepPasswords>.Instance);

    private Task OpensAsync(Person person, string password) =>
        Eventually.HoldsAsync($"the password of {person.Login} opens the directory", () => school.Domain.BindOpens($"{person.Login}@zao.obr.test", password));

    // Those of people in conflict wait for other tests.
    private Task<long> WaitingAsync() => school.QueryAsync<long>("""
        select count(*) from workplace.password p where not exists (select from workplace.delivery d where d.profile_id = p.profile_id and d.conflict_at is not null)
        """);

    // Every text that waits anywhere on the way.
    private Task<string> EverythingAsync() => school.QueryAsync<string>("""
        select coalesce((select string_agg(o::text, ' ') from kernel.outbox o), '') || coalesce((select string_agg(p::text, ' ') from workplace.password p), '')
            || coalesce((select string_agg(p::text, ' ') from portal.password_for_school p), '') || coalesce((select string_agg(a::text, ' ') from kernel.audit a), '')
        """);
}
