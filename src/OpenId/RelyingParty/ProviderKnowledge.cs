using Aupd.Kernel.Jose;

namespace Aupd.OpenId.RelyingParty;

/// <summary>What is known of a provider: its discovery document, kept for an hour, and its keys, kept for ten minutes, so that one which
/// leaked and was withdrawn is not believed for long. One request at a time asks anew; when the provider does not answer, the old
/// knowledge serves for a day, and no one asks again within a second.</summary>
internal sealed class ProviderKnowledge(OidcClientOptions options, ProviderHttp http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan KeepsDocumentFor = TimeSpan.FromHours(1), KeepsKeysFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan OutlastsFor = TimeSpan.FromDays(1), RestsAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Not more often than this are the keys fetched because a token names an unknown one: anyone can send such tokens.</summary>
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(5);

    private sealed record Kept<T>(T Value, DateTimeOffset At) where T : class;

    private readonly SemaphoreSlim _one = new(1, 1);
    private Kept<ProviderDocument>? _document;
    private Kept<JwkSet>? _keys;
    private (ProviderFault Fault, DateTimeOffset At)? _failed;
    private DateTimeOffset _unknownKeyAskedAt = DateTimeOffset.MinValue;

    public ValueTask<(ProviderDocument? Document, ProviderFault Fault)> DocumentAsync(CancellationToken ct) =>
        Young(_document, KeepsDocumentFor) is { } document
            ? ValueTask.FromResult<(ProviderDocument?, ProviderFault)>((document, default)) : DocumentSlowAsync(ct);

    public ValueTask<(JwkSet? Keys, ProviderFault Fault)> KeysAsync(CancellationToken ct) =>
        Young(_keys, KeepsKeysFor) is { } keys ? ValueTask.FromResult<(JwkSet?, ProviderFault)>((keys, default)) : KeysSlowAsync(null, ct);

    /// <summary>The keys after a token named one that is not among <paramref name="seen"/>: fetched anew, unless that was done just
    /// now.</summary>
    public async ValueTask<JwkSet?> NewerKeysAsync(JwkSet seen, CancellationToken ct)
    {
        var (keys, _) = await KeysSlowAsync(seen, ct);
        return ReferenceEquals(keys, seen) ? null : keys;
    }

    public void Dispose() => _one.Dispose();

    private async ValueTask<(ProviderDocument? Document, ProviderFault Fault)> DocumentSlowAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try { return await ReadDocumentAsync(ct); }
        finally { _one.Release(); }
    }

    private async ValueTask<(JwkSet? Keys, ProviderFault Fault)> KeysSlowAsync(JwkSet? seen, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            if (seen is null && Young(_keys, KeepsKeysFor) is { } young) return (young, default);
            if (seen is not null)
            {
                if (_keys is { } kept && !ReferenceEquals(kept.Value, seen)) return (kept.Value, default);
                if (now - _unknownKeyAskedAt < BetweenUnknownKeys) return (seen, default);
                _unknownKeyAskedAt = now;
            }
            var (document, fault) = await ReadDocumentAsync(ct);
            if (document is null) return (null, fault);
            if (RecentFailure(now) is { } recent) return OldKeys(now, recent);
            var answer = await http.GetAsync(document.JwksUri, null, ct);
            if (answer is not { Fault: null, Status: 200 } || JwkSet.TryParse(answer.Body) is not { } set)
                return OldKeys(now, Failed(answer.Fault ?? ProviderFault.BadAnswer));
            (_keys, _failed) = (new Kept<JwkSet>(set, now), null);
            return (set, default);
        }
        finally { _one.Release(); }
    }

    private async Task<(ProviderDocument? Document, ProviderFault Fault)> ReadDocumentAsync(CancellationToken ct)
    {
        if (Young(_document, KeepsDocumentFor) is { } young) return (young, default);
        var now = clock.GetUtcNow();
        if (RecentFailure(now) is { } recent) return OldDocument(now, recent);
        // Discovery §4: the path goes after the issuer, whose last slash is left out.
        var answer = await http.GetAsync(options.Issuer.TrimEnd('/') + "/.well-known/openid-configuration", null, ct);
        if (answer is not { Fault: null, Status: 200, Json: { } json })
            return OldDocument(now, Failed(answer.Fault ?? ProviderFault.BadAnswer));
        // An answer in another's name is not a provider that is away: what was known before does not serve on.
        if (ProviderDocument.Read(json, options.Issuer, out var fault) is not { } document) return (null, Failed(fault));
        (_document, _failed) = (new Kept<ProviderDocument>(document, now), null);
        return (document, default);
    }

    private T? Young<T>(Kept<T>? kept, TimeSpan keep) where T : class =>
        kept is not null && clock.GetUtcNow() - kept.At < keep ? kept.Value : null;

    private ProviderFault? RecentFailure(DateTimeOffset now) =>
        _failed is { } failed && now - failed.At < RestsAfterFailure ? failed.Fault : null;

    private ProviderFault Failed(ProviderFault fault)
    {
        _failed = (fault, clock.GetUtcNow());
        return fault;
    }

    private (ProviderDocument?, ProviderFault) OldDocument(DateTimeOffset now, ProviderFault fault) =>
        _document is { } old && now - old.At < OutlastsFor ? (old.Value, default) : (null, fault);

    private (JwkSet?, ProviderFault) OldKeys(DateTimeOffset now, ProviderFault fault) =>
        _keys is { } old && now - old.At < OutlastsFor ? (old.Value, default) : (null, fault);
}
