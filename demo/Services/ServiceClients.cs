using System.Collections.Frozen;
using System.Text.Json;
using Aupd.Kernel.Http;
using Aupd.Kernel.Settings;
using Aupd.OpenId.RelyingParty;
using Microsoft.Extensions.Logging;

namespace Aupd.Demo.Services;

/// <summary>The services as clients of the gateway: one relying party each, with the secret that stands in clients.json.</summary>
internal sealed class ServiceClients : IDisposable
{
    private readonly FrozenDictionary<string, OidcClient> _clients;

    public ServiceClients(DemoSettings settings, SiteAddresses addresses, TimeProvider clock, ILogger<OidcClient> logger)
    {
        var registered = Read(Path.Combine(AppContext.BaseDirectory, settings.ClientsFile));
        _clients = DemoService.All.ToFrozenDictionary(s => s.Key, s => registered.TryGetValue(s.Key, out var found)
            ? new OidcClient(new OidcClientOptions(addresses.School, s.Key, found.Secret, $"{addresses.Demo}{s.Path}callback")
                { Scopes = found.Scopes }, clock, logger)
            : throw new SettingsException($"{settings.ClientsFile} has no client \"{s.Key}\"."));
    }

    public OidcClient this[DemoService service] => _clients[service.Key];

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    private static Dictionary<string, (string Secret, string[] Scopes)> Read(string path)
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            // A client without a secret is no service of ours: a television, say.
            return file.RootElement.EnumerateArray().Where(c => c.TryGetProperty("secret", out _)).ToDictionary(c => c.GetProperty("clientId").GetString()!,
                c => (c.GetProperty("secret").GetString()!,
                    c.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()!).ToArray()));
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SettingsException($"Demo:ClientsFile {path} cannot be read: {e.Message}");
        }
    }
}
