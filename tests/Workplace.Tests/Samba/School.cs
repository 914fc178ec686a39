using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Portal.Doors;
using Aupd.Registries.Doors;
using Aupd.TestKit;
using Aupd.Workplace.ActiveDirectory;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Tests.Samba;

/// <summary>Somebody with a portal account and a record in the registries.</summary>
public sealed record Person(Guid AccountId, string RecordId, string Phone, string Login)
{
    public const string Password = "три зелёных чайника";
}

/// <summary>The whole service over a region that tests add people to, and a real directory behind a gate.</summary>
public class School : IAsyncLifetime
{
    private const string Zao = "4185", Sao = "653";
    private readonly string _folder = Directory.CreateTempSubdirectory("aupd-region").FullName;
    private readonly Dictionary<string, string> _staff = [], _pupils = [];
    private readonly SemaphoreSlim _importing = new(1, 1);
    private int _people;

    public SambaDomain Domain { get; } = new();
    public Gate Gate { get; } = new();
    /// <summary>Begins now: a test starts the program as a process, whose clock is the machine's.</summary>
    public FakeClock Clock { get; } = new(TimeProvider.System.GetUtcNow());
    public RunningService Service { get; private set; } = null!;
    /// <summary>For measuring: the clock of the tests stands still.</summary>
    public bool IsByTheMachinesClock { get; init; }

    public virtual async Task InitializeAsync()
    {
        var settings = await BeginFarSideAsync();
        settings["Portal:Hashing:MemoryKiB"] = "8192";
        settings["Portal:Hashing:Passes"] = "1";
        // Workers of several nodes share it here: each holds one for every delivery under way, and those of the portal wait for the gateway meanwhile.
        settings["Database:MaxConnections"] = "60";
        // Tests begin it themselves, whatever the hour.
        settings["Workplace:Reconcile:IsNightly"] = "false";
        if (IsByTheMachinesClock) settings["Logging:LogLevel:Default"] = "Error";
        Service = await RunningService.StartAsync(settings, IsByTheMachinesClock ? null : Clock);
    }

    public virtual async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await Gate.DisposeAsync();
        await EndFarSideAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What accounts are carried to, and the settings by which it is reached; a directory, unless a school has something else.</summary>
    protected virtual async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        await Domain.InitializeAsync();
        return Domain.Settings(Gate.Port);
    }

    protected virtual Task EndFarSideAsync() => Domain.DisposeAsync();

    protected virtual Dictionary<string, string?> ProgramSettings() => Domain.Settings();

    /// <summary>Back to the machine's time, or a little ahead of it, after a test that has moved the clock.</summary>
    public void SetClock(TimeSpan ahead = default) => Clock.Advance(TimeProvider.System.GetUtcNow() + ahead - Clock.GetUtcNow());

    /// <summary>A command of the program with the settings of <see cref="Program"/>, in this process; what it ends with, and what it says.</summary>
    public Task<(int Code, string Said)> CommandAsync(params string[] words) => TestCommand.RunAsync(Service.Shared.Configuration["Database:ConnectionString"]!,
        [.. ProgramSettings().SelectMany(s => new[] { "--set", $"{s.Key}={s.Value}" }), .. new[] { "Sites:SchoolPort", "Sites:PortalPort", "Sites:DemoPort" }
            .SelectMany(s => new[] { "--set", $"{s}={Service.Shared.Configuration[s]}" }), .. words]);

    /// <summary>The program as a process of its own, over the same database and the same directory without the gate, and under the same addresses: a
    /// worker registers the gateway with the portal anew.</summary>
    public ProgramProcess Program(params string[] arguments)
    {
        var settings = ProgramSettings();
        foreach (var name in new[] { "Secrets:MasterKey", "Database:ConnectionString", "Sites:SchoolPort", "Sites:PortalPort", "Sites:DemoPort" })
            settings[name] = Service.Shared.Configuration[name];
        return ProgramProcess.Start(settings.ToDictionary(s => "AUPD_" + s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!), arguments);
    }

    internal T Get<T>() where T : notnull => Service.School.Services.GetRequiredService<T>();

    /// <param name="login">In the journal; the issued one is the same.</param>
    public Task<Person> TeacherAsync(string login, string last = "Учителева", string first = "Марина", string? middle = "Викторовна") =>
        AddAsync(login, last, first, middle, (record, snils, _) => _staff[record] = $"{record};{Zao};{Csv(last)};{Csv(first)};{Csv(middle)};{snils};учитель физики;yes;2020-09-01;{login}");

    public Task<Person> PupilAsync(string login, string last = "Школьникова", string first = "Аня", string? middle = "Петровна") =>
        AddAsync(login, last, first, middle, (record, _, phone) => _pupils[record] = $"{record};{Zao};5А;{Csv(last)};{Csv(first)};{Csv(middle)};2012-05-17;{phone};{login}");

    /// <summary>Changes a record and imports: another school, class, position.</summary>
    public Task ChangeAsync(Person person, string from, string to) => ImportAsync(() =>
    {
        foreach (var records in new[] { _staff, _pupils })
            if (records.TryGetValue(person.RecordId, out var row)) records[person.RecordId] = row.Replace(from, to, StringComparison.Ordinal);
    });

    public Task MoveAsync(Person person) => ChangeAsync(person, $";{Zao};", $";{Sao};");

    public Task DismissAsync(Person person) => ChangeAsync(person, ";2020-09-01;", ";2090-09-01;");

    public Task ReturnAsync(Person person) => ChangeAsync(person, ";2090-09-01;", ";2020-09-01;");

    /// <summary>Through the start page and the portal to an activated login.</summary>
    public async Task<Browser> ActivateAsync(Person person)
    {
        var browser = await SignInAsync(person, Person.Password);
        Assert.Equal("/activate", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal("/activated", browser.Url.AbsolutePath);
        return browser;
    }

    public async Task<Browser> SignInAsync(Person person, string password)
    {
        var browser = new Browser(Service.SchoolUrl);
        await browser.GetAsync(Service.SchoolUrl + "/signin/start");
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", person.Phone), ("Password", password));
        return await browser.FollowAsync();
    }

    /// <summary>At the portal's page on which a password is changed.</summary>
    public async Task<Browser> AtPasswordAsync(Person person, string password)
    {
        var browser = new Browser(Service.PortalUrl);
        await browser.GetAsync(Service.PortalUrl + "/login?return=%2Fprofile%2Fpassword");
        await browser.SubmitAsync(("Login", person.Phone), ("Password", password));
        await browser.FollowAsync();
        await browser.GetAsync(Service.PortalUrl + "/profile/password");
        return browser;
    }

    public async Task ChangePasswordAsync(Person person, string from, string to)
    {
        using var browser = await AtPasswordAsync(person, from);
        await browser.SubmitAsync(("Old", from), ("New", to));
        await browser.FollowAsync();
        Assert.NotEqual("/profile/password", browser.Url.AbsolutePath);
    }

    /// <summary>As <see cref="Eventually"/>, and what the workers would do after a pause they do at once.</summary>
    public Task<T> SoonAsync<T>(string what, Func<Task<T?>> look) where T : class
    {
        var looks = 0;
        return Eventually.GetAsync(what, () =>
        {
            if (++looks % 10 == 0) Clock.Hurry();
            return look();
        });
    }

    /// <inheritdoc cref="SoonAsync{T}"/>
    public Task SoonAsync(string what, Func<Task<bool>> holds) => SoonAsync(what, async () => await holds() ? what : null);

    /// <summary>The account, once it is as it should be.</summary>
    internal Task<Entry> AccountAsync(Person person, string what, Func<Entry, bool> isSo) =>
        Eventually.GetAsync(what, () => Task.FromResult(Domain.Account(person.Login) is { } entry && isSo(entry) ? entry : null));

    internal IReadOnlyList<Entry> AccountsOf(Guid profileId) => Domain.AsAdministrator(link => link.Find($"(employeeNumber={profileId})"));

    public Task<Guid> ProfileAsync(Person person) => QueryAsync<Guid>(
        "select p.id from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @subject", new { subject = person.AccountId.ToString() });

    /// <summary>What the copy of the person's data says of accounts at work.</summary>
    public Task<string> CopyAsync(Person person) => CopyAsync<Workplace.People.AccountPart>(person);

    /// <summary>What one part of that copy says.</summary>
    internal async Task<string> CopyAsync<TPart>(Person person)
    {
        var part = Service.School.Services.GetServices<IPersonalDataPart>().Single(p => p.GetType() == typeof(TPart));
        using var memory = new MemoryStream();
        await using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            await using var scope = Service.School.Services.CreateAsyncScope();
            await part.WriteAsync(new DataOwner(Guid.Empty, person.AccountId.ToString(), null),
                new PersonalDataWriter(json, scope.ServiceProvider.GetRequiredService<Language>(), TimeZoneInfo.Utc), default);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    public async Task<T> QueryAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Service.Source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, values))!;
    }

    private async Task<Person> AddAsync(string login, string last, string first, string? middle, Action<string, string, string> addRecord)
    {
        var number = Interlocked.Increment(ref _people);
        // Numbers up to 001-001-998 carry no checksum.
        var snils = string.Create(CultureInfo.InvariantCulture, $"{number:D9}00");
        var person = new Person(Guid.CreateVersion7(), $"r{number}", $"+7916{number:D7}", login);
        await ImportAsync(() => addRecord(person.RecordId, snils, person.Phone));
        await using var scope = Service.Portal.Services.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<IAccounts>().CreateAsync(new NewAccount(
            PersonName.TryCreate(last, first, middle)!, Snils.TryParse(snils), SnilsConfirmed: true, Phone.TryParse(person.Phone), Password: Person.Password, Id: person.AccountId), "test");
        Assert.IsType<CreateAccountOutcome.Created>(outcome);
        return person;
    }

    private async Task ImportAsync(Action change)
    {
        await _importing.WaitAsync();
        try
        {
            change();
            await WriteAsync("organisations.csv", "nsi_id;ekis_id;short_name;founder;district;kind;activation",
                [$"{Zao};12852;\"ГБОУ Школа № 856, \"\"Лучик\"\"\";;zao;state;", $"{Sao};13107;ГАОУ ДПО ТемоЦентр;;sao;state;"]);
            await WriteAsync("staff.csv", "record_id;org_nsi_id;last_name;first_name;middle_name;snils;position;teacher;start_date;journal_login", _staff.Values);
            await WriteAsync("pupils.csv", "record_id;org_nsi_id;class;last_name;first_name;middle_name;birth_date;phone;journal_login", _pupils.Values);
            await WriteAsync("guardians.csv", "record_id;pupil_record_id;last_name;first_name;middle_name;email", []);
            var outcome = await Get<IImport>().RunAsync(new ImportOrder(_folder, false, AllowLargeRemoval: true, false, "test"), new Progress<string>(), default);
            Assert.Equal(0, Assert.IsType<ImportOutcome.Applied>(outcome).AsideRows);
            Clock.Hurry();
        }
        finally { _importing.Release(); }
    }

    private Task WriteAsync(string file, string header, IEnumerable<string> rows) => File.WriteAllLinesAsync(Path.Combine(_folder, file), rows.Prepend(header));

    private static string Csv(string? text) => text is null ? "" : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
