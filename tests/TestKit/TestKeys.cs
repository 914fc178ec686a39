using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.Jose;

namespace Aupd.TestKit;

/// <summary>Signing keys for tests. To find the two primes of an RSA key takes a tenth of a second and more, and a run wants hundreds of keys: the
/// process finds eight primes, whose pairs are 28 keys, and gives those out. Whoever is given keys never gets one twice; when they are used up, a new one is
/// made.</summary>
public static class TestKeys
{
    private const int Bits = 2048;
    private const int Providers = 6;
    private const int Clients = 22;
    private static readonly Lazy<BigInteger[]> Primes = new(() =>
        [.. Enumerable.Range(0, 4).SelectMany(_ => { using var rsa = RSA.Create(Bits); var p = rsa.ExportParameters(true); return new[] { Number(p.P!), Number(p.Q!) }; })]);
    private static readonly Lazy<string>[] Stock = [.. Enumerable.Range(0, 8).SelectMany(a => Enumerable.Range(a + 1, 7 - a).Select(b => new Lazy<string>(() => Make(Primes.Value[a], Primes.Value[b]))))];
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
        var kept = Stock[first + next].Value.Replace("\"RS256\"", $"\"{algorithm.Name}\"", StringComparison.Ordinal);
        return SigningKey.From(Jwk.TryParse(kept, out var fault) ?? throw new InvalidOperationException(fault), algorithm);
    }

    // RFC 8017 §3.2. Each prime is at least √2 · 2^1023 (FIPS 186-5 A.1.3), so that the product of any two has all its bits.
    private static string Make(BigInteger p, BigInteger q)
    {
        var e = new BigInteger(65537);
        var d = Inverse(e, (p - 1) * (q - 1) / BigInteger.GreatestCommonDivisor(p - 1, q - 1));
        return $$"""
            {"kty":"RSA","alg":"RS256","n":"{{Text(p * q, Bits)}}","e":"AQAB","d":"{{Text(d, Bits)}}","p":"{{Text(p, Bits / 2)}}","q":"{{Text(q, Bits / 2)}}",
             "dp":"{{Text(d % (p - 1), Bits / 2)}}","dq":"{{Text(d % (q - 1), Bits / 2)}}","qi":"{{Text(Inverse(q, p), Bits / 2)}}"}
            """;
    }

    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        var (a, b, x, y) = (value % modulus, modulus, BigInteger.One, BigInteger.Zero);
        while (a > 1)
        {
            var quotient = a / b;
            (a, b) = (b, a % b);
            (x, y) = (y, x - quotient * y);
        }
        return x < 0 ? x + modulus : x;
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static string Text(BigInteger number, int bits)
    {
        var bytes = new byte[bits / 8];
        var plain = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        plain.CopyTo(bytes, bytes.Length - plain.Length);
        return Base64Url.EncodeToString(bytes);
    }
}
