using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Aupd.Web.Commands;

namespace Aupd.Web.Sites;

/// <summary>Which parts of the program this node runs.</summary>
public sealed record ServedParts(bool Portal, bool School, bool Demo, bool Worker);

/// <summary>The started parts of one node; disposing stops them in order.</summary>
public sealed class Service : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];

    /// <summary>One line per site: its name and public address.</summary>
    public List<string> Addresses { get; } = [];

    /// <exception cref="CommandException">A port is taken.</exception>
    public static async Task<Service> StartAsync(SharedParts shared, ServedParts parts, CancellationToken ct = default)
    {
        var sites = shared.Sites;
        var service = new Service();
        try
        {
            if (parts.Portal) await service.AddSiteAsync("City portal", shared.Addresses.Portal, sites.PortalPort, "Sites:PortalPort", sites.Listen, () => SiteHost.Portal(shared), ct);
            if (parts.School) await service.AddSiteAsync("School gateway", shared.Addresses.School, sites.SchoolPort, "Sites:SchoolPort", sites.Listen, () => SiteHost.School(shared), ct);
            if (parts.Demo) await service.AddSiteAsync("Demo services", shared.Addresses.Demo, sites.DemoPort, "Sites:DemoPort", sites.Listen, () => SiteHost.Demo(shared), ct);
            if (parts.Worker)
            {
                await service.AddAsync(WorkerHost.Portal(shared), ct);
                await service.AddAsync(WorkerHost.School(shared), ct);
            }
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(h => h.StopAsync()));
        foreach (var host in _hosts)
        {
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else host.Dispose();
        }
    }

    private static IReadOnlyList<PosixSignalRegistration> HeldSignals { get; set; } = [];

    /// <summary>Returns on Ctrl-C, SIGTERM or the end of the terminal.</summary>
    public static async Task UntilAskedToStopAsync(CancellationToken ct)
    {
        var asked = new TaskCompletionSource();
        void Ask(PosixSignalContext context) { context.Cancel = true; asked.TrySetResult(); }
        // Kept until the program ends: who presses Ctrl-C twice must not leave PostgreSQL behind.
        HeldSignals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, Ask))];
        await using var cancelled = ct.Register(() => asked.TrySetResult());
        await asked.Task;
    }

    private async Task AddSiteAsync(string name, string url, int port, string setting, string listen, Func<IHost> build, CancellationToken ct)
    {
        if (IsTaken(listen, port))
            throw new CommandException($"Port {port} for the {name.ToLowerInvariant()} is taken; choose another with {setting} (--{setting[6..^4].ToLowerInvariant()}-port).");
        await AddAsync(build(), ct);
        Addresses.Add($"{name,-15} {url}");
    }

    private async Task AddAsync(IHost host, CancellationToken ct)
    {
        _hosts.Add(host);
        await host.StartAsync(ct);
    }

    private static bool IsTaken(string listen, int port)
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try { probe.Bind(new IPEndPoint(IPAddress.Parse(listen), port)); return false; }
        catch (SocketException) { return true; }
    }
}
