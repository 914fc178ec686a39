using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>Makes a key for an algorithm; see <see cref="SigningKey.Generate"/>.</summary>
public delegate SigningKey NewSigningKey(SignatureAlgorithm algorithm);

/// <summary>A private key that signs by one algorithm: ES256, RS256 or PS256. Thread-safe.</summary>
public sealed class SigningKey
{
    private const int RsaBits = 2048;

    private readonly KeyPool _pool;
    private readonly Jwk _private;
    private readonly ConcurrentDictionary<string, byte[]> _headers = new(StringComparer.Ordinal);

    private SigningKey(Jwk key, SignatureAlgorithm algorithm)
    {
        if (!SignatureAlgorithm.Signing.Contains(algorithm))
            throw new ArgumentException($"{algorithm} is not among the algorithms we sign with.", nameof(algorithm));
        Algorithm = algorithm;
        Kid = key.Kid ?? key.Thumbprint();
        _private = new Jwk(key.Type) { Kid = Kid, Alg = algorithm.Name, Use = "sig", Curve = key.Curve, Ec = key.Ec, Rsa = key.Rsa };
        if (!_private.HasPrivatePart || !_private.Fits(algorithm))
            throw new ArgumentException($"The key cannot sign by {algorithm}.", nameof(key));
        Public = _private.ToPublic();
        _pool = new KeyPool(() => key.Type == JwkType.Ec ? ECDsa.Create(key.Ec) : RSA.Create(key.Rsa));
    }

    public SignatureAlgorithm Algorithm { get; }
    /// <summary>RFC 7638 thumbprint unless the key came with a name of its own.</summary>
    public string Kid { get; }
    /// <summary>The public part, as it stands in the JWKS document: kid, alg and use=sig included.</summary>
    public Jwk Public { get; }

    public static SigningKey Generate(SignatureAlgorithm algorithm)
    {
        if (algorithm.Curve is { } curve)
        {
            using var ec = ECDsa.Create(curve.Curve);
            return new SigningKey(new Jwk(JwkType.Ec) { Curve = curve, Ec = ec.ExportParameters(true) }, algorithm);
        }
        using var rsa = RSA.Create(RsaBits);
        return new SigningKey(new Jwk(JwkType.Rsa) { Rsa = rsa.ExportParameters(true) }, algorithm);
    }

    /// <exception cref="ArgumentException">The key has no private part or cannot sign by the algorithm.</exception>
    public static SigningKey From(Jwk key, SignatureAlgorithm algorithm) => new(key, algorithm);

    /// <summary>The whole key for safe-keeping, as JWK in UTF-8; seal it before it goes anywhere.</summary>
    public byte[] ExportPrivate() => Encoding.UTF8.GetBytes(_private.ToJson(withPrivatePart: true));

    /// <summary>Signs bytes; an ES256 signature is r and s side by side (RFC 7518 §3.4).</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signature = new byte[SignatureLength];
        Sign(data, signature);
        return signature;
    }

    public override string ToString() => $"{Algorithm} key {Kid}";

    internal int SignatureLength => Algorithm.Curve is { } curve ? curve.Length * 2 : _private.Rsa.Modulus!.Length;

    internal void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        var key = _pool.Take();
        var done = key is ECDsa ec
            ? ec.TrySignData(data, signature, Algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out var written)
            : ((RSA)key).TrySignData(data, signature, Algorithm.Hash, Algorithm.Padding!, out written);
        _pool.GiveBack(key);
        if (!done || written != signature.Length) throw new CryptographicException($"{this} gave a signature of {written} bytes.");
    }

    /// <summary>The protected header for a typ, encoded, with the dot after it; the few that exist are kept.</summary>
    internal byte[] Header(string? typ) => _headers.GetOrAdd(typ ?? "", EncodeHeader);

    private byte[] EncodeHeader(string typ)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", Algorithm.Name);
            writer.WriteString("kid", Kid);
            if (typ.Length > 0) writer.WriteString("typ", typ);
            writer.WriteEndObject();
        }
        return Encoding.ASCII.GetBytes(StrictBase64Url.Encode(buffer.WrittenSpan) + ".");
    }
}
