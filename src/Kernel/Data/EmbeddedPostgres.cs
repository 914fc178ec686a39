using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.Kernel.Data;

/// <summary>A private PostgreSQL cluster in a data folder: unix socket only, no TCP, no password, run by an unprivileged user.
/// The default when no connection string is given; it starts and stops with the program.</summary>
/// <remarks>A lock file in the folder tells whose cluster it is. While its owner lives, others (commands) attach and leave it running;
/// one that a killed program left behind is taken over, one that crashed recovers by its write-ahead log.</remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const int LongestSocketPath = 90;
    private readonly string _folder;
    private readonly string _bin;
    private readonly FileStream? _ownership;

    private EmbeddedPostgres(string folder, string bin, string socketFolder, FileStream? ownership)
    {
        (_folder, _bin, _ownership) = (folder, bin, ownership);
        ConnectionString = $"Host={socketFolder};Username=postgres;Database=aupd";
        SocketFolder = socketFolder;
    }

    public string ConnectionString { get; }
    public string SocketFolder { get; }

    /// <summary>False when another living process started the cluster; disposing then leaves it running.</summary>
    public bool IsOwner => _ownership is not null;

    /// <param name="folder">Made if it does not exist.</param>
    /// <param name="settings">Lines of postgresql.conf on top of the defaults.</param>
    /// <exception cref="EmbeddedPostgresException">With one sentence for the administrator.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(string folder, IEnumerable<string>? settings = null, CancellationToken ct = default)
    {
        folder = Path.GetFullPath(folder);
        var bin = FindBinaries() ?? throw new EmbeddedPostgresException(
            "PostgreSQL 15 or newer is not installed: install the package postgresql, or give Database:ConnectionString.");
        Directory.CreateDirectory(folder);
        var socketFolder = SocketFolderFor(folder);
        Directory.CreateDirectory(socketFolder);
        var ownership = TakeOwnership(folder);
        if (ownership is null) return new EmbeddedPostgres(folder, bin, socketFolder, null);
        if (Environment.IsPrivilegedProcess) await HandOverAsync(folder, socketFolder, ct);
        File.SetUnixFileMode(socketFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var postgres = new EmbeddedPostgres(folder, bin, socketFolder, ownership);
        await postgres.InitialiseAsync(settings ?? [], ct);
        await postgres.LaunchAsync(ct);
        await postgres.CreateDatabaseAsync(ct);
        return postgres;
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownership is null) return;
        Npgsql.NpgsqlConnection.ClearAllPools();
        await RunAsync("pg_ctl", ["-D", Cluster, "-m", "fast", "-w", "-t", "30", "stop"], CancellationToken.None, mayFail: true);
        await _ownership.DisposeAsync();
    }

    // The kernel lets go of the lock when its holder dies, however it dies.
    private static FileStream? TakeOwnership(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "owner.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) { return null; }
    }

    private string Cluster => Path.Combine(_folder, "postgres");

    private async Task InitialiseAsync(IEnumerable<string> settings, CancellationToken ct)
    {
        if (!File.Exists(Path.Combine(Cluster, "PG_VERSION")))
        {
            if (Directory.Exists(Cluster)) Directory.Delete(Cluster, recursive: true);
            await RunAsync("initdb", ["-D", Cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], ct);
        }
        string[] lines =
        [
            "listen_addresses = ''", $"unix_socket_directories = '{SocketFolder}'", "unix_socket_permissions = 0700",
            "max_connections = 200", "shared_buffers = 256MB", "max_wal_size = 2GB", "jit = off", "timezone = 'UTC'", "log_timezone = 'UTC'",
            .. settings,
        ];
        // Written anew at every start, so that a folder that was moved still works.
        var path = Path.Combine(Cluster, "postgresql.auto.conf");
        await File.WriteAllLinesAsync(path, lines.Prepend("# Written by aupd at every start."), ct);
        if (Environment.IsPrivilegedProcess) await ExecAsync("chown", ["postgres:", path], ct);
    }

    private async Task LaunchAsync(CancellationToken ct)
    {
        var status = await RunAsync("pg_ctl", ["-D", Cluster, "status"], ct, mayFail: true);
        if (status == 0) await RunAsync("pg_ctl", ["-D", Cluster, "-m", "fast", "-w", "-t", "60", "stop"], ct, mayFail: true);
        await RunAsync("pg_ctl", ["-D", Cluster, "-l", Path.Combine(_folder, "postgres.log"), "-w", "-t", "120", "start"], ct);
    }

    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        await using var connection = new Npgsql.NpgsqlConnection($"Host={SocketFolder};Username=postgres;Database=postgres;Pooling=false");
        await connection.OpenAsync(ct);
        await using var exists = new Npgsql.NpgsqlCommand("select 1 from pg_database where datname = 'aupd'", connection);
        if (await exists.ExecuteScalarAsync(ct) is not null) return;
        await using var create = new Npgsql.NpgsqlCommand("create database aupd", connection);
        await create.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The newest server on this machine, 15 or later; null when there is none.</summary>
    public static string? FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).Select(d => (Path: Path.Combine(d, "bin"), Version: int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var v) ? v : 0))
            : [];
        var best = versions.Where(v => v.Version >= 15 && File.Exists(Path.Combine(v.Path, "initdb"))).OrderByDescending(v => v.Version).FirstOrDefault();
        if (best.Path is not null) return best.Path;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
    }

    // A socket path may have 107 characters; a deep data folder gets its socket under /tmp, named by the folder.
    private static string SocketFolderFor(string folder)
    {
        var near = Path.Combine(folder, "socket");
        return near.Length <= LongestSocketPath ? near : "/tmp/aupd-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
    }

    // Root may not run PostgreSQL: the folder goes to the user "postgres", who must also be able to reach it.
    private static async Task HandOverAsync(string folder, string socketFolder, CancellationToken ct)
    {
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("711", 8));
        foreach (var name in new[] { "postgres", "postgres.log" })
            if (Path.Exists(Path.Combine(folder, name))) await ExecAsync("chown", ["-R", "postgres:", Path.Combine(folder, name)], ct);
        await ExecAsync("chown", ["postgres:", folder, socketFolder], ct);
        if (await ExecAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "test", "-x", folder], ct, mayFail: true) != 0)
            throw new EmbeddedPostgresException(
                $"The user postgres cannot reach {folder}: put the data elsewhere (Database:Folder) or make the folders above it passable (chmod o+x).");
    }

    private Task<int> RunAsync(string tool, string[] arguments, CancellationToken ct, bool mayFail = false) =>
        Environment.IsPrivilegedProcess
            ? ExecAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", Path.Combine(_bin, tool), .. arguments], ct, mayFail)
            : ExecAsync(Path.Combine(_bin, tool), arguments, ct, mayFail);

    private static async Task<int> ExecAsync(string tool, string[] arguments, CancellationToken ct, bool mayFail = false)
    {
        // setsid: a Ctrl-C at the terminal must reach the program alone, which then stops the cluster in order.
        var start = new ProcessStartInfo("setsid", ["--wait", tool, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start) ?? throw new EmbeddedPostgresException($"{tool} could not be started.");
        var output = new StringBuilder();
        process.OutputDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // Not WaitForExitAsync: the server inherits the pipes and would keep it waiting for their end.
        while (!process.HasExited) await Task.Delay(10, ct);
        if (process.ExitCode != 0 && !mayFail)
        {
            await Task.Delay(50, ct);
            lock (output) throw new EmbeddedPostgresException($"{Path.GetFileName(tool)} {arguments.LastOrDefault()} failed: {output.ToString().Trim()}");
        }
        return process.ExitCode;
    }
}

/// <summary>The private cluster cannot be started; the message says why and what to do.</summary>
public sealed class EmbeddedPostgresException(string message) : Exception(message);
