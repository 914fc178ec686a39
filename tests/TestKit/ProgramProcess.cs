using System.Diagnostics;
using System.Text;

namespace Aupd.TestKit;

/// <summary>The program as a process of its own, started as ./run starts it, so that a test can kill it.</summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    // A program that starts sets up a cluster, migrates it and plants a region.
    private static readonly TimeSpan Patience = 3 * Eventually.Patience;
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ProgramProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => { lock (_output) _output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (_output) _output.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Everything it has printed so far.</summary>
    public string Output { get { lock (_output) return _output.ToString(); } }

    public static ProgramProcess Start(params string[] arguments) => Start(null, arguments);

    public static ProgramProcess Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Aupd.Web.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/tmp",
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        // What makes thousands of tests in one process quicker (see ./test) makes the start of a program slower.
        start.Environment.Remove("DOTNET_ReadyToRun");
        // It does not live long enough to gain by what it would learn of itself.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new ProgramProcess(Process.Start(start)!);
    }

    /// <summary>Waits until the output holds the text; fails with the whole output when the program ends first or the time is over.</summary>
    public async Task UntilItSaysAsync(string text)
    {
        var watch = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            // A program that has just ended may have said it: what is still in the pipe is read first.
            var hasEnded = _process.HasExited;
            if (hasEnded) await _process.WaitForExitAsync();
            if (Output.Contains(text, StringComparison.Ordinal)) return;
            if (hasEnded || watch.Elapsed > Patience) throw new InvalidOperationException($"The program did not say \"{text}\":\n{Output}");
            await Task.Delay(20);
        }
    }

    /// <summary>kill -9 of the program alone; its PostgreSQL is left as a crash would leave it.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var term = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await term.WaitForExitAsync();
        return await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await StopAsync();
        _process.Dispose();
    }

    /// <inheritdoc cref="TestPorts.Free"/>
    public static int[] FreePorts(int count) => TestPorts.Free(count);

    /// <inheritdoc cref="TestPorts.Free"/>
    public static int FreePort() => TestPorts.Free(1)[0];
}
