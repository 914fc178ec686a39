using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Logout;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Clients;

/// <summary>The public keys of clients: those that stand in the registration, or those that a client publishes at its jwksUri and may
/// change by itself. What was fetched is kept in memory, per client.</summary>
internal sealed partial class ClientKeys(BackchannelHttp http, TimeProvider clock, ILogger<ClientKeys> log)
{
    public const int MaxDocumentBytes = 64 * 1024;
    // A key that leaked and was withdrawn is not believed for longer than this; when the client's server is away, for an hour.
    private static readonly TimeSpan KeepsFor = TimeSpan.FromMinutes(10), OutlastsFor = TimeSpan.FromHours(1);

    /// <summary>Not more often than this is one client's document fetched: anyone can send messages that name unknown keys.</summary>
    public static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(5);

    private readonly ConditionalWeakTable<OpenIdClient, JwkSet> _registered = [];
    private readonly ConcurrentDictionary<string, Published> _published = new(StringComparer.Ordinal);

    /// <summary>What one client publishes; one request at a time fetches it.</summary>
    private sealed class Published(string uri)
    {
        public string Uri { get; } = uri;
        public SemaphoreSlim One { get; } = new(1, 1);
        public JwkSet? Keys { get; set; }
        public DateTimeOffset FetchedAt { get; set; } = DateTimeOffset.MinValue;
        public DateTimeOffset TriedAt { get; set; } = DateTimeOffset.MinValue;
    }

    /// <summary>Verifies a message of the client. One that names a key not known yet is tried again with the keys fetched anew.</summary>
    public async ValueTask<JwsOutcome> VerifyAsync(OpenIdClient client, string token, JwsPolicy policy, CancellationToken ct)
    {
        if (client.JwksUri is not { } uri) return Jws.Verify(token, Registered(client), policy);
        var entry = EntryOf(client.ClientId, uri);
        var keys = await FetchAsync(entry, client.ClientId, notThese: null, ct);
        var outcome = Jws.Verify(token, keys, policy);
        // A key changed under its old name shows as a bad signature.
        if (outcome is not JwsOutcome.Refused { Fault: JwsFault.UnknownKey or JwsFault.BadSignature }) return outcome;
        var newer = await FetchAsync(entry, client.ClientId, notThese: keys, ct);
        return ReferenceEquals(newer, keys) ? outcome : Jws.Verify(token, newer, policy);
    }

    private static readonly JwkSet None = new([]);

    private JwkSet Registered(OpenIdClient client) => _registered.GetValue(client, c =>
        c.Jwks is { } written ? JwkSet.TryParse(written.GetRawText()) ?? None : None);

    private Published EntryOf(string clientId, string uri)
    {
        if (_published.TryGetValue(clientId, out var entry) && string.Equals(entry.Uri, uri, StringComparison.Ordinal)) return entry;
        // Clients that were removed are forgotten when another one comes.
        var now = clock.GetUtcNow();
        foreach (var (id, old) in _published)
            if (old.TriedAt < now - OutlastsFor && old.FetchedAt < now - OutlastsFor) _published.TryRemove(new(id, old));
        return _published.AddOrUpdate(clientId, _ => new Published(uri), (_, known) => known.Uri == uri ? known : new Published(uri));
    }

    private async ValueTask<JwkSet> FetchAsync(Published entry, string clientId, JwkSet? notThese, CancellationToken ct)
    {
        if (notThese is null && entry.Keys is { } kept && clock.GetUtcNow() - entry.FetchedAt < KeepsFor) return kept;
        await entry.One.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            // Another request may have fetched them while this one waited.
            if (entry.Keys is { } young && now - entry.FetchedAt < KeepsFor && !ReferenceEquals(young, notThese)) return young;
            if (now - entry.TriedAt >= BetweenFetches) await ReadAsync(entry, clientId, now, ct);
            return entry.Keys is { } keys && now - entry.FetchedAt < OutlastsFor ? keys : notThese ?? None;
        }
        finally { entry.One.Release(); }
    }

    private async Task ReadAsync(Published entry, string clientId, DateTimeOffset now, CancellationToken ct)
    {
        entry.TriedAt = now;
        string why;
        try
        {
            var document = await http.GetAsync(entry.Uri, MaxDocumentBytes, ct);
            if (document is not null && JwkSet.TryParse(document) is { } set)
            {
                (entry.Keys, entry.FetchedAt) = (set, now);
                return;
            }
            why = document is null ? "no answer 200 of that size" : "not a JWK set";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { why = "timed out"; }
        catch (Exception e) when (e is HttpRequestException or IOException) { why = e.Message; }
        NoKeys(log, clientId, why, entry.Keys is not null);
    }

    [LoggerMessage(EventId = 2303, Level = LogLevel.Warning,
        Message = "The keys of client {ClientId} could not be fetched: {Why}; older ones at hand: {HasOld}")]
    private static partial void NoKeys(ILogger logger, string clientId, string why, bool hasOld);
}
