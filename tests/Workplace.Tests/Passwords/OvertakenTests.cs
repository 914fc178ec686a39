using Aupd.SignIn.Doors;
using Aupd.Web.Sites;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Tests.Passwords;

/// <summary>Two passwords of one person on their way at once: whatever overtakes what, the portal's newest is the one that the directory gets.</summary>
public sealed class OvertakenTests(WaitingSchool school) : IClassFixture<WaitingSchool>
{
    private const string Next = "семь вёсел и один руль", Checked = "new.act = 'portal.password-checked'";

    // The portal has said "correct", and its answer is still under way when the password is changed there, told and, perhaps, delivered and wiped.
    [Theory, Trait("takes", "long"), InlineData("owaits", false), InlineData("odone", true)]
    public async Task A_password_given_again_does_not_take_the_place_of_one_that_was_changed_meanwhile(string login, bool isDelivered)
    {
        var person = await school.TeacherAsync(login);
        using var browser = await school.ActivateAsync(person);
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        await using var hold = await Hold.BeginAsync(school.Service.Source, "insert", "kernel.audit", Checked);
        var given = browser.SubmitAsync(("Password", Person.Password));
        await hold.UntilSomebodyWaitsAsync();
        await school.ChangePasswordAsync(person, Person.Password, Next);
        await school.UntilWaitsAsync(person, Next);
        if (isDelivered) await school.QueryAsync<int>("delete from workplace.password where profile_id = @profile", new { profile = await school.ProfileAsync(person) });
        await hold.EndAsync();
        await given;
        Assert.Equal(isDelivered ? [] : [Next], await school.WaitingAsync(person));
        Assert.Contains("Пароль на портале только что сменили", browser.Text, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("signin.password-handed-again", person));

        // The new one is taken, as often as it is given.
        using var again = await school.SignInAsync(person, Next);
        await again.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        await again.SubmitAsync(("Password", Next));
        Assert.Equal("/cabinet/login?done=password", again.Location?.PathAndQuery);
        Assert.Equal([Next], await school.WaitingAsync(person));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_password_changed_while_the_activation_is_under_way_is_the_one_that_waits_after_it()
    {
        var person = await school.TeacherAsync("oactivates");
        using var browser = await school.SignInAsync(person, Person.Password);
        await using var hold = await Hold.BeginAsync(school.Service.Source, "insert", "kernel.audit", Checked);
        var activates = browser.SubmitAsync(("Password", Person.Password));
        await hold.UntilSomebodyWaitsAsync();
        await school.ChangePasswordAsync(person, Person.Password, Next);
        await school.UntilWaitsAsync(person, Next);
        Assert.False(await IsActivatedAsync(person));
        await hold.EndAsync();
        await activates;
        Assert.True(await IsActivatedAsync(person));
        Assert.Equal([Next], await school.WaitingAsync(person));
    }

    // The portal does not know of the school yet: the change carries no password, and nothing would ever put right what the activation hands over.
    [Fact, Trait("takes", "long")]
    public async Task A_password_changed_before_the_portal_has_noted_the_school_is_asked_for_again()
    {
        var person = await school.TeacherAsync("onotes");
        using var browser = await school.SignInAsync(person, Person.Password);
        Assert.Equal("/activate", browser.Url.AbsolutePath);
        await using var hold = await Hold.BeginAsync(school.Service.Source, "insert", "portal.at_school");
        var activates = browser.SubmitAsync(("Password", Person.Password));
        await hold.UntilSomebodyWaitsAsync();
        await school.ChangePasswordAsync(person, Person.Password, Next);
        await hold.EndAsync();
        await activates;
        Assert.False(await IsActivatedAsync(person));
        Assert.Empty(await school.WaitingAsync(person));

        using var again = await school.SignInAsync(person, Next);
        Assert.Equal("/activate", again.Url.AbsolutePath);
        await again.SubmitAsync(("Password", Next));
        await again.FollowAsync();
        Assert.Equal("/activated", again.Url.AbsolutePath);
        Assert.Equal([Next], await school.WaitingAsync(person));
    }

    [Fact, Trait("takes", "long")]
    public async Task Of_thirty_that_come_at_once_at_two_nodes_the_newest_is_left()
    {
        var person = await school.TeacherAsync("oraces");
        await school.SignInAsync(person, Person.Password);
        using var second = WorkerHost.School(school.Service.Shared);
        IWorkplacePasswords[] nodes = [school.Get<IWorkplacePasswords>(), second.Services.GetRequiredService<IWorkplacePasswords>()];
        var now = school.Clock.GetUtcNow();
        // The newest is neither the first nor the last to begin.
        var versions = Enumerable.Range(101, 30).OrderBy(v => v * 7 % 31).ToList();
        Assert.DoesNotContain(130, new[] { versions[0], versions[^1] });
        await Task.WhenAll(versions.Select((v, i) => Task.Run(() => KeepAsync(nodes[i % 2], person, v, now))));
        Assert.Equal("password 130", (await school.WaitingAsync(person))[^1]);
        foreach (var node in nodes) Assert.False(await KeepAsync(node, person, 129, now));
        Assert.True(await KeepAsync(nodes[0], person, 131, now));
        Assert.Equal(["password 131"], await school.WaitingAsync(person));
    }

    [Fact]
    public async Task A_portal_that_was_restored_from_a_backup_and_counts_anew_is_believed_again()
    {
        var person = await school.TeacherAsync("orestored");
        await school.SignInAsync(person, Person.Password);
        var (passwords, now) = (school.Get<IWorkplacePasswords>(), school.Clock.GetUtcNow());
        Assert.True(await KeepAsync(passwords, person, 50, now));
        Assert.False(await KeepAsync(passwords, person, 7, now.AddMinutes(10)));
        // An event that was given up and is replayed after days happened before.
        Assert.False(await KeepAsync(passwords, person, 49, now.AddSeconds(-1)));
        Assert.Equal(["password 50"], await school.WaitingAsync(person));
        Assert.True(await KeepAsync(passwords, person, 7, now.AddMinutes(10).AddSeconds(1)));
        Assert.Equal(["password 7"], await school.WaitingAsync(person));
        Assert.False(await KeepAsync(passwords, person, 6, now.AddMinutes(11)));
        // A portal of others tells none.
        Assert.True(await KeepAsync(passwords, person, null, now.AddMinutes(11)));
        Assert.False(await KeepAsync(passwords, person, 6, now.AddMinutes(11)));
    }

    private async Task<bool> KeepAsync(IWorkplacePasswords node, Person person, long? version, DateTimeOffset at)
    {
        var message = await node.SealAsync(person.AccountId.ToString(), $"password {version}", default);
        var profile = await school.ProfileAsync(person);
        await using var connection = await school.Service.Source.OpenConnectionAsync();
        return await node.KeepAsync(connection, profile, message!, new PortalPassword(version, at), $"test {Guid.NewGuid()}", default);
    }

    private async Task<bool> IsActivatedAsync(Person person) => await school.QueryAsync<bool>(
        "select exists (select from signin.profile where id = @profile and activated_at is not null)", new { profile = await school.ProfileAsync(person) });

    private async Task<long> CountAsync(string act, Person person) =>
        await school.QueryAsync<long>("select count(*) from kernel.audit where act = @act and subject = @profile", new { act, profile = (await school.ProfileAsync(person)).ToString() });
}
