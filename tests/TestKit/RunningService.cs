using System.Security.Cryptography;
using System.Threading.Channels;
using Aupd.Kernel.Settings;
using Aupd.Web.Sites;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Aupd.TestKit;

/// <summary>The whole service on free loopback ports over a database of its own: portal, school gateway, demo services and
/// their workers. Settings may be overridden by their names (<c>Portal:Hashing:MemoryKiB</c>).</summary>
public sealed class RunningService : IAsyncDisposable
{
    private const string WakeSql = "notify aupd_outbox; notify aupd_workplace";
    /// <summary>For each of a program's two pools: the fewest that may be set, and fewer than thirty racing requests would like. Whoever takes a second connection while holding one waits
    /// with all the others for each other, until it fails.</summary>
    public const string FewConnections = "20";
    private readonly List<IHost> _hosts = [];
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private FakeClock? _clock;
    private Task _waking = Task.CompletedTask;

    public SharedParts Shared { get; private init; } = null!;
    public WebApplication Portal { get; private set; } = null!;
    public WebApplication School { get; private set; } = null!;
    public string PortalUrl => Shared.Addresses.Portal;
    public string SchoolUrl => Shared.Addresses.School;
    public string DemoUrl => Shared.Addresses.Demo;
    public NpgsqlDataSource Source => Shared.Source;

    /// <param name="isPortalAlone">The portal and its worker, for tests in which nobody goes to the gateway or a service: a third of the work of a start.</param>
    public static async Task<RunningService> StartAsync(IDictionary<string, string?>? settings = null, TimeProvider? clock = null, string? database = null, bool isPortalAlone = false)
    {
        var ports = ProgramProcess.FreePorts(3);
        var values = new Dictionary<string, string?>
        {
            ["Database:ConnectionString"] = database ?? await TestPostgres.NewDatabaseAsync(clock ?? TimeProvider.System), ["Database:MaxConnections"] = FewConnections,
            ["Secrets:MasterKey"] = Convert.ToBase64String(SHA256.HashData("tests"u8)),
            // On a machine that is busy with tests nobody is told to come back later: hashes get what the others leave over.
            ["Portal:Hashing:LongestWaitMilliseconds"] = "60000", ["SignIn:PortalTimeoutSeconds"] = "60", ["OpenId:BackchannelTimeoutSeconds"] = "30",
            ["Sites:SchoolPort"] = ports[0].ToString(), ["Sites:PortalPort"] = ports[1].ToString(), ["Sites:DemoPort"] = ports[2].ToString(),
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>()) values[name] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var service = new RunningService { Shared = await SharedParts.OpenAsync(configuration, clock) };
        service.Shared.OldestFirst();
        service.Shared.NewKey = TestKeys.Of(values["Database:ConnectionString"]!);
        service._hosts.Add(service.Portal = SiteHost.Portal(service.Shared));
        service._hosts.Add(WorkerHost.Portal(service.Shared));
        if (!isPortalAlone) service._hosts.AddRange([service.School = SiteHost.School(service.Shared), SiteHost.Demo(service.Shared), WorkerHost.School(service.Shared)]);
        foreach (var host in service._hosts) await host.StartAsync();
        if (clock is FakeClock fake) service.Follow(fake);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        if (_clock is not null) _clock.Moved -= Wake;
        _wakes.Writer.TryComplete();
        await _waking;
        await Task.WhenAll(_hosts.Select(h => h.StopAsync()));
        foreach (var host in _hosts.OfType<IAsyncDisposable>()) await host.DisposeAsync();
        await Shared.DisposeAsync();
    }

    // Workers look every few seconds for what has become due, which nothing announces. Where a test moves the clock it is announced.
    private void Follow(FakeClock clock)
    {
        (_clock, _waking) = (clock, WakeWorkersAsync());
        clock.Moved += Wake;
    }

    private void Wake() => _wakes.Writer.TryWrite(true);

    private async Task WakeWorkersAsync()
    {
        await foreach (var _ in _wakes.Reader.ReadAllAsync())
        {
            try
            {
                await using var command = Source.CreateCommand(WakeSql);
                await command.ExecuteNonQueryAsync();
            }
            // A test that takes the database away lets the workers wait.
            catch (NpgsqlException) { }
        }
    }
}
