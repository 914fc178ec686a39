using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>A program of somebody else's, started as its users start it, watched by what it prints, and stopped by its number.</summary>
internal sealed class OtherProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public OtherProgram(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "/tmp",
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Took;
        _process.ErrorDataReceived += Took;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Everything it has printed so far.</summary>
    public string Output { get { lock (_output) return _output.ToString(); } }

    /// <summary>The first group of the pattern, once it was printed. Fails with the whole output when the program ends first.</summary>
    public async Task<string> UntilItSaysAsync(string pattern)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var ended = _process.HasExited;
            if (Regex.Match(Output, pattern) is { Success: true } match) return match.Groups[1].Value;
            if (ended || watch.Elapsed > Eventually.Patience) throw new InvalidOperationException($"{_process.StartInfo.FileName} did not say \"{pattern}\":\n{Output}");
        }
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var term = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
            await term.WaitForExitAsync();
            await ExitAsync();
        }
        _process.Dispose();
    }

    private void Took(object _, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }
}
