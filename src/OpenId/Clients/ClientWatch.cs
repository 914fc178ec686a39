using Aupd.Kernel.Data;
using Aupd.Kernel.Http;
using Aupd.Kernel.Settings;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Keys;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Clients;

/// <summary>Reads the clients' file at start, a fault in which stops the start, and renews the copies in memory whenever a node changes a
/// client or a signing key.</summary>
internal sealed partial class ClientWatch(
    ClientDirectory directory, SigningKeys keys, Notifications notifications, ProviderIdentity provider, SiteAddresses addresses, OpenIdSettings settings,
    TimeProvider clock, ILogger<ClientWatch> log) : BackgroundService
{
    /// <summary>Also renewed without news, should a notification have been lost with a connection.</summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(500);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadFileAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try { await ListenAsync(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or SigningKeyException)
            {
                DatabaseAway(log, e, provider.Name);
                await Task.Delay(PauseAfterFailure, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        using var listener = await notifications.ListenAsync([ClientDirectory.Channel, SigningKeyStore.Channel], ct: ct);
        try
        {
            while (true)
            {
                await directory.ReloadAsync(ct);
                await keys.RenewAsync(ct);
                keys.IsWatched = true;
                await listener.WaitAsync(RenewAfter, ct);
            }
        }
        finally { keys.IsWatched = false; }
    }

    private async Task ReadFileAsync(CancellationToken ct)
    {
        var (setting, path) = provider.Name == "portal" ? ("PortalClientsFile", settings.PortalClientsFile)
            : ("ClientsFile", settings.ClientsFile);
        if (path.Length == 0) return;
        if (!File.Exists(path)) throw new SettingsException($"Setting OpenId:{setting} names a file that does not exist: {path}");
        var (clients, faults) = ClientJson.ReadMany(await File.ReadAllTextAsync(path, ct), addresses);
        if (faults.Count > 0) throw new SettingsException(string.Join(Environment.NewLine, faults.Select(f => $"{path}: {f}")));
        await directory.ReplaceFileAsync(clients, ct);
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning,
        Message = "Provider {Provider} could not watch for changed clients and keys, and tries again")]
    private static partial void DatabaseAway(ILogger logger, Exception cause, string provider);
}
