using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Support;

/// <summary>The portal and its worker with a clock that stands still and cheap hashes; one per test class. People differ by their numbers, so that
/// the tests
/// of a class do not meet.</summary>
public class PortalSite : IAsyncLifetime
{
    public const string Password = "три зелёных чайника";
    private static int _people;

    public RunningService Service { get; private set; } = null!;
    public FakeClock Clock { get; } = new();
    public string Url => Service.PortalUrl;

    protected virtual Dictionary<string, string?> Settings =>
        new() { ["Portal:Hashing:MemoryKiB"] = "8192", ["Portal:Hashing:Passes"] = "1" };

    public async Task InitializeAsync() => Service = await RunningService.StartAsync(Settings, Clock, isPortalAlone: true);

    public async Task DisposeAsync() => await Service.DisposeAsync();

    public Browser NewBrowser() => new(Url);

    public AsyncServiceScope Scope() => Service.Portal.Services.CreateAsyncScope();

    internal T Get<T>() where T : notnull => Service.Portal.Services.GetRequiredService<T>();

    /// <summary>An account of its own phone, e-mail, login and confirmed СНИЛС.</summary>
    public async Task<Person> NewPersonAsync(Func<NewAccount, NewAccount>? change = null)
    {
        var n = Interlocked.Increment(ref _people);
        var person = new Person(Guid.CreateVersion7(), $"+7916{n:D7}", $"person{n}@mail.example", $"person{n}",
            Snils($"{n + 200_000_000}"));
        var order = new NewAccount(PersonName.TryCreate("Иванова", "Мария", "Петровна")!, Kernel.People.Snils.TryParse(person.Snils), true,
            Phone.TryParse(person.Phone),
            Email.TryParse(person.Email), new DateOnly(1985, 3, 8), person.Login, Password, null, person.Id);
        // A gate of little patience may refuse the hash while its thread wakes up.
        var outcome = await Eventually.GetAsync("an account whose hash was let in", async () =>
        {
            await using var scope = Scope();
            var made = await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(change is null ? order : change(order), "test");
            return made is CreateAccountOutcome.Busy ? null : made;
        });
        Assert.IsType<CreateAccountOutcome.Created>(outcome);
        return person;
    }

    public async Task<Browser> SignedInAsync(Person person, string password = Password)
    {
        var browser = await NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", person.Login), ("Password", password));
        Assert.Equal("/profile", browser.Location?.AbsolutePath);
        return browser;
    }

    /// <summary>One try at the form; the status of the answer.</summary>
    public async Task<int> TryAsync(Browser browser, string login, string password)
    {
        await browser.GetAsync("/login?again=true");
        await browser.SubmitAsync(("Login", login), ("Password", password));
        return (int)browser.Status;
    }

    public async Task<T?> AskAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Service.Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    public static string Snils(string nineDigits)
    {
        var sum = nineDigits.Select((d, i) => (d - '0') * (9 - i)).Sum();
        return $"{nineDigits}{sum % 101 % 100:D2}";
    }
}

public sealed record Person(Guid Id, string Phone, string Email, string Login, string Snils);
