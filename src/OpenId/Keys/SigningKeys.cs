using Aupd.Kernel.Audit;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Keys;

/// <summary>Keeps the ring in memory. Where the database's news are listened to (see Clients/ClientWatch) it is read anew when a node
/// changes the keys, and every <see cref="ClientWatch.RenewAfter"/>; else every few seconds, when someone asks. Publishing the next key
/// ahead of time, and forgetting old ones, happens at such a reading, on whichever node comes first.</summary>
internal sealed partial class SigningKeys(SigningKeyStore store, AuditTrail audit, OpenIdSettings settings,
    TimeProvider clock, ILogger<SigningKeys> logger)
    : ISigningKeys, ITokenSigner, IDisposable
{
    /// <summary>How old the ring may be for signing. An old key goes on verifying for minutes after the new one took over, so this needs
    /// no hurry.</summary>
    private static readonly TimeSpan SignsFor = TimeSpan.FromSeconds(10);

    /// <summary>How old it may be for the JWKS document: a key that another node made must be in it before that key signs.</summary>
    private static readonly TimeSpan PublishesFor = TimeSpan.FromSeconds(1);

    /// <summary>How old it may be for either while the news come: a little more than the time after which the listener reads it anyway, so
    /// that requests do so themselves when the listener is stuck.</summary>
    private static readonly TimeSpan WatchedFor = ClientWatch.RenewAfter + TimeSpan.FromSeconds(5);

    /// <summary>The time between publishing and use at a rotation by command: longer than any node shows an older document, also one whose
    /// connection for the news has died unnoticed.</summary>
    private static readonly TimeSpan CommandLead = WatchedFor + TimeSpan.FromSeconds(5);

    /// <summary>How long the ring is used when the database does not answer.</summary>
    private static readonly TimeSpan Outlasts = TimeSpan.FromMinutes(10);

    /// <summary>There from the start: every relying party knows at least one of them.</summary>
    private static readonly IReadOnlyList<SignatureAlgorithm> Always = [SignatureAlgorithm.Es256, SignatureAlgorithm.Rs256];

    private readonly SemaphoreSlim _reading = new(1, 1);
    private KeyRing? _ring;
    private volatile bool _watched;

    /// <summary>Whether someone calls <see cref="RenewAsync"/> whenever the keys change.</summary>
    public bool IsWatched { set => _watched = value; }

    /// <summary>The keys have changed, or it is time to look. Does nothing while nobody here has needed them.</summary>
    public async Task RenewAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _ring) is not null) await ReadAsync(TimeSpan.Zero, Always, ct);
    }

    public ValueTask<SigningKey> ActiveAsync(SignatureAlgorithm algorithm, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return Fresh(now, Limit(SignsFor)) is { } ring && ring.Active(algorithm, now) is { Private: { } key }
            ? ValueTask.FromResult(key)
            : ActiveSlowAsync(algorithm, ct);
    }

    public ValueTask<PublishedKeys> PublicAsync(CancellationToken ct) =>
        Fresh(clock.GetUtcNow(), Limit(PublishesFor)) is { } ring ? ValueTask.FromResult(ring.Published) : PublicSlowAsync(ct);

    public ValueTask<string> SignAsync(SignatureAlgorithm algorithm, string? typ, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        var key = ActiveAsync(algorithm, ct);
        return key.IsCompletedSuccessfully ? ValueTask.FromResult(Jws.Sign(key.Result, typ, payload.Span))
            : SignSlowAsync(key, typ, payload);
    }

    public async Task<IReadOnlyList<string>> RotateAsync(SignatureAlgorithm? algorithm, bool forgetOld, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var made = new List<string>();
        var ring = await store.ChangeAsync(now, async (connection, current) =>
        {
            foreach (var each in algorithm is null ? Always.Union(current.Algorithms).ToList() : [algorithm])
            {
                var activeFrom = forgetOld || current.Active(each, now) is null ? now : now + CommandLead;
                var key = await store.AddAsync(connection, each, now, activeFrom, forgetOld, ct);
                made.Add(key.Kid);
                await audit.WriteAsync(connection,
                    new AuditLine("openid.key-rotated", "command", key.Kid, null, new { alg = each.Name, forgetOld }), ct);
            }
        }, ct);
        Volatile.Write(ref _ring, ring);
        return made;
    }

    public void Dispose() => _reading.Dispose();

    private async ValueTask<SigningKey> ActiveSlowAsync(SignatureAlgorithm algorithm, CancellationToken ct)
    {
        var ring = await ReadAsync(Limit(SignsFor), Always.Append(algorithm), ct);
        return ring.Active(algorithm, clock.GetUtcNow())?.Private
            ?? throw new SigningKeyException($"There is no {algorithm} key at work.");
    }

    private async ValueTask<PublishedKeys> PublicSlowAsync(CancellationToken ct) => (await ReadAsync(Limit(PublishesFor), Always, ct)).Published;

    private static async ValueTask<string> SignSlowAsync(ValueTask<SigningKey> key, string? typ, ReadOnlyMemory<byte> payload) =>
        Jws.Sign(await key, typ, payload.Span);

    private KeyRing? Fresh(DateTimeOffset now, TimeSpan age) =>
        Volatile.Read(ref _ring) is { } ring && (now - ring.ReadAt).Duration() < age ? ring : null;

    private TimeSpan Limit(TimeSpan unwatched) => _watched ? WatchedFor : unwatched;

    private async Task<KeyRing> ReadAsync(TimeSpan age, IEnumerable<SignatureAlgorithm> needed, CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            if (Fresh(now, age) is { } ring && needed.All(a => ring.Active(a, now) is not null)) return ring;
            ring = await store.ReadAsync(_ring, now, ct);
            if (needed.Union(ring.Algorithms).Any(a => ring.Active(a, now) is null || ring.IsDue(a, now, settings)))
                ring = await MakeMissingAsync(needed, now, ct);
            Volatile.Write(ref _ring, ring);
            return ring;
        }
        catch (NpgsqlException e) when (Fresh(clock.GetUtcNow(), Outlasts) is not null)
        {
            Log.StaleKeys(logger, e);
            return _ring!;
        }
        finally { _reading.Release(); }
    }

    private Task<KeyRing> MakeMissingAsync(IEnumerable<SignatureAlgorithm> needed, DateTimeOffset now, CancellationToken ct) =>
        store.ChangeAsync(now, async (connection, current) =>
        {
            foreach (var algorithm in needed.Union(current.Algorithms).ToList())
            {
                var isMissing = current.Active(algorithm, now) is null;
                if (!isMissing && !current.IsDue(algorithm, now, settings)) continue;
                var activeFrom = isMissing ? now : now + TimeSpan.FromHours(settings.KeyPublishAheadHours);
                var key = await store.AddAsync(connection, algorithm, now, activeFrom, forgetOld: false, ct);
                Log.KeyMade(logger, algorithm.Name, key.Kid, activeFrom);
                await audit.WriteAsync(connection,
                    new AuditLine("openid.key-made", "system", key.Kid, null, new { alg = algorithm.Name, activeFrom }), ct);
            }
        }, ct);

    private static partial class Log
    {
        [LoggerMessage(EventId = 2701, Level = LogLevel.Information,
            Message = "Made the {Algorithm} signing key {Kid}, at work from {ActiveFrom}")]
        internal static partial void KeyMade(ILogger logger, string algorithm, string kid, DateTimeOffset activeFrom);

        [LoggerMessage(EventId = 2702, Level = LogLevel.Warning,
            Message = "The database does not answer; the signing keys in memory are used on")]
        internal static partial void StaleKeys(ILogger logger, Exception cause);
    }
}
