using System.Collections.Concurrent;
using System.Text;
using Aupd.Kernel.Jose;

namespace Aupd.TestKit;

/// <summary>Signing keys for tests. To make an RSA key takes a tenth of a second, and a run wants hundreds: the process makes a few and gives
/// them out. Whoever is given keys never gets one twice; when the few are used up, a new one is made.</summary>
public static class TestKeys
{
    private const int Providers = 6;
    private const int Clients = 12;
    private static readonly Lazy<byte[]>[] Stock =
        [.. Enumerable.Range(0, Providers + Clients).Select(_ => new Lazy<byte[]>(() => SigningKey.Generate(SignatureAlgorithm.Rs256).ExportPrivate()))];
    private static readonly ConcurrentDictionary<string, Counter> Given = new();

    private sealed class Counter { public int Count; }

    /// <summary>For the providers of one database.</summary>
    public static NewSigningKey Of(string database) => algorithm => Take(algorithm, database, 0, Providers);

    /// <summary>For a client or a stranger: another key than any provider's.</summary>
    public static SigningKey New(SignatureAlgorithm algorithm) => Take(algorithm, "", Providers, Clients);

    private static SigningKey Take(SignatureAlgorithm algorithm, string whose, int first, int count)
    {
        if (algorithm.Curve is not null) return SigningKey.Generate(algorithm);
        var next = Interlocked.Increment(ref Given.GetOrAdd(whose, _ => new Counter()).Count) - 1;
        if (next >= count) return SigningKey.Generate(algorithm);
        var kept = Encoding.UTF8.GetString(Stock[first + next].Value).Replace("\"alg\":\"RS256\"", $"\"alg\":\"{algorithm.Name}\"", StringComparison.Ordinal);
        return SigningKey.From(Jwk.TryParse(kept, out var fault) ?? throw new InvalidOperationException(fault), algorithm);
    }
}
