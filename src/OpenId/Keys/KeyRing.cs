using System.Security.Cryptography;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Keys;

/// <param name="Private">Null once retired.</param>
/// <param name="PublishedUntil">Null while there is no next key.</param>
internal sealed record RingKey(
    string Kid, SignatureAlgorithm Algorithm, Jwk Public, SigningKey? Private, DateTimeOffset ActiveFrom, DateTimeOffset? PublishedUntil)
{
    public bool IsPublished(DateTimeOffset now) => PublishedUntil is not { } until || now < until;
}

/// <summary>All keys of one provider as they stood in the database at one moment. Which of them signs follows from the clock alone, so a
/// key that was published ahead comes to work on every node at its time without anyone being told.</summary>
internal sealed class KeyRing
{
    private readonly IReadOnlyList<RingKey> _keys;

    public KeyRing(IReadOnlyList<RingKey> keys, DateTimeOffset readAt, int maxAgeSeconds)
    {
        (_keys, ReadAt) = (keys, readAt);
        var set = new JwkSet(keys.Where(k => k.IsPublished(readAt)).Select(k => k.Public));
        var json = set.ToJson();
        var tag = $"\"{StrictBase64Url.Encode(SHA256.HashData(json).AsSpan(0, 12))}\"";
        Published = new PublishedKeys(set, new JwkSet(keys.Select(k => k.Public)), json, tag, maxAgeSeconds);
    }

    public DateTimeOffset ReadAt { get; }
    public PublishedKeys Published { get; }
    public IEnumerable<SignatureAlgorithm> Algorithms => _keys.Select(k => k.Algorithm).Distinct();

    public RingKey? Find(string kid) => _keys.FirstOrDefault(k => k.Kid == kid);

    /// <summary>The key at work: the newest, as soon as its time has come; until then the one whose time came last. A key that has a
    /// successor never outranks it, whatever the clocks of the nodes that made them said.</summary>
    public RingKey? Active(SignatureAlgorithm algorithm, DateTimeOffset now)
    {
        RingKey? found = null;
        foreach (var key in _keys)
            if (key.Algorithm == algorithm && key.Private is not null && key.ActiveFrom <= now && key.IsPublished(now)
                && (found is null || Outranks(key, found)))
                found = key;
        return found;
    }

    /// <summary>The key after the one at work, if it is published already.</summary>
    public RingKey? Next(SignatureAlgorithm algorithm, DateTimeOffset now) =>
        _keys.FirstOrDefault(k => k.Algorithm == algorithm && k.Private is not null && k.ActiveFrom > now && k.IsPublished(now));

    /// <summary>Has the key at work had its time, so that the next one must be published?</summary>
    public bool IsDue(SignatureAlgorithm algorithm, DateTimeOffset now, OpenIdSettings settings) =>
        Active(algorithm, now) is { } active && Next(algorithm, now) is null
        && now >= active.ActiveFrom + TimeSpan.FromDays(settings.KeyLifetimeDays) - TimeSpan.FromHours(settings.KeyPublishAheadHours);

    private static bool Outranks(RingKey one, RingKey other) =>
        one.PublishedUntil is null == other.PublishedUntil is null ? one.ActiveFrom > other.ActiveFrom : one.PublishedUntil is null;
}
