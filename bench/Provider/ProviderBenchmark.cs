using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Aupd.Portal.Passwords;
using Aupd.Web.Sites;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Aupd.Bench.Provider;

/// <summary>Drives the running program over HTTP: a private PostgreSQL cluster with durability as in production, the program as a process of its
/// own, the load from this one. See bench/README.md.</summary>
internal sealed class ProviderBenchmark : IDisposable
{
    // So many that nobody has more sessions than people have.
    private const int PeopleToSpare = 200;
    private readonly Options _options;
    private readonly BenchFolder _folder = new();
    private readonly int _schoolPort = ServedProgram.FreePort(), _portalPort = ServedProgram.FreePort();
    private readonly string _masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private ProviderBenchmark(Options options) => _options = options;

    public static async Task<int> RunAsync(string[] args)
    {
        if (Options.Parse(args) is not { } options)
        {
            Console.Error.WriteLine("provider [--seconds 10] [--warm 10] [--connections 16] [--sessions 0] [--refresh-tokens 0] [--only refresh,password,...]");
            return 2;
        }
        using var benchmark = new ProviderBenchmark(options);
        await benchmark.RunAsync();
        return 0;
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync()
    {
        await using var shared = await SharedParts.OpenAsync(Configuration());
        var count = _options.Connections + PeopleToSpare;
        await People.SeedAsync(shared, _folder.Files, count);
        Say($"{count} people");
        var connection = shared.Source.ConnectionString;
        // The first start makes partitions and keys: what is measured is the start of one node more.
        await using (await StartAsync(connection)) await PartitionsAsync(shared.Source);
        await FillTables.RunAsync(shared.Source, _options.Sessions, _options.RefreshTokens, Say);
        Console.WriteLine(Measured.Heading);
        await GrantsAsync(connection);
        if (_options.Wants("password"))
        {
            await PasswordsAsync(connection, 19_456, 2);
            await PasswordsAsync(connection, 7168, 5);
        }
        if (_options.Wants("bare")) await BareAsync(connection, shared);
    }

    // The worker makes them after the start, this table's last. What is written before lies in the default partition and has to move later.
    private static async Task PartitionsAsync(NpgsqlDataSource source)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            await using var command = source.CreateCommand("select count(*) from pg_inherits where inhparent = 'openid.replay'::regclass");
            if ((long)(await command.ExecuteScalarAsync())! > 2) return;
            await Task.Delay(100);
        }
        throw new InvalidOperationException("The worker has made no partitions for a minute.");
    }

    private async Task GrantsAsync(string connection)
    {
        await using var server = await StartAsync(connection);
        var processes = Watch(server);
        var load = new Load(processes);
        using var all = await Scenarios.BeginAsync(_schoolPort, _options.Connections);
        if (_options.Wants("refresh with rotation")) await all.GrantAsync();
        Say($"signed in; ready after {server.ReadyAfter.TotalSeconds:F2} s, {processes.ResidentMiB():F0} MiB");
        (string Name, Func<int, Task> Run)[] operations =
        [
            ("jwks", all.JwksAsync), ("client credentials", all.ClientCredentialsAsync), ("refresh with rotation", all.RefreshAsync),
            ("flow of a code on an existing session", all.CodeFlowAsync), ("userinfo", all.UserInfoAsync), ("introspection", all.IntrospectAsync),
        ];
        foreach (var (name, run) in operations)
            if (_options.Wants(name)) await MeasureAsync(load, name, run);
        if (_options.Wants("redemption")) await RedemptionAsync(load, all);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| start to first answer {server.ReadyAfter.TotalSeconds:F2} s; resident memory {processes.ResidentMiB():F0} MiB after the load | | | | | | |"));
    }

    // An endpoint that this program does not have yet is named as such; any other fault ends the run.
    private async Task MeasureAsync(Load load, string name, Func<int, Task> run)
    {
        try { await run(0); }
        catch (InvalidOperationException e) when (e.Message.StartsWith("Status 4", StringComparison.Ordinal) && name is "client credentials" or "introspection")
        {
            Say($"{name}: {e.Message.Split('\r')[0]}");
            Console.WriteLine($"| {name} | not answered by this program | | | | | |");
            return;
        }
        Console.WriteLine(await load.RunAsync(name, _options.Connections, TimeSpan.FromSeconds(_options.WarmSeconds), TimeSpan.FromSeconds(_options.Seconds), run));
    }

    // Codes first, then all of them redeemed: so each half of the flow is seen alone.
    private async Task RedemptionAsync(Load load, Scenarios all)
    {
        var codes = new ConcurrentBag<string>();
        Console.WriteLine(await load.RunAsync("authorization alone", _options.Connections, TimeSpan.Zero, TimeSpan.FromSeconds(_options.Seconds),
            async worker => codes.Add(await all.AuthorizeAsync(worker))));
        Console.WriteLine(await load.CountAsync("redemption alone", () => Load.ConsumeAsync(_options.Connections, codes, all.RedeemAsync)));
    }

    private async Task PasswordsAsync(string connection, int memoryKiB, int passes)
    {
        var name = $"password sign-in, portal and school, Argon2id {memoryKiB} KiB t={passes}";
        await using var server = await StartAsync(connection, "--set", $"Portal:Hashing:MemoryKiB={memoryKiB}", "--set", $"Portal:Hashing:Passes={passes}");
        var load = new Load(Watch(server));
        using var all = await Scenarios.BeginAsync(_schoolPort, _options.Connections);
        var people = new ConcurrentQueue<int>(Enumerable.Range(0, _options.Connections + PeopleToSpare));
        // Everyone once before: hashes of other parameters are made anew at the first sign-in.
        await Load.ConsumeAsync(_options.Connections, Enumerable.Range(0, people.Count), (worker, _) => all.PasswordAsync(worker, people));
        // Four times as long: at tens a second nothing gets warm soon.
        var measured = await load.RunAsync(name, _options.Connections, TimeSpan.FromSeconds(4 * _options.WarmSeconds), TimeSpan.FromSeconds(_options.Seconds), w => all.PasswordAsync(w, people));
        Console.WriteLine(measured);
        var alone = await HashAloneAsync(memoryKiB, passes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the limit: that Argon2id alone | {1000 / alone:F0} a core | | | | {alone:F3} ({measured.ServerEach / alone:F2} times that above) | |"));
    }

    // On every core at once, as the program does it: hashes share caches and the way to memory. In milliseconds of processor.
    private async Task<double> HashAloneAsync(int memoryKiB, int passes)
    {
        using var self = Process.GetCurrentProcess();
        var (watch, before) = (Stopwatch.StartNew(), self.TotalProcessorTime);
        var counts = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(() =>
        {
            var count = 0;
            for (; watch.Elapsed.TotalSeconds < _options.Seconds; count++) Argon2id.Hash("три зелёных чайника"u8, passes, memoryKiB);
            return count;
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds / counts.Sum();
    }

    private async Task BareAsync(string connection, SharedParts shared)
    {
        await using (var table = shared.Source.CreateCommand(BareEndpoint.MakeTable)) await table.ExecuteNonQueryAsync();
        var port = ServedProgram.FreePort();
        await using var server = await ServedProgram.StartAsync("Aupd.Bench.dll", $"http://localhost:{port}/", "bare", connection, port.ToString(CultureInfo.InvariantCulture));
        var connections = Enumerable.Range(0, _options.Connections).Select(_ => new RawConnection(port)).ToList();
        var request = RawConnection.Post(port, "/", $"grant_type=refresh_token&refresh_token={new string('x', 50)}&client_id={People.ClientId}&client_secret={People.Secret}");
        Console.WriteLine(await new Load(Watch(server)).RunAsync("the limit: bare Kestrel, one insert, one ES256", _options.Connections,
            TimeSpan.FromSeconds(_options.WarmSeconds), TimeSpan.FromSeconds(_options.Seconds), w => connections[w].SendAsync(request, 200)));
        connections.ForEach(c => c.Dispose());
    }

    private Task<ServedProgram> StartAsync(string connection, params string[] more) => ServedProgram.StartAsync("Aupd.Web.dll",
        $"http://localhost:{_schoolPort}/.well-known/openid-configuration",
        [
            "serve", "--school", "--portal", "--worker", "--connection-string", connection, "--school-port", $"{_schoolPort}", "--portal-port", $"{_portalPort}",
            "--set", $"Secrets:MasterKey={_masterKey}", "--set", "OpenId:CodeLifetimeSeconds=600", .. more,
        ]);

    private Processes Watch(ServedProgram server) =>
        new(server.Id, int.Parse(File.ReadLines(Path.Combine(_folder.Data, "postgres", "postmaster.pid")).First(), CultureInfo.InvariantCulture));

    private IConfiguration Configuration() => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Database:Folder"] = _folder.Data, ["Secrets:MasterKey"] = _masterKey,
        ["Sites:SchoolPort"] = $"{_schoolPort}", ["Sites:PortalPort"] = $"{_portalPort}",
    }).Build();

    private void Say(string what) => Console.Error.WriteLine($"{_watch.Elapsed.TotalSeconds,7:F1} s  {what}");
}
