using System.Diagnostics;
using System.DirectoryServices.Protocols;
using System.Net;
using Aupd.TestKit;
using Aupd.Workplace.ActiveDirectory;

namespace Aupd.Workplace.Tests.Samba;

/// <summary>A real Samba domain controller on this machine, OBR.TEST. Its ports are fixed, so one at a time: who comes second waits.</summary>
public sealed class SambaDomain : IAsyncLifetime
{
    public const string Host = "127.0.0.1", Administrator = "Administrator@obr.test", AdministratorPassword = "Passw0rd-Adm1n", Base = "DC=obr,DC=test";
    /// <summary>LDAP_SERVER_DOWN of libldap.</summary>
    private const int ServerDown = 81;
    private const string Cache = "/tmp/aupd-samba-domain.tgz";
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Samba", "domain.sh");
    private FileStream? _ports;

    /// <summary>Where its database and settings are.</summary>
    public string Folder { get; } = $"/tmp/aupd-samba-{Environment.ProcessId}";

    /// <summary>For winbind and its clients.</summary>
    public string SmbConf => Path.Combine(Folder, "etc", "smb.conf");

    /// <summary>The authority that has signed the controller's certificate, and one that has signed nothing.</summary>
    public string CaFile => Path.Combine(Folder, "tls", "ca.pem");
    public string OtherCaFile => Path.Combine(Folder, "tls", "other-ca.pem");

    public async Task InitializeAsync()
    {
        _ports = await Eventually.GetAsync("the ports of a domain controller are free", () => Task.FromResult(TakePorts()));
        RemoveAfterUs();
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        await RunAsync("rm", ["-rf", Folder]);
        await _ports!.DisposeAsync();
    }

    public Task StartAsync() => MustAsync(Script, "start", Folder, Cache);

    public Task StopAsync() => MustAsync(Script, "stop", Folder);

    public Task PolicyAsync(string setting) => MustAsync("samba-tool", "domain", "passwordsettings", "set", setting, "-s", $"{Folder}/etc/smb.conf", "-H", $"{Folder}/private/sam.ldb");

    /// <summary>Settings with which the program keeps accounts here.</summary>
    public Dictionary<string, string?> Settings(int port = 636) => new()
    {
        ["Workplace:Directory:Server"] = Host, ["Workplace:Directory:Port"] = port.ToString(), ["Workplace:Directory:CaFile"] = CaFile,
        ["Workplace:Directory:BindName"] = Administrator, ["Workplace:Directory:BindPassword"] = AdministratorPassword, ["Workplace:Directory:Domain"] = "test",
    };

    /// <summary>Looks at the directory as an administrator does.</summary>
    internal T AsAdministrator<T>(Func<DirectoryLink, T> look)
    {
        var settings = Read();
        using var trusted = new TrustedFolder(settings);
        using var link = Reached(() => DirectoryLink.Open(settings, trusted));
        return look(link);
    }

    // Seen now and then on a busy machine: libldap takes a connection for ended that has not begun. The program asks again a second later; whoever only looks does too.
    private static T Reached<T>(Func<T> connect)
    {
        for (var tries = 1; ; tries++)
        {
            try { return connect(); }
            catch (Exception e) when (tries < 5 && e is DirectoryAwayException or LdapException { ErrorCode: ServerDown }) { Thread.Sleep(TimeSpan.FromSeconds(1)); }
        }
    }

    internal void AsAdministrator(Action<DirectoryLink> act) => AsAdministrator(link =>
    {
        act(link);
        return true;
    });

    internal Entry? Account(string login) => AsAdministrator(link => link.Find($"(sAMAccountName={LdapText.Filter(login)})").SingleOrDefault());

    internal DirectorySettings Read() => new() { Server = Host, CaFile = CaFile, BindName = Administrator, BindPassword = AdministratorPassword, Domain = "test" };

    /// <summary>Does a simple bind over LDAPS open?</summary>
    public bool BindOpens(string name, string password) => Reached(() => Binds(name, password));

    private bool Binds(string name, string password)
    {
        var settings = Read();
        using var trusted = new TrustedFolder(settings);
        LdapSignals.AreNoAnswer();
        using var connection = new LdapConnection(new LdapDirectoryIdentifier(Host, 636, true, false), new NetworkCredential(name, password), AuthType.Basic);
        connection.SessionOptions.ProtocolVersion = 3;
        connection.SessionOptions.TrustedCertificatesDirectory = trusted.Path;
        connection.SessionOptions.StartNewTlsSessionContext();
        connection.SessionOptions.SecureSocketLayer = true;
        try
        {
            connection.Bind();
            return true;
        }
        catch (LdapException e) when (e.ErrorCode == 49) { return false; }
    }

    /// <summary>Does Kerberos give a ticket? As a classroom computer asks for it.</summary>
    public async Task<bool> KinitOpensAsync(string login, string password) =>
        await RunAsync("kinit", ["-c", $"FILE:{Folder}/ticket-{Guid.NewGuid():N}", $"{login}@OBR.TEST"], password + "\n", ("KRB5_CONFIG", $"{Folder}/krb5.conf")) == 0;

    /// <summary>Does a file server open, by NTLM?</summary>
    public async Task<bool> SmbOpensAsync(string login, string password) =>
        await RunAsync("smbclient", ["-s", "/dev/null", "-L", Host, "-U", $"OBR\\{login}"], password + "\n", ("PASSWD", password)) == 0;

    private static async Task MustAsync(string tool, params string[] arguments)
    {
        var code = await RunAsync(tool, arguments);
        if (code != 0) throw new InvalidOperationException($"{Path.GetFileName(tool)} {arguments[0]} ended with {code}.");
    }

    // Output is thrown away by the shell: a server that is started would keep a pipe open for ever.
    private static async Task<int> RunAsync(string tool, string[] arguments, string input = "", params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", tool, .. arguments]) { RedirectStandardInput = true, WorkingDirectory = "/tmp" };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static FileStream? TakePorts()
    {
        try { return new FileStream("/tmp/aupd-samba.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
        catch (IOException) { return null; }
    }

    // By a process that outlives ours: a runner that is killed asks nobody.
    private void RemoveAfterUs()
    {
        const string script = "tail --pid=$1 -f /dev/null; [ ! -e $3/run/leader ] || $2 stop $3; rm -rf $3";
        using var guard = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", $"({script}) </dev/null >/dev/null 2>&1 &", "sh", $"{Environment.ProcessId}", Script, Folder]))!;
        guard.WaitForExit();
    }
}

/// <summary>All tests with a directory share one domain and the service beside it.</summary>
[CollectionDefinition(Name)]
public sealed class WithDirectory : ICollectionFixture<School>
{
    public const string Name = "a school with a directory";
}
