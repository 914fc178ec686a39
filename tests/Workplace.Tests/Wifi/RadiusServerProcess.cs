using System.Diagnostics;
using System.Globalization;
using System.Text;
using Aupd.TestKit;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>A real FreeRADIUS with the files of deploy/freeradius, and clients nobody here wrote: eapol_test as a device, radclient as an access point.</summary>
public sealed class RadiusServerProcess : IAsyncDisposable
{
    public const string Secret = "testing-secret";
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Wifi", "radius.sh");
    private readonly string _folder = $"/tmp/aupd-radius-{Guid.NewGuid():N}";
    private readonly Certificates _certificates;

    private readonly int[] _ports = ProgramProcess.FreePorts(2);

    private RadiusServerProcess(Certificates certificates) => _certificates = certificates;

    private string AuthPort => _ports[0].ToString(CultureInfo.InvariantCulture);
    private string AcctPort => _ports[1].ToString(CultureInfo.InvariantCulture);

    /// <param name="aupdCa">Authority of the service's certificate, where <paramref name="url"/> is https.</param>
    /// <param name="smbConf">With it also PEAP, by the winbind of that domain.</param>
    public static async Task<RadiusServerProcess> StartAsync(Certificates certificates, string url, string key, string? smbConf = null, string timeout = "30.0", string? aupdCa = null)
    {
        var server = new RadiusServerProcess(certificates);
        var (code, told) = await RunAsync(Script, ["start", server._folder, Certificates.Deploy, certificates.Folder, server.AuthPort, server.AcctPort, url, key, smbConf ?? ""], "",
            ("AUPD_TIMEOUT", timeout), ("AUPD_CA", aupdCa ?? certificates.Ca));
        Assert.True(code == 0, told);
        server.RemoveAfterUs();
        return server;
    }

    public async ValueTask DisposeAsync() => await RunAsync(Script, ["stop", _folder]);

    public Task<string> LogAsync() => File.ReadAllTextAsync(Path.Combine(_folder, "log", "radius.log"));

    /// <summary>Joins as a device does: checks the server's certificate, then says login and password inside of the tunnel.</summary>
    /// <returns>Whether it was let in, and all that the client told.</returns>
    public async Task<(bool In, string Told)> JoinAsync(string login, string password, string method = "TTLS", string inner = "PAP", string serverName = WifiSchool.ServerName, string? ca = null,
        string mac = "02:00:00:00:00:01", string phase1 = "", string secret = Secret, string seconds = "60")
    {
        // In hexadecimal, so that no character of a password means anything to the client's own file.
        var config = $"{_folder}-{Guid.NewGuid():N}.conf";
        await File.WriteAllTextAsync(config, $$"""
            network={
            	ssid="school"
            	key_mgmt=WPA-EAP
            	eap={{method}}
            	identity={{Hex(login)}}
            	anonymous_identity="anonymous@obr.test"
            	password={{Hex(password)}}
            	phase1="{{phase1}}"
            	phase2="auth={{inner}}"
            	ca_cert="{{ca ?? _certificates.Ca}}"
            	domain_match="{{serverName}}"
            }
            """);
        try
        {
            var (code, told) = await RunAsync("eapol_test", ["-c", config, "-a", "127.0.0.1", "-p", AuthPort, "-s", secret, "-M", mac, "-t", seconds,
                "-N", "30:s:0A-00-00-00-00-0E:school"]);
            return (code == 0 && told.Contains("\nSUCCESS", StringComparison.Ordinal), told);
        }
        finally { File.Delete(config); }
    }

    /// <summary>Asks by PAP without a tunnel.</summary>
    /// <param name="attributes">Lines of the form <c>Name = value</c>.</param>
    public Task<(int Code, string Told)> SendAsync(string kind, string attributes, int count = 1, string secret = Secret, string timeout = "10") =>
        RunAsync("radclient", ["-x", "-t", timeout, "-r", "1", "-c", count.ToString(CultureInfo.InvariantCulture), $"127.0.0.1:{(kind == "acct" ? AcctPort : AuthPort)}", kind, secret], attributes);

    public async Task<bool> PapAsync(string login, string password, string mac = "02-00-00-00-00-01") =>
        (await SendAsync("auth", $"User-Name = \"{login}\"\nUser-Password = \"{password}\"\nCalling-Station-Id = \"{mac}\"\nMessage-Authenticator = 0x00\n")).Told.Contains("Received Access-Accept", StringComparison.Ordinal);

    /// <summary>An attribute of the answer as eapol_test saw it: texts in quotes, others as hexadecimal.</summary>
    public static string? Attribute(string told, string name)
    {
        var lines = told.Split('\n');
        var answer = Array.FindLastIndex(lines, l => l.Contains("(Access-Accept)", StringComparison.Ordinal));
        var at = answer < 0 ? -1 : Array.FindIndex(lines, answer, l => l.Contains($"({name})", StringComparison.Ordinal));
        return at < 0 ? null : lines[at + 1].Trim()["Value: ".Length..].Trim('\'');
    }

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    private static async Task<(int Code, string Told)> RunAsync(string tool, string[] arguments, string input = "", params (string Name, string Value)[] environment)
    {
        var output = Path.GetTempFileName();
        // To a file: a server that is started would keep a pipe open for ever.
        var start = new ProcessStartInfo("sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1", "sh", output, tool, .. arguments]) { RedirectStandardInput = true, WorkingDirectory = "/tmp" };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var told = await File.ReadAllTextAsync(output);
        File.Delete(output);
        return (process.ExitCode, told);
    }

    // By a process that outlives ours: a runner that is killed asks nobody.
    private void RemoveAfterUs()
    {
        const string script = "tail --pid=$1 -f /dev/null; [ ! -e $3/leader ] || $2 stop $3";
        using var guard = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", $"({script}) </dev/null >/dev/null 2>&1 &", "sh", $"{Environment.ProcessId}", Script, _folder]))!;
        guard.WaitForExit();
    }
}
