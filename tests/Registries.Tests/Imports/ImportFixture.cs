using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Accounts;
using Aupd.Registries.Doors;
using Aupd.Registries.Imports;
using Aupd.Registries.Rematching;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.Registries.Tests.Imports;

/// <summary>A database of its own, the registries module over it, and a folder with the files of a small region.</summary>
internal sealed class ImportFixture : IAsyncDisposable
{
    private ImportFixture(string connectionString, FakeClock clock)
    {
        ConnectionString = connectionString;
        Source = NpgsqlDataSource.Create(connectionString);
        Hot = new HotPath(new NpgsqlConnectionStringBuilder(connectionString));
        Clock = clock;
        Folder = Directory.CreateTempSubdirectory("aupd-import-").FullName;
    }

    public string ConnectionString { get; }
    public NpgsqlDataSource Source { get; }
    public HotPath Hot { get; }
    public FakeClock Clock { get; }
    public Sealer Sealer { get; } = new(new byte[Sealer.MasterKeyLength]);
    public RegistriesSettings Settings { get; set; } = new();
    public string Folder { get; }
    public List<string> Said { get; } = [];

    public static async Task<ImportFixture> NewAsync() =>
        new(await TestPostgres.NewDatabaseAsync(), new FakeClock());

    public AuditTrail Audit => new(Source, Clock);

    public FactLog Facts => new([new FactRoute(RolesChanged.Topic, "tests.receiver")], Clock);

    public RegionDay Day => new(new RegionSettings(), Clock);

    private CompareAccounts Compare => new(Facts, Audit, Clock, Day);

    public MatchAccount Matching => new(Hot, new SettledVerdicts(Hot, Day), new KeptAccounts(Sealer), Compare, Audit, Day);

    public RematchWorker Worker => new(new SpreadChanges(Source, Clock, Day), new RematchTouched(Source, Compare, Facts, Settings), Settings, Clock, NullLogger<RematchWorker>.Instance);

    public RunImport Import => new(Source, Sealer, Audit, Clock, Settings);

    public Task<ImportOutcome> RunAsync(bool dryRun = false, bool allow = false, bool changes = false, CancellationToken ct = default) =>
        Import.RunAsync(new ImportOrder(Folder, dryRun, allow, changes, "tests"), new Saying(Said), ct);

    public async Task<ImportOutcome.Applied> AppliedAsync(bool dryRun = false, bool allow = false, bool changes = false) =>
        Assert.IsType<ImportOutcome.Applied>(await RunAsync(dryRun, allow, changes));

    public void Write(string file, string header, params string[] rows) =>
        File.WriteAllText(Path.Combine(Folder, file), string.Join("\n", rows.Prepend(header)) + "\n");

    public void Organisations(params string[] rows) => Write("organisations.csv", "nsi_id;short_name;kind", rows);

    public void Staff(params string[] rows) =>
        Write("staff.csv", "record_id;org_nsi_id;last_name;first_name;middle_name;snils;birth_date;position;teacher;start_date;end_date", rows);

    public void Pupils(params string[] rows) => Write("pupils.csv", "record_id;org_nsi_id;class;last_name;first_name;middle_name;birth_date;snils;phone;email", rows);

    public void Guardians(params string[] rows) => Write("guardians.csv", "record_id;pupil_record_id;last_name;first_name;middle_name;snils;phone;email", rows);

    /// <summary>Two schools, a teacher, a pupil and his mother.</summary>
    public void SmallRegion()
    {
        Organisations("100;Школа № 1;state", "200;Гимназия;private");
        Staff("s1;100;Иванова;Мария;Петровна;112-233-445 95;1980-02-01;учитель;yes;2020-09-01;");
        Pupils("p1;100;5А;Сидоров;Пётр;Ильич;2014-05-06;;+79160000001;petya@example.org");
        Guardians("g1;p1;Сидорова;Анна;Олеговна;;8 (916) 000-00-02;anna@example.org");
    }

    public static AccountFacts Account(string id, string last, string first, string? middle, string? snils = null, bool confirmed = true, string? phone = null,
        string? email = null, DateOnly? birth = null, DateTimeOffset? created = null, string? madeFrom = null) =>
        new(id, PersonName.TryCreate(last, first, middle)!, Snils.TryParse(snils), SnilsInvalid: false, confirmed,
            Phone.TryParse(phone) is { } p ? [p] : [], Email.TryParse(email) is { } e ? [e] : [], birth, created, madeFrom);

    /// <summary>The account of the teacher of the small region, as it should be.</summary>
    public static AccountFacts Teacher(string id = "a-teacher", DateTimeOffset? created = null) =>
        Account(id, "Иванова", "Мария", "Петровна", "112-233-445 95", created: created);

    public static AccountFacts Mother(string id = "a-mother") => Account(id, "Сидорова", "Анна", "Олеговна", phone: "+79160000002");

    public Task<MatchResult> MatchAsync(AccountFacts account) => Matching.MatchAsync(account, default);

    public async Task<string[]> RoleIdsAsync(string account) => [.. (await Matching.RolesAsync(account, default)).Select(r => r.Id)];

    /// <summary>What the facts in the outbox say since the last call, oldest first: <c>account +gained -lost</c>.</summary>
    public async Task<string[]> TakeFactsAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        var payloads = await connection.QueryAsync<string>("""
            with taken as (delete from kernel.outbox returning id, payload) select payload::text from taken order by id
            """);
        return [.. payloads.Select(p => JsonSerializer.Deserialize<RolesChanged>(p, JsonSerializerOptions.Web)!)
            .Select(f => string.Join(' ', new[] { f.AccountId }.Concat(f.Gained.Select(g => "+" + g)).Concat(f.Lost.Select(l => "-" + l))))];
    }

    public async Task<long> CountAsync(string table)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
    }

    public async Task<T> AskAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, values))!;
    }

    /// <summary>Everything the four registries hold, as one hash.</summary>
    public Task<string> StateAsync() => AskAsync<string>("""
        select md5(coalesce(string_agg(line, E'\n' order by line), '')) from (
          select o::text as line from registries.organisation o union all select s::text from registries.staff_record s
          union all select p::text from registries.pupil_record p union all select g::text from registries.guardian_record g) as everything
        """);

    public async ValueTask DisposeAsync()
    {
        await Hot.DisposeAsync();
        await Source.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class Saying(List<string> said) : IProgress<string>
    {
        public void Report(string value)
        {
            lock (said) said.Add(value);
        }
    }
}
