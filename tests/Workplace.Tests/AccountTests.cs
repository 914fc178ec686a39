using Aupd.Portal.Doors;
using Aupd.TestKit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.DependencyInjection;

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

    [Fact]
    public async Task A_pupil_stands_in_the_group_of_the_class_and_follows_it_to_the_next_and_to_another_school()
    {
        var person = await school.PupilAsync("apupil");
        await school.ActivateAsync(person);
        var first = await school.AccountAsync(person, "the account is in the group of 5А", a => a.Groups.Count == 2 && a.Groups.Any(g => g.StartsWith("CN=class-4185-5А,", StringComparison.Ordinal)));
        Assert.Equal(("5А", null), (first["title"], first["comment"]));

        await school.ChangeAsync(person, ";5А;", ";6Б;");
        await school.AccountAsync(person, "the group of the next class in the place of the old", a =>
            a["title"] == "6Б" && a.Groups.Count == 2 && a.Groups.Any(g => g.StartsWith("CN=class-4185-6Б,", StringComparison.Ordinal)));

        await school.MoveAsync(person);
        var moved = await school.AccountAsync(person, "the groups of the other school alone", a => a.Groups.Count == 2 && a.Groups.Any(g => g.StartsWith("CN=class-653-6Б,", StringComparison.Ordinal)));
        Assert.EndsWith(",OU=Pupils,OU=653,OU=Schools,DC=obr,DC=test", moved.Name);
        Assert.Equal((first.Id, "apupil@sao.obr.test"), (moved.Id, moved["userPrincipalName"]));
        Assert.True(school.Domain.BindOpens(moved.Name, Person.Password));
    }

    [Fact]
    public async Task Who_is_dismissed_is_let_in_nowhere_and_revived_on_return_and_removed_after_the_term()
    {
        var person = await school.TeacherAsync("aleaver");
        await school.ActivateAsync(person);
        var first = await school.AccountAsync(person, "the account is open", a => !a.IsDisabled);
        await school.DismissAsync(person);
        var left = await school.AccountAsync(person, "it is closed and moved", a => a.IsDisabled && a.Name.Contains(",OU=Left,", StringComparison.Ordinal) && a.Groups.Count == 0);
        Assert.Equal(first.Id, left.Id);
        Assert.False(school.Domain.BindOpens(left.Name, Person.Password));
        Assert.False(await school.Domain.KinitOpensAsync(person.Login, Person.Password));
        Assert.False(await school.Domain.SmbOpensAsync(person.Login, Person.Password));

        await school.ReturnAsync(person);
        var back = await school.AccountAsync(person, "it is open again", a => !a.IsDisabled && a.Name.Contains(",OU=Staff,", StringComparison.Ordinal) && a.Groups.Count == 2);
        Assert.Equal(first.Id, back.Id);
        Assert.True(await school.Domain.KinitOpensAsync(person.Login, Person.Password));

        await school.DismissAsync(person);
        await school.AccountAsync(person, "it is closed again", a => a.IsDisabled && a.Name.Contains(",OU=Left,", StringComparison.Ordinal));
        await Eventually.HoldsAsync("that is kept", () => school.QueryAsync<bool>("select d.delivered_version = d.version from workplace.delivery d join workplace.account using (profile_id) where login = @Login", new { person.Login }));
        school.Clock.Advance(TimeSpan.FromDays(179));
        Assert.NotNull(school.Domain.Account(person.Login));
        school.Clock.Advance(TimeSpan.FromDays(2));
        await Eventually.HoldsAsync("it is removed after its term", () => school.Domain.Account(person.Login) is null);
        school.SetClock();
    }

    [Fact]
    public async Task An_account_that_was_closed_at_the_portal_is_closed_in_the_directory_until_it_is_opened()
    {
        var person = await school.TeacherAsync("aclosed");
        await school.ActivateAsync(person);
        await school.AccountAsync(person, "the account is open", a => !a.IsDisabled);
        await using (var scope = school.Service.Portal.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.AccountId, "test"));
        await school.AccountAsync(person, "it is closed", a => a.IsDisabled);
        await using (var scope = school.Service.Portal.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<IAccounts>().EnableAsync(person.AccountId, "test"));
        var open = await school.AccountAsync(person, "it is open again", a => !a.IsDisabled && a.Name.Contains(",OU=Staff,", StringComparison.Ordinal));
        Assert.True(school.Domain.BindOpens(open.Name, Person.Password));
    }

    [Theory]
    [InlineData("aodd1", "О’Коннор, \"Младшая\"", "#Анна+Мария=Ева", "Ильи<>нична;\\")]
    [InlineData("aodd2", " Звёздочкина*(1)", "Ёлка🎄", null)]
    [InlineData("aodd3", "Бесконечно-Длиннофамильная-Сверхобыкновенная-Переименованная-Трижды-Подряд👩‍👩‍👧‍👦", "Ян", "Янович")]
    public async Task Whatever_stands_in_a_name_is_one_value_of_one_account(string login, string last, string first, string? middle)
    {
        var person = await school.TeacherAsync(login, last, first, middle);
        await school.ActivateAsync(person);
        var account = await school.AccountAsync(person, "the account is open", a => !a.IsDisabled);
        Assert.Equal($"{last.Trim()} {first} {middle}".Trim(), account["displayName"]);
        Assert.Equal(first, account["givenName"]);
        Assert.StartsWith(account["sn"]!, last.Trim(), StringComparison.Ordinal);
        Assert.True(account["sn"]!.Length <= 64);
        Assert.True(await school.Domain.KinitOpensAsync(login, Person.Password));
    }
}
