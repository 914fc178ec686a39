using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Teams.Scimmy;

/// <summary>The whole service, and SCIMMY, a SCIM server that nobody here wrote, as a process beside it.</summary>
public partial class ScimmySchool : School
{
    private const string Token = "scimmy-token-1";
    private readonly StringBuilder _output = new();
    private Process? _process;
    private string _url = "";

    protected int Port { get; private set; }

    protected static string UrlAt(int port) => $"http://127.0.0.1:{port}/scim";

    /// <summary>What it was asked, with the status of its answer, since <see cref="Forget"/>.</summary>
    public IReadOnlyList<string> Calls { get { lock (_output) return [.. _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("Listening", StringComparison.Ordinal))]; } }

    public void Forget() { lock (_output) _output.Clear(); }

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Teams", "Scimmy", "server.mjs"), NodeModules(), Token])
            { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Took;
        _process.ErrorDataReceived += Took;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var port = await Eventually.GetAsync("SCIMMY listens", () =>
        {
            lock (_output)
                return _process.HasExited ? throw new InvalidOperationException($"SCIMMY ended:\n{_output}")
                    : Task.FromResult(Listening().Match(_output.ToString()) is { Success: true } m ? m.Groups[1].Value : null);
        });
        _url = UrlAt(Port = int.Parse(port, CultureInfo.InvariantCulture));
        return ProgramSettings();
    }

    protected override async Task EndFarSideAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    protected override Dictionary<string, string?> ProgramSettings() => new()
        { ["Workplace:Teams:Url"] = _url, ["Workplace:Teams:Token"] = Token, ["SignIn:TeamsDomain"] = "test", ["Portal:Hashing:MemoryKiB"] = "8192", ["Portal:Hashing:Passes"] = "1" };

    /// <summary>Everything of a kind, as the server tells it.</summary>
    public async Task<IReadOnlyList<JsonObject>> AllAsync(string kind)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var list = JsonNode.Parse(await http.GetStringAsync($"{_url}/{kind}?count=200"))!;
        return [.. (list["Resources"] as JsonArray ?? []).Select(r => r!.AsObject())];
    }

    public Task<JsonObject> OneAsync(string kind, string attribute, string value, string what, Func<JsonObject, bool> isSo) =>
        Eventually.GetAsync(what, async () => (await AllAsync(kind)).SingleOrDefault(r => (string?)r[attribute] == value) is { } one && isSo(one) ? one : null);

    private void Took(object _, DataReceivedEventArgs line)
    {
        lock (_output) _output.Append(line.Data).Append('\n');
    }

    // Where ./test installs what comes from npm.
    private static string NodeModules()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Aupd.slnx"))) return Path.Combine(folder, "artifacts", "npm", "node_modules");
        throw new InvalidOperationException("The checkout is not found.");
    }

    [GeneratedRegex(@"Listening on (\d+)\.")]
    private static partial Regex Listening();
}
