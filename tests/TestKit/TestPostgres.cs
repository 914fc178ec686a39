using System.Diagnostics;
using Aupd.Kernel.Data;
using Aupd.Web.Sites;
using Npgsql;

namespace Aupd.TestKit;

/// <summary>One private PostgreSQL cluster per test process, and a fresh migrated database for whoever asks: a copy of a template, so
/// that a test class costs some 50 ms. Real server, real SQL; only durability is off.</summary>
public static class TestPostgres
{
    private static readonly Lazy<Task<EmbeddedPostgres>> Cluster = new(StartAsync);
    private static readonly SemaphoreSlim Copying = new(1, 1);
    private static bool _templateReady;
    private static int _count;

    /// <summary>Connection string of a new database with every migration applied.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var cluster = await Cluster.Value;
        await Copying.WaitAsync();
        try
        {
            await using var admin = NpgsqlDataSource.Create(For(cluster, "postgres") + ";Pooling=false");
            if (!_templateReady)
            {
                await Run(admin, "create database template_aupd");
                await using var template = NpgsqlDataSource.Create(For(cluster, "template_aupd") + ";Pooling=false");
                await MigrationRunner.RunAsync(template, SharedParts.Migrations);
                _templateReady = true;
            }
            var name = $"t{Interlocked.Increment(ref _count)}";
            await Run(admin, $"create database {name} template template_aupd");
            return For(cluster, name);
        }
        finally { Copying.Release(); }
    }

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        var folder = $"{Place()}/aupd-test-{Environment.ProcessId}-{Stopwatch.GetTimestamp() % 1_000_000}";
        var cluster = await EmbeddedPostgres.StartAsync(folder,
            ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 400", "max_wal_size = 256MB"]);
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

    private static string For(EmbeddedPostgres cluster, string database) => $"Host={cluster.SocketFolder};Username=postgres;Database={database}";

    private static async Task Run(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
