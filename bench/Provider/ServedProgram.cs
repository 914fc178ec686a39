using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aupd.Bench.Provider;

/// <summary>A program of ours as a process of its own, until disposed.</summary>
internal sealed class ServedProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServedProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => { lock (_output) _output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (_output) _output.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;
    /// <summary>From the start of the process to its first good answer.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <param name="assembly">Beside this one.</param>
    /// <param name="readyUrl">Answers 200 when the program is ready.</param>
    public static async Task<ServedProgram> StartAsync(string assembly, string readyUrl, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/tmp",
        };
        var watch = Stopwatch.StartNew();
        var program = new ServedProgram(Process.Start(start)!);
        using var http = new HttpClient();
        while (!await IsReadyAsync(http, readyUrl))
        {
            if (program._process.HasExited || watch.Elapsed > Patience) throw new InvalidOperationException($"{assembly} did not get ready:\n{program._output}");
            await Task.Delay(5);
        }
        program.ReadyAfter = watch.Elapsed;
        return program;
    }

    public async ValueTask DisposeAsync()
    {
        using var term = Process.Start("kill", ["-TERM", Id.ToString()]);
        await term.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, string url)
    {
        try
        {
            using var answer = await http.GetAsync(url);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException) { return false; }
    }
}
