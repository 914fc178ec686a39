using Aupd.TestKit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests;

/// <summary>Whose account is it? The person's own is adopted, nobody else's ever is, and no second one is made.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class ConflictTests(School school)
{
    private IWorkplaceAccounts Accounts => school.Get<IWorkplaceAccounts>();

    [Fact]
    public async Task An_account_of_the_same_login_and_name_is_the_persons_own_and_keeps_its_identity()
    {
        var id = Plant("cown", ("sn", "Учителева"), ("givenName", "Марина"), ("comment", "Teacher"));
        var person = await school.TeacherAsync("cown");
        await school.ActivateAsync(person);
        var account = await school.AccountAsync(person, "it is adopted and open", a => !a.IsDisabled && a.Groups.Count == 2);
        Assert.Equal(id, account.Id);
        Assert.EndsWith(",OU=Staff,OU=4185,OU=Schools,DC=obr,DC=test", account.Name);
        Assert.Single(school.AccountsOf(await school.ProfileAsync(person)));
    }

    [Fact]
    public async Task A_login_of_somebody_else_waits_for_a_person_who_may_decide_that_it_is_his()
    {
        var id = Plant("cother", ("sn", "Чужая"), ("givenName", "Марина"));
        var person = await school.TeacherAsync("cother");
        await school.ActivateAsync(person);
        var line = await ConflictAsync("cother");
        Assert.Equal((ConflictReason.NameDiffers, "CN=cother,CN=Users,DC=obr,DC=test"), (line.Reason, line.EntryName));
        // Nothing was written to it, and no other was made.
        var account = school.Domain.Account("cother")!;
        Assert.Equal((id, "Чужая", null), (account.Id, account["sn"], account["employeeNumber"]));
        Assert.Empty(school.Domain.AsAdministrator(link => link.Find("(sAMAccountName=cother?*)")));

        await SaysAsync("CN=cother,CN=Users,DC=obr,DC=test", "workplace", "conflicts");
        Assert.False(await Accounts.AdoptAsync("nobody", DirectoryTarget.TargetName, "test", default));
        Assert.True(await Accounts.AdoptAsync("COther", DirectoryTarget.TargetName, "test", default));
        account = await school.AccountAsync(person, "it is taken over", a => a["sn"] == "Учителева" && !a.IsDisabled);
        Assert.Equal(id, account.Id);
        // The directory has it a moment before that is kept here.
        await Eventually.HoldsAsync("it is listed no more", async () => (await Accounts.ConflictsAsync(100, default)).All(c => c.Login != "cother"));
    }

    [Fact]
    public async Task Put_right_in_the_directory_a_conflict_is_over_when_it_is_replayed()
    {
        Plant("cfixed", ("sn", "Чужая"), ("givenName", "Вера"));
        var person = await school.TeacherAsync("cfixed");
        await school.ActivateAsync(person);
        await ConflictAsync("cfixed");
        school.Domain.AsAdministrator(link => link.Set("CN=cfixed,CN=Users,DC=obr,DC=test", [new("sAMAccountName", "vera")]));
        Assert.Equal(1, await Accounts.ReplayAsync("cfixed", "test", default));
        await school.AccountAsync(person, "the account is made and open", a => !a.IsDisabled);
        Assert.NotNull(school.Domain.Account("vera"));
    }

    [Fact]
    public async Task The_domains_own_accounts_are_never_taken_over()
    {
        var person = await school.TeacherAsync("krbtgt");
        await school.ActivateAsync(person);
        Assert.Equal(ConflictReason.Protected, (await ConflictAsync("krbtgt")).Reason);
        Assert.True(await Accounts.AdoptAsync("krbtgt", DirectoryTarget.TargetName, "test", default));
        await Eventually.HoldsAsync("it was looked at again", () => school.QueryAsync<bool>("select d.due_at is null and d.conflict is not null from workplace.delivery d join workplace.account using (profile_id) where login = 'krbtgt'"));
        Assert.Null(school.Domain.Account("krbtgt")!["employeeNumber"]);
    }

    [Fact]
    public async Task Twins_are_listed_with_what_they_share()
    {
        Plant("evann", ("sn", "Эванн"), ("givenName", "Ольга"), ("displayName", "Эванн Ольга"));
        Plant("evann-1", ("sn", "ЭВАНН"), ("givenName", "Ольга"), ("displayName", "Эванн О."));
        Plant("evann-2", ("sn", "Эванн"), ("givenName", "Пётр"));
        var groups = new List<TwinGroup>();
        await foreach (var group in Accounts.TwinsAsync(default)) groups.Add(group);
        var twins = groups.Single(g => g.Accounts.Any(a => a.Login == "evann"));
        Assert.Equal("name and login", twins.Evidence);
        Assert.Equal(["evann", "evann-1"], twins.Accounts.Select(a => a.Login));
        Assert.All(twins.Accounts, a => Assert.False(a.IsManaged));
    }

    [Fact]
    public async Task The_commands_say_what_is_so_and_why_a_directory_cannot_be_used()
    {
        await SaysAsync($"People are searched for below {SambaDomain.Base}.", "workplace", "check");
        await SaysAsync($"employeeNumber has no index: for each new account the directory looks through all it has. With more than a few thousand people set searchFlags of CN=Employee-Number,CN=Schema,CN=Configuration,{SambaDomain.Base} to 1.", "workplace", "check");
        await SaysAsync(" in order, ", "workplace", "state");
        await SaysAsync("Its passwords have at least 8 characters.", "workplace", "check");
        await school.Domain.PolicyAsync("--complexity=on");
        try { await SaysAsync("set SchoolPasswords:MinLength=8 and SchoolPasswords:IsComplex=true", "workplace", "check"); }
        finally { await school.Domain.PolicyAsync("--complexity=off"); }
        await using (var mistyped = school.Program("workplace", "check", "--set", "Workplace:Directory:IdAttribute=employeeNumbre"))
        {
            await mistyped.UntilItSaysAsync("The directory knows no attribute employeeNumbre: see Workplace:Directory:IdAttribute and SnilsAttribute.");
            Assert.Equal(1, await mistyped.ExitAsync());
        }
        await using var program = school.Program("workplace", "check", "--set", $"Workplace:Directory:CaFile={school.Domain.OtherCaFile}");
        await program.UntilItSaysAsync("has signed it");
        Assert.Equal(1, await program.ExitAsync());
    }

    [Fact]
    public async Task The_key_to_which_passwords_are_encrypted_is_published_without_its_private_part()
    {
        using var http = new HttpClient();
        var published = await http.GetByteArrayAsync(school.Service.SchoolUrl + "/workplace/keys");
        var key = Kernel.Jose.SealedPassword.KeyOf(published)!;
        Assert.False(key.HasPrivatePart);
        Assert.Equal(key.Kid, (await school.Get<Workplace.Passwords.PasswordKeys>().CurrentAsync(default)).Kid);
    }

    private async Task SaysAsync(string text, params string[] command)
    {
        await using var program = school.Program(command);
        await program.UntilItSaysAsync(text);
        Assert.Equal(0, await program.ExitAsync());
    }

    private Task<ConflictLine> ConflictAsync(string login) =>
        Eventually.GetAsync($"the conflict of {login} is listed", async () => (await Accounts.ConflictsAsync(100, default)).SingleOrDefault(c => c.Login == login));

    // As an administrator made it by hand, years ago.
    private Guid Plant(string login, params (string Name, string Value)[] values)
    {
        school.Domain.AsAdministrator(link => link.Add($"CN={login},CN=Users,{SambaDomain.Base}", "user",
            values.Select(v => KeyValuePair.Create<string, string?>(v.Name, v.Value)).Append(new("sAMAccountName", login))));
        return school.Domain.Account(login)!.Id;
    }
}
