using System.Diagnostics;
using Aupd.Kernel.Data;
using Aupd.OpenId;
using Aupd.OpenId.Grants;
using Aupd.Web.Sites;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.TestKit;

/// <summary>One private PostgreSQL cluster per test process, and a fresh migrated database for whoever asks: a copy of a template, so
/// that a test class costs some 50 ms. Real server, real SQL; only durability and the care for tables that grow old are off.</summary>
public static class TestPostgres
{
    private static readonly Lazy<Task<EmbeddedPostgres>> Cluster = new(StartAsync);
    private static readonly SemaphoreSlim Copying = new(1, 1);
    // By the hour whose partitions they have; 0 has none.
    private static readonly Dictionary<long, string> Templates = [];
    private static NpgsqlDataSource? _admin;
    private static int _count;

    // Dapper compiles a reader for each statement and connection string. Here each class has a database of its own, of the same tables.
    static TestPostgres() => SqlMapper.ConnectionStringComparer = new AllEqual();

    /// <summary>Connection string of a new database with every migration applied.</summary>
    /// <param name="clock">Whose databases have the partitions for now already, as after the worker's first round: to make them takes as long as to start
    /// a site.</param>
    public static async Task<string> NewDatabaseAsync(TimeProvider? clock = null)
    {
        var cluster = await Cluster.Value;
        await Copying.WaitAsync();
        try
        {
            var admin = _admin ??= NpgsqlDataSource.Create(For(cluster, "postgres"));
            var hour = clock is null ? 0 : clock.GetUtcNow().Ticks / TimeSpan.TicksPerHour;
            if (!Templates.ContainsKey(0)) await MakeTemplateAsync(cluster, admin, 0, "template0", t => MigrationRunner.RunAsync(t, SharedParts.Migrations));
            if (!Templates.ContainsKey(hour))
                await MakeTemplateAsync(cluster, admin, hour, Templates[0], t => new PartitionKeeper(t, new OpenIdSettings(), clock!, NullLogger<PartitionKeeper>.Instance).RunAsync(default));
            var name = $"t{Interlocked.Increment(ref _count)}";
            await CopyAsync(admin, name, Templates[hour]);
            return For(cluster, name);
        }
        finally { Copying.Release(); }
    }

    private static async Task MakeTemplateAsync(EmbeddedPostgres cluster, NpgsqlDataSource admin, long hour, string from, Func<NpgsqlDataSource, Task> fill)
    {
        var name = $"template_{hour}";
        await CopyAsync(admin, name, from);
        await using var template = NpgsqlDataSource.Create(For(cluster, name) + ";Pooling=false");
        await fill(template);
        Templates[hour] = name;
    }

    // Files are copied, not written to the log page by page: a third of the work where nothing is flushed.
    private static Task CopyAsync(NpgsqlDataSource admin, string name, string from) => Run(admin, $"create database {name} template {from} strategy file_copy");

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        var folder = $"{Place()}/aupd-test-{Environment.ProcessId}-{Stopwatch.GetTimestamp() % 1_000_000}";
        var cluster = await EmbeddedPostgres.StartAsync(folder,
            ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 600", "max_wal_size = 1GB", "autovacuum = off", "wal_level = minimal", "max_wal_senders = 0"]);
        RemoveAfterUs(folder);
        return cluster;
    }

    // A database is some 700 files, and to make as many on a disk costs five times what it costs in memory. A run takes a gigabyte or two there.
    private static string Place()
    {
        const string memory = "/dev/shm";
        const long gigabyte = 1L << 30;
        return Directory.Exists(memory) && new DriveInfo(memory).AvailableFreeSpace >= 3 * gigabyte
            && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >= 7 * gigabyte ? memory : "/tmp";
    }

    // By a process that outlives ours: the runner kills a test process that takes its time to end, and a crash asks nobody.
    private static void RemoveAfterUs(string folder)
    {
        const string script = "tail --pid=$1 -f /dev/null; kill -QUIT $(head -n 1 $2/postgres/postmaster.pid); rm -rf $2";
        var start = new ProcessStartInfo("setsid", ["sh", "-c", $"({script}) </dev/null >/dev/null 2>&1 &", "sh", $"{Environment.ProcessId}", folder]);
        using var guard = Process.Start(start)!;
        guard.WaitForExit();
    }

    // Our tables have PostgreSQL's own types alone, whose numbers Npgsql knows: it need not read the catalogue for each pool of each test.
    // On a busy machine it lasts until a connection is free: a minute is for those who wait for each other.
    private static string For(EmbeddedPostgres cluster, string database) =>
        $"Host={cluster.SocketFolder};Username=postgres;Database={database};Server Compatibility Mode=NoTypeLoading;Timeout=60";

    private sealed class AllEqual : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => true;
        public int GetHashCode(string text) => 0;
    }

    private static async Task Run(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
