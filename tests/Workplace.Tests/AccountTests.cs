using Aupd.TestKit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests;

/// <summary>Accounts in a real directory follow what is so of people.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class AccountTests(School school)
{
    [Fact]
    public async Task A_teacher_who_is_activated_has_an_account_with_name_school_position_groups_and_the_comment()
    {
        var person = await school.TeacherAsync("mteacher");
        await school.ActivateAsync(person);
        var account = await school.AccountAsync(person, "the account is there", _ => true);
        Assert.Equal("mteacher@zao.obr.test", account["userPrincipalName"]);
        Assert.Equal("Учителева Марина Викторовна", account["displayName"]);
        Assert.Equal(("Марина", "Учителева"), (account["givenName"], account["sn"]));
        Assert.Equal(("ГБОУ Школа № 856, \"Лучик\"", "учитель физики", EntryTemplate.Teacher), (account["department"], account["title"], account["comment"]));
        Assert.EndsWith(",OU=Staff,OU=4185,OU=Schools,DC=obr,DC=test", account.Name);
        Assert.Equal((await school.ProfileAsync(person)).ToString(), account["employeeNumber"]);
        account = await school.AccountAsync(person, "it is in its groups", a => a.Groups.Count == 2);
        Assert.Equal(["CN=staff-4185,OU=Groups,OU=Schools,DC=obr,DC=test", "CN=teachers-4185,OU=Groups,OU=Schools,DC=obr,DC=test"], account.Groups.Order(StringComparer.Ordinal));
    }
}
