using System.Diagnostics;
using System.Net;
using Aupd.TestKit;

namespace Aupd.Clients;

/// <summary>Apache with mod_auth_openidc and the configuration of docs/integrate/apache, as a user without rights, on loopback.</summary>
public sealed class ApacheSite(RegionRunning region) : IAsyncLifetime
{
    private const string Modules = "/usr/lib/apache2/modules", Server = "/usr/sbin/apache2", Registration = "apache/client.json";
    private readonly string _folder = Directory.CreateTempSubdirectory("aupd-apache").FullName;
    private readonly int _port = ProgramProcess.FreePort();
    private OtherProgram? _apache;

    internal string Url => $"http://localhost:{_port}";

    public async Task InitializeAsync()
    {
        await region.RegisterAsync(Registration, Url);
        await WriteAsync();
        string[] command = [Server, "-d", _folder, "-f", Path.Combine(_folder, "httpd.conf"), "-DFOREGROUND"];
        _apache = Environment.IsPrivilegedProcess
            ? new OtherProgram("setpriv", ["--reuid=www-data", "--regid=www-data", "--clear-groups", "--", .. command])
            : new OtherProgram(command[0], command[1..]);
        using var http = new HttpClient();
        await Eventually.HoldsAsync("Apache to answer", async () =>
        {
            if (_apache.HasEnded) throw new InvalidOperationException(_apache.Output + Log());
            try { return (await http.GetAsync(Url)).StatusCode == HttpStatusCode.OK; }
            catch (HttpRequestException) { return false; }
        });
    }

    public async Task DisposeAsync()
    {
        if (_apache is not null) await _apache.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What Apache has complained of.</summary>
    internal string Log() => File.Exists(Path.Combine(_folder, "error.log")) ? File.ReadAllText(Path.Combine(_folder, "error.log")) : "";

    private async Task WriteAsync()
    {
        string[] modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "env", "include", "auth_openidc"];
        await File.WriteAllLinesAsync(Path.Combine(_folder, "httpd.conf"),
        [
            .. modules.Select(m => $"LoadModule {m}_module {Modules}/mod_{m}.so"),
            $"ServerName localhost:{_port}", $"Listen 127.0.0.1:{_port}", $"PidFile {_folder}/httpd.pid", $"DefaultRuntimeDir {_folder}", $"Mutex file:{_folder}",
            $"ErrorLog {_folder}/error.log", "LogLevel warn", "TypesConfig /etc/mime.types", "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml",
            $"DocumentRoot {_folder}/htdocs", "DirectoryIndex index.html index.shtml",
            $"Define REGION {region.Issuer}", $"Define SERVICE {Url}", "Define CLIENT_ID example-apache", $"Define CLIENT_SECRET {Example.Secret(Registration)}",
            "Define COOKIE_SECRET the-cookies-of-a-test-are-sealed", $"Include {_folder}/sign-in.conf", "SetEnv SIGNED_OUT ${SERVICE}/",
            $"<Directory {_folder}/htdocs>", "Options +Includes", "</Directory>",
        ]);
        // The user of Apache may not look into the checkout.
        await RunAsync("cp", "-r", Example.File("apache/sign-in.conf"), Example.File("apache/htdocs"), _folder);
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "-R", "www-data:", _folder);
    }

    private static async Task RunAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(tool, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)} failed.");
    }
}
