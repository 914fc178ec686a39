using System.Globalization;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Registries.Doors;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests;

/// <summary>Someone of the test region: a portal account, and records in the registries of its kind.</summary>
internal sealed record Person(Guid AccountId, string Surname, string Phone, string Email, string Snils)
{
    public const string Password = "три зелёных чайника";
}

/// <summary>The whole service with a small region, demo services as its clients, and a clock that stands still; one per test class. Tests take people
/// of their own by number, so that they do not meet.</summary>
public class GatewaySite : IAsyncLifetime
{
    private const int PeopleOfAKind = 20;
    private const string Letters = "абвгдежзиклмнопрстуф";
    private readonly string _folder = Directory.CreateTempSubdirectory("aupd-region").FullName;

    public RunningService Service { get; private set; } = null!;
    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 9, 1, 5, 30, 0, TimeSpan.Zero));

    protected virtual Dictionary<string, string?> Settings => new()
    {
        ["Portal:Hashing:MemoryKiB"] = "8192", ["Portal:Hashing:Passes"] = "1", ["SignIn:OldEntranceUrl"] = "https://old.example/",
        ["OpenId:ClientsFile"] = Path.Combine(AppContext.BaseDirectory, "demo", "clients.json"),
    };

    /// <summary>More lines of pupils.csv and guardians.csv for each number.</summary>
    protected virtual IEnumerable<string> MorePupils(int i) => [];
    protected virtual IEnumerable<string> MoreGuardians(int i) => [];

    public async Task InitializeAsync()
    {
        Service = await RunningService.StartAsync(Settings, Clock);
        await ImportAsync(_ => true);
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal T Get<T>() where T : notnull => Service.School.Services.GetRequiredService<T>();

    public Browser NewBrowser() => new(Service.SchoolUrl);

    /// <summary>Imports the region anew, without the records that are left out.</summary>
    internal async Task ImportAsync(Func<string, bool> keeps)
    {
        await WriteAsync("organisations.csv", "nsi_id;ekis_id;short_name;founder;district;kind;activation", keeps,
            ["4185;12852;ГБОУ Школа № 856;;zao;state;", "653;13107;ГАОУ ДПО ТемоЦентр;;sao;state;", "9999;9;Частная школа Лучик;;zao;private;"]);
        var numbers = Enumerable.Range(0, PeopleOfAKind).ToList();
        await WriteAsync("staff.csv", "record_id;org_nsi_id;last_name;first_name;middle_name;snils;position;teacher;start_date;journal_login", keeps,
        [
            .. numbers.Select(i => $"t{i};4185;{Surname("Учителев", i)};Марина;Викторовна;{SnilsOf(1, i)};учитель;yes;2020-09-01;teacher_{i}"),
            .. numbers.Select(i => $"b{i};653;{Surname("Орлов", i)};Марина;Викторовна;{SnilsOf(2, i)};учитель;yes;2020-09-01;orlov.{i}"),
            .. numbers.Select(i => $"v{i};9999;{Surname("Частный", i)};Марина;Викторовна;{SnilsOf(3, i)};учитель;yes;2020-09-01;"),
        ]);
        await WriteAsync("pupils.csv", "record_id;org_nsi_id;class;last_name;first_name;middle_name;birth_date;phone;journal_login", keeps,
            [.. numbers.Select(i => $"p{i};{SchoolAndClass(i)};{Surname("Школьников", i)};Марина;Викторовна;2012-05-17;{PhoneOf(4, i)};"), .. numbers.SelectMany(MorePupils)]);
        await WriteAsync("guardians.csv", "record_id;pupil_record_id;last_name;first_name;middle_name;email", keeps,
        [
            .. numbers.Select(i => $"g{i};p{i};{Surname("Родителев", i)};Марина;Викторовна;{EmailOf(5, i)}"),
            .. numbers.Select(i => $"o{i};p{i};{Surname("Орлов", i)};Марина;Викторовна;{EmailOf(2, i)}"),
            .. numbers.SelectMany(MoreGuardians),
        ]);
        var outcome = await Get<IImport>().RunAsync(new ImportOrder(_folder, false, AllowLargeRemoval: true, false, "test"), new Progress<string>(), default);
        Assert.IsType<ImportOutcome.Applied>(outcome);
        Clock.Hurry();
    }

    /// <summary>Where the pupil of this number learns.</summary>
    private protected virtual string SchoolAndClass(int pupil) => "4185;5А";

    internal Task<Person> TeacherAsync(int i, bool snilsConfirmed = true) => AccountAsync("Учителев", 1, i, snilsConfirmed);
    internal Task<Person> TeacherWhoIsParentAsync(int i) => AccountAsync("Орлов", 2, i);
    internal Task<Person> PrivateTeacherAsync(int i) => AccountAsync("Частный", 3, i);
    internal Task<Person> PupilAsync(int i) => AccountAsync("Школьников", 4, i);
    internal Task<Person> ParentAsync(int i) => AccountAsync("Родителев", 5, i);
    internal Task<Person> StrangerAsync(int i) => AccountAsync("Прохожий", 6, i);

    /// <summary>From the start page through the portal to wherever the gateway leads; stops there without following out of the gateway.</summary>
    internal async Task<Browser> SignInAsync(Person person, Browser? browser = null, string? from = null)
    {
        browser ??= NewBrowser();
        await browser.GetAsync(from ?? Service.SchoolUrl + "/signin/start");
        await browser.FollowAsync();
        if (browser.Url.AbsolutePath != "/login") return browser;
        await browser.SubmitAsync(("Login", person.Phone), ("Password", Person.Password));
        return await browser.FollowAsync();
    }

    /// <summary>Signed in and activated.</summary>
    internal async Task<Browser> ActivatedAsync(Person person)
    {
        var browser = await SignInAsync(person);
        Assert.Equal("/activate", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal("/activated", browser.Url.AbsolutePath);
        return browser;
    }

    internal async Task<T?> QueryAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Service.Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T?>(sql, values);
    }

    private async Task<Person> AccountAsync(string stem, int kind, int i, bool snilsConfirmed = true)
    {
        var person = new Person(Guid.CreateVersion7(), Surname(stem, i), PhoneOf(kind, i), EmailOf(kind, i), SnilsOf(kind, i));
        await using var scope = Service.Portal.Services.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(new NewAccount(
            PersonName.TryCreate(person.Surname, "Марина", "Викторовна")!, Snils.TryParse(person.Snils), snilsConfirmed, Phone.TryParse(person.Phone),
            Email.TryParse(person.Email), new DateOnly(kind == 4 ? 2012 : 1980, 5, 17), Password: Person.Password, Id: person.AccountId), "test");
        Assert.IsType<CreateAccountOutcome.Created>(outcome);
        return person;
    }

    private Task WriteAsync(string file, string header, Func<string, bool> keeps, IEnumerable<string> rows) =>
        File.WriteAllLinesAsync(Path.Combine(_folder, file), rows.Where(r => keeps(r.Split(';')[0])).Prepend(header));

    protected static string Surname(string stem, int i) => stem + Letters[i];
    private static string PhoneOf(int kind, int i) => $"+7916{kind:D3}{i:D4}";
    protected static string EmailOf(int kind, int i) => $"person{kind}-{i}@mail.example";

    // Numbers up to 001-001-998 carry no checksum.
    private static string SnilsOf(int kind, int i) => string.Create(CultureInfo.InvariantCulture, $"{kind * 1000 + i:D9}00");
}
