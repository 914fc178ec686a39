using System.Diagnostics;
using Aupd.Kernel.Data;
using Dapper;
using Npgsql;

namespace Aupd.Kernel.Tests.Data;

/// <summary>A cluster made in an empty folder, and stopped: to make one takes longer than all that is then asked of it.</summary>
public sealed class StoppedCluster : IAsyncLifetime
{
    private readonly string _folder = $"/tmp/aupd-cluster-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}";

    public async Task InitializeAsync()
    {
        await using var made = await EmbeddedPostgres.StartAsync(_folder);
        Assert.True(made.IsOwner);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Puts a copy into the folder, with its owners.</summary>
    public async Task CopyAsync(string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using var copy = Process.Start("cp", ["-a", _folder, to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }
}

[Trait("needs", "process")]
public sealed class EmbeddedPostgresTests(StoppedCluster cluster) : IClassFixture<StoppedCluster>, IDisposable
{
    private readonly string _folder = $"/tmp/aupd-cluster-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}";

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Data_outlives_a_stop_and_a_killed_server_recovers()
    {
        await cluster.CopyAsync(_folder);
        await using (var first = await EmbeddedPostgres.StartAsync(_folder))
            await RunAsync(first, "create table kept (n int); insert into kept values (1)");

        await using (var second = await EmbeddedPostgres.StartAsync(_folder))
        {
            await RunAsync(second, "insert into kept values (2)");
            Kill();
        }

        await using var third = await EmbeddedPostgres.StartAsync(_folder);
        Assert.Equal(2, await RunAsync(third, "select count(*) from kept"));
    }

    [Fact]
    public async Task A_second_program_attaches_and_leaves_the_server_running()
    {
        await cluster.CopyAsync(_folder);
        await using var owner = await EmbeddedPostgres.StartAsync(_folder);
        await using (var guest = await EmbeddedPostgres.StartAsync(_folder))
        {
            Assert.True(owner.IsOwner);
            Assert.False(guest.IsOwner);
            Assert.Equal(1, await RunAsync(guest, "select 1"));
        }
        Assert.Equal(1, await RunAsync(owner, "select 1"));
    }

    [Fact]
    public async Task Nothing_listens_on_the_network()
    {
        await cluster.CopyAsync(_folder);
        await using var postgres = await EmbeddedPostgres.StartAsync(_folder);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        Assert.Equal("", await connection.ExecuteScalarAsync<string>("show listen_addresses"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(postgres.SocketFolder));
    }

    [Fact]
    public async Task A_folder_too_deep_for_a_socket_still_works()
    {
        var deep = Path.Combine(_folder, new string('a', 60), new string('b', 60));
        await cluster.CopyAsync(deep);
        await using var postgres = await EmbeddedPostgres.StartAsync(deep);
        Assert.Equal(1, await RunAsync(postgres, "select 1"));
    }

    private void Kill()
    {
        var pid = int.Parse(File.ReadLines(Path.Combine(_folder, "postgres", "postmaster.pid")).First());
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
    }

    private static async Task<long?> RunAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        return await connection.ExecuteScalarAsync<long?>(sql);
    }
}
