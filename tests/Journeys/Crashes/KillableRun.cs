using System.Diagnostics;
using Aupd.Demo.Region;
using Aupd.Kernel.Data;
using Aupd.TestKit;
using Dapper;
using Npgsql;

namespace Aupd.Journeys.Crashes;

/// <summary>./run with the demo region in a data folder of its own, to be killed and started again, and a look into its database past the
/// program.</summary>
public sealed class KillableRun : IAsyncLifetime
{
    private readonly string _folder = $"/tmp/aupd-crash-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}";
    private readonly int[] _ports = ProgramProcess.FreePorts(3);
    private ProgramProcess? _program;

    public string SchoolUrl => $"http://localhost:{_ports[0]}";
    public string DemoUrl => $"http://localhost:{_ports[2]}";

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        // A test that failed between kill and start has left a PostgreSQL behind: taken over, and stopped.
        if (_program is null) await (await EmbeddedPostgres.StartAsync(_folder)).DisposeAsync();
        else await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Ready for people. Codes live as long as they may, so that none dies of old age between a kill and the next try.</summary>
    public async Task StartAsync()
    {
        _program = ProgramProcess.Start("run", "--data", _folder, "--school-port", $"{_ports[0]}", "--portal-port", $"{_ports[1]}",
            "--demo-port", $"{_ports[2]}", "--set", "OpenId:CodeLifetimeSeconds=600");
        await _program.UntilItSaysAsync("Ctrl-C");
    }

    /// <summary>kill -9; PostgreSQL is left behind.</summary>
    public async Task KillAsync()
    {
        await _program!.KillAsync();
        _program = null;
    }

    /// <summary>Sends every request so many milliseconds before the kill, kills, and starts the program again. A request that the kill cut off
    /// gives null.</summary>
    public async Task<T?[]> KillAndStartAgainAsync<T>(params (int MillisecondsBefore, Func<Task<T>> Send)[] requests) where T : class
    {
        var first = requests.Max(r => r.MillisecondsBefore);
        var sent = requests.Select(async r =>
        {
            await Task.Delay(first - r.MillisecondsBefore);
            return await CutOffIsNullAsync(r.Send);
        }).ToList();
        await Task.Delay(first);
        await KillAsync();
        var answers = await Task.WhenAll(sent);
        await StartAsync();
        return answers;
    }

    /// <summary>The answer, or null when the program died before it gave one.</summary>
    public static async Task<T?> CutOffIsNullAsync<T>(Func<Task<T>> send) where T : class
    {
        try { return await send(); }
        catch (Exception e) when (e is HttpRequestException or IOException) { return null; }
    }

    /// <summary>From the start page through the portal to wherever the gateway leads.</summary>
    public async Task<Browser> SignInAsync(DemoPerson person)
    {
        var browser = await new Browser(SchoolUrl).GetAsync("/signin/start");
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", person.SignInWith), ("Password", person.Password));
        return await browser.FollowAsync();
    }

    public async Task<T> AskAsync<T>(string sql, object? values = null)
    {
        await using var connection = await OpenAsync();
        return await connection.QuerySingleAsync<T>(sql, values);
    }

    public Task UntilAsync(string question, object? values = null) => Eventually.HoldsAsync(question, () => AskAsync<bool>(question, values));

    /// <summary>Nobody writes to the table until the answer is disposed of or PostgreSQL restarts.</summary>
    public async Task<IAsyncDisposable> HoldAsync(string table)
    {
        var connection = await OpenAsync();
        await connection.ExecuteAsync($"begin; lock table {table} in exclusive mode");
        return connection;
    }

    /// <summary>Until at least so many statements that begin like this wait for a table that is held: in the middle of their
    /// transaction.</summary>
    public Task UntilTheyWaitAsync(int count, string beginning) => UntilAsync(
        "select count(*) >= @count from pg_stat_activity where wait_event_type = 'Lock' and query like @beginning || '%'", new { count, beginning });

    /// <summary>Ends them while they still wait, as when PostgreSQL dies with the program.</summary>
    public Task RollBackThoseWhoWaitAsync(string beginning) => AskAsync<bool>("""
        select bool_and(pg_terminate_backend(pid, 20000)) from pg_stat_activity where wait_event_type = 'Lock' and query like @beginning || '%'
        """, new { beginning });

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection($"Host={Path.Combine(_folder, "socket")};Username=postgres;Database=aupd;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}

/// <summary>One program for the tests that kill it, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class Killable : ICollectionFixture<KillableRun>
{
    public const string Name = "a program to be killed";
}
