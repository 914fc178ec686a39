using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>Encrypted messages in compact form (RFC 7516 §3.1) of one kind: a key agreed by ECDH-ES with the receiver's key on P-256 (RFC 7518
/// §4.6), content by AES-256-GCM (§5.3). Every message has a key of its own, so that a nonce is never used twice.</summary>
public static class Jwe
{
    public const string Algorithm = "ECDH-ES", Encryption = "A256GCM";
    private const int KeyLength = 32, NonceLength = 12, TagLength = 16;

    /// <param name="receiver">An EC key on P-256; its kid goes along.</param>
    /// <exception cref="ArgumentException">The key is of another kind.</exception>
    public static string Encrypt(Jwk receiver, ReadOnlySpan<byte> plain)
    {
        if (!Fits(receiver)) throw new ArgumentException("Only EC keys on P-256 are encrypted to.", nameof(receiver));
        using var ours = ECDiffieHellman.Create(receiver.Ec.Curve);
        var header = Header(receiver.Kid, ours.ExportParameters(includePrivateParameters: false).Q);
        Span<byte> nonce = stackalloc byte[NonceLength], tag = stackalloc byte[TagLength];
        RandomNumberGenerator.Fill(nonce);
        var content = new byte[plain.Length];
        var key = AgreeOn(ours, receiver.Ec);
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Encrypt(nonce, plain, content, tag, Encoding.ASCII.GetBytes(header));
        }
        finally { CryptographicOperations.ZeroMemory(key); }
        // RFC 7518 §4.6: with direct agreement the encrypted key is empty.
        return $"{header}..{StrictBase64Url.Encode(nonce)}.{StrictBase64Url.Encode(content)}.{StrictBase64Url.Encode(tag)}";
    }

    /// <summary>The kid of a message's header; null when it is none of ours.</summary>
    public static string? KidOf(string message) => ReadHeader(message)?.Text("kid");

    /// <summary>Null when the message is not of our kind, was altered, or is for another key.</summary>
    /// <param name="key">With its private part.</param>
    public static byte[]? Decrypt(Jwk key, string message)
    {
        if (!Fits(key) || !key.HasPrivatePart || message.Split('.') is not [var header, "", var nonceText, var contentText, var tagText]) return null;
        if (ReadHeader(message) is not { } read || read.Text("alg") != Algorithm || read.Text("enc") != Encryption || Unknown(read)) return null;
        // The point is checked to lie on the curve, as every key is that is read.
        if (!read.TryGetProperty("epk", out var sent) || Jwk.TryParse(sent, out _) is not { } theirs || !Fits(theirs) || theirs.HasPrivatePart) return null;
        if (StrictBase64Url.Decode(nonceText) is not { Length: NonceLength } nonce || StrictBase64Url.Decode(contentText) is not { } content
            || StrictBase64Url.Decode(tagText) is not { Length: TagLength } tag) return null;
        using var ours = ECDiffieHellman.Create(key.Ec);
        var shared = AgreeOn(ours, theirs.Ec);
        var plain = new byte[content.Length];
        try
        {
            using var cipher = new AesGcm(shared, TagLength);
            cipher.Decrypt(nonce, content, tag, plain, Encoding.ASCII.GetBytes(header));
            return plain;
        }
        catch (CryptographicException) { return null; }
        finally { CryptographicOperations.ZeroMemory(shared); }
    }

    /// <summary>A new key to be encrypted to, private part included.</summary>
    public static Jwk NewKey()
    {
        using var made = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var key = new Jwk(JwkType.Ec) { Curve = EllipticCurve.Find("P-256"), Ec = made.ExportParameters(includePrivateParameters: true) };
        return new Jwk(JwkType.Ec) { Kid = key.Thumbprint(), Alg = Algorithm, Use = "enc", Curve = key.Curve, Ec = key.Ec };
    }

    /// <summary>May messages be encrypted to it? By kty and curve, and by use and alg where the key has them.</summary>
    public static bool Fits(Jwk key) => key.Type == JwkType.Ec && key.Curve?.Name == "P-256" && key.Use is null or "enc" && key.Alg is null or Algorithm;

    // RFC 7518 §4.6.2: one round of Concat KDF with SHA-256 gives the 256 bits of the content key; AlgorithmID is "enc", no party info.
    private static byte[] AgreeOn(ECDiffieHellman ours, ECParameters theirs)
    {
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = theirs.Curve, Q = theirs.Q });
        return Derive(ours.DeriveRawSecretAgreement(other.PublicKey), Encryption, KeyLength, [], []);
    }

    internal static byte[] Derive(byte[] secret, string algorithm, int length, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendNumber(hash, 1);
        hash.AppendData(secret);
        AppendNumber(hash, algorithm.Length);
        hash.AppendData(Encoding.ASCII.GetBytes(algorithm));
        AppendNumber(hash, partyU.Length);
        hash.AppendData(partyU);
        AppendNumber(hash, partyV.Length);
        hash.AppendData(partyV);
        AppendNumber(hash, length * 8);
        CryptographicOperations.ZeroMemory(secret);
        return hash.GetHashAndReset()[..length];
    }

    private static void AppendNumber(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static string Header(string? kid, ECPoint point)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", Algorithm);
            writer.WriteString("enc", Encryption);
            if (kid is not null) writer.WriteString("kid", kid);
            writer.WriteStartObject("epk");
            writer.WriteString("kty", "EC");
            writer.WriteString("crv", "P-256");
            writer.WriteString("x", StrictBase64Url.Encode(point.X));
            writer.WriteString("y", StrictBase64Url.Encode(point.Y));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return StrictBase64Url.Encode(buffer.WrittenSpan);
    }

    private static JsonElement? ReadHeader(string message)
    {
        var end = message.IndexOf('.', StringComparison.Ordinal);
        return end > 0 && StrictBase64Url.Decode(message.AsSpan(0, end)) is { } bytes ? StrictJson.ParseObject(bytes) : null;
    }

    // RFC 7516 §4.1.13: what must be understood and is not makes the message invalid. Compressed content is not taken, nor party info.
    private static bool Unknown(JsonElement header) => header.Has("crit") || header.Has("zip") || header.Has("apu") || header.Has("apv");
}
