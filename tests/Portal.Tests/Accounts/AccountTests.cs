using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Accounts;

public sealed class AccountTests(PortalSite site) : IClassFixture<PortalSite>
{
    private static readonly PersonName Name = PersonName.TryCreate("Смирнова", "Анна", "Игоревна")!;

    [Fact]
    public async Task An_account_made_twice_is_one()
    {
        var order = new NewAccount(Name, Phone: Phone.TryParse("+79170000001"), Login: "twice", Password: PortalSite.Password,
            Id: Guid.CreateVersion7());
        Assert.Equal(new CreateAccountOutcome.Created(order.Id!.Value), await CreateAsync(order));
        Assert.Equal(new CreateAccountOutcome.AlreadyThere(order.Id.Value), await CreateAsync(order));
    }

    [Fact]
    public async Task Thirty_who_race_for_one_phone_get_one_account()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ =>
            CreateAsync(new NewAccount(Name, Phone: Phone.TryParse("8 917 000-00-02")))));
        Assert.Single(outcomes.OfType<CreateAccountOutcome.Created>());
        Assert.Equal(29, outcomes.Count(o => o is CreateAccountOutcome.Taken { What: "phone" }));
    }

    [Fact]
    public async Task Every_identifier_of_another_is_named_as_taken()
    {
        var person = await site.NewPersonAsync(a => a with { MadeFromRecordId = "record-1" });
        Assert.Equal(new CreateAccountOutcome.Taken("phone"), await CreateAsync(new NewAccount(Name, Phone: Phone.TryParse(person.Phone))));
        Assert.Equal(new CreateAccountOutcome.Taken("email"),
            await CreateAsync(new NewAccount(Name, Email: Email.TryParse(person.Email.ToUpperInvariant()))));
        Assert.Equal(new CreateAccountOutcome.Taken("login"),
            await CreateAsync(new NewAccount(Name, Login: person.Login.ToUpperInvariant())));
        Assert.Equal(new CreateAccountOutcome.Taken("snils"),
            await CreateAsync(new NewAccount(Name, Snils.TryParse(person.Snils), SnilsConfirmed: true)));
        Assert.Equal(new CreateAccountOutcome.Taken("record"), await CreateAsync(new NewAccount(Name, MadeFromRecordId: "record-1")));
        Assert.IsType<CreateAccountOutcome.Created>(
            await CreateAsync(new NewAccount(Name, Snils.TryParse(person.Snils), SnilsConfirmed: false)));
        Assert.Equal(new CreateAccountOutcome.LoginUnusable(), await CreateAsync(new NewAccount(Name, Login: "иванов иван")));
        Assert.Equal(new CreateAccountOutcome.PasswordRefused("too-short"), await CreateAsync(new NewAccount(Name, Password: "short")));
    }

    [Fact]
    public async Task An_account_is_found_by_every_name_it_has()
    {
        var person = await site.NewPersonAsync();
        await using var scope = site.Scope();
        var accounts = scope.ServiceProvider.GetRequiredService<IAccounts>();
        foreach (var name in new[] { person.Id.ToString(), person.Login, person.Phone, "8" + person.Phone[2..], person.Email,
            person.Snils })
            Assert.Equal(person.Id, (await accounts.FindAsync(name))?.Id);
        Assert.Null(await accounts.FindAsync("nobody-at-all"));
        Assert.False(await accounts.DisableAsync(Guid.CreateVersion7(), "test"));
        Assert.False(await accounts.EnableAsync(Guid.CreateVersion7(), "test"));
    }

    [Fact]
    public async Task A_confirmed_snils_has_one_holder_however_many_race_for_it()
    {
        var snils = Snils.TryParse(PortalSite.Snils("456789012"))!;
        var people = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            site.NewPersonAsync(a => a with { Snils = snils, SnilsConfirmed = false, Password = null })));
        var outcomes = await Task.WhenAll(people.Select(p => SetAsync(p.Id, new IdentifierChange.SnilsConfirmed(snils))));
        Assert.Single(outcomes.OfType<SetIdentifierOutcome.Changed>());
        Assert.Equal(19, outcomes.OfType<SetIdentifierOutcome.Taken>().Count());
    }

    [Fact]
    public async Task Changes_of_one_account_at_once_all_stand()
    {
        var person = await site.NewPersonAsync();
        IdentifierChange[] changes =
        [
            new IdentifierChange.OfPhone(Phone.TryParse("+79180000001")), new IdentifierChange.OfEmail(Email.TryParse("all@stand.example")),
            new IdentifierChange.OfBirthDate(new DateOnly(1990, 1, 2)), new IdentifierChange.OfName(Name),
        ];
        Assert.All(await Task.WhenAll(changes.Select(c => SetAsync(person.Id, c))), o => Assert.IsType<SetIdentifierOutcome.Changed>(o));
        Assert.All(await Task.WhenAll(changes.Select(c => SetAsync(person.Id, c))), o => Assert.IsType<SetIdentifierOutcome.Unchanged>(o));
        await using var scope = site.Scope();
        var account = (await scope.ServiceProvider.GetRequiredService<AccountStore>().FindAsync(person.Id, default))!;
        Assert.Equal(("+79180000001", "all@stand.example", new DateOnly(1990, 1, 2), Name.Key),
            (account.Phone?.E164, account.Email?.Address, account.BirthDate!.Value, account.Name.Key));
    }

    [Fact]
    public async Task Only_the_snils_that_stands_on_the_account_is_confirmed()
    {
        var person = await site.NewPersonAsync(a => a with { SnilsConfirmed = false });
        var other = Snils.TryParse(PortalSite.Snils("567890123"))!;
        Assert.IsType<SetIdentifierOutcome.NotTheOneEntered>(await SetAsync(person.Id, new IdentifierChange.SnilsConfirmed(other)));
        Assert.IsType<SetIdentifierOutcome.NoAccount>(await SetAsync(Guid.CreateVersion7(), new IdentifierChange.OfPhone(null)));
    }

    [Fact]
    public async Task The_table_shows_no_phone_email_snils_birth_date_or_password()
    {
        var person = await site.NewPersonAsync();
        await using var connection = await site.Service.Source.OpenConnectionAsync();
        var row = await connection.ExecuteScalarAsync<string>("select (a.*)::text from portal.account a where id = @Id", new { person.Id });
        var hex = new[] { person.Phone, person.Email, person.Snils, "1985-03-08", PortalSite.Password }.Select(v =>
            Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(v)));
        foreach (var value in hex.Concat([person.Phone[1..], person.Email, person.Snils, "1985-03-08",
            PortalSite.Password])) Assert.DoesNotContain(value, row);
        Assert.Contains("$argon2id$", row);
    }

    private async Task<CreateAccountOutcome> CreateAsync(NewAccount order)
    {
        await using var scope = site.Scope();
        return await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(order, "test");
    }

    private async Task<SetIdentifierOutcome> SetAsync(Guid id, IdentifierChange change)
    {
        await using var scope = site.Scope();
        return await scope.ServiceProvider.GetRequiredService<SetIdentifier>().RunAsync(id, change, "test");
    }
}
