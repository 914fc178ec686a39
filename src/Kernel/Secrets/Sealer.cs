using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Aupd.Kernel.Secrets;

/// <summary>Encrypts personal data at rest (AES-256-GCM) and makes the keyed index by which it is found (HMAC-SHA256, 16 bytes).
/// All keys are derived (HKDF) from one master key that lies outside the database. Thread-safe.</summary>
/// <remarks>Sealed form: version byte 1, 12 bytes nonce, ciphertext, 16 bytes tag; the purpose is authenticated with it, so a value
/// sealed as an e-mail cannot be opened as a phone.</remarks>
public sealed class Sealer
{
    public const int MasterKeyLength = 32;
    private const byte Version = 1;
    private const int NonceLength = 12, TagLength = 16, IndexLength = 16;

    private readonly byte[] _master;
    private readonly ConcurrentDictionary<string, byte[]> _keys = new(StringComparer.Ordinal);
    private readonly ThreadLocal<Dictionary<string, AesGcm>> _ciphers = new(() => new(StringComparer.Ordinal));

    public Sealer(ReadOnlySpan<byte> masterKey)
    {
        if (masterKey.Length != MasterKeyLength)
            throw new ArgumentException($"The master key must be {MasterKeyLength} bytes, but was {masterKey.Length}.", nameof(masterKey));
        _master = masterKey.ToArray();
    }

    public byte[] Seal(string purpose, ReadOnlySpan<byte> plain)
    {
        var sealedBytes = new byte[1 + NonceLength + plain.Length + TagLength];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        Cipher(purpose).Encrypt(nonce, plain, sealedBytes.AsSpan(1 + NonceLength, plain.Length), sealedBytes.AsSpan(1 + NonceLength + plain.Length),
            Encoding.UTF8.GetBytes(purpose));
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">Not sealed by this key for this purpose, or damaged.</exception>
    public byte[] Open(string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < 1 + NonceLength + TagLength || sealedBytes[0] != Version)
            throw new CryptographicException($"Not a sealed {purpose}.");
        var plain = new byte[sealedBytes.Length - 1 - NonceLength - TagLength];
        Cipher(purpose).Decrypt(sealedBytes.Slice(1, NonceLength), sealedBytes.Slice(1 + NonceLength, plain.Length), sealedBytes[^TagLength..], plain,
            Encoding.UTF8.GetBytes(purpose));
        return plain;
    }

    public byte[]? SealText(string purpose, string? text) => text is null ? null : Seal(purpose, Encoding.UTF8.GetBytes(text));

    public string? OpenText(string purpose, byte[]? sealedBytes) => sealedBytes is null ? null : Encoding.UTF8.GetString(Open(purpose, sealedBytes));

    /// <summary>The same value of the same purpose gives the same 16 bytes; without the key neither can be found from the other.</summary>
    public byte[] Index(string purpose, string value)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(Key("index/" + purpose), Encoding.UTF8.GetBytes(value), hash);
        return hash[..IndexLength].ToArray();
    }

    /// <summary>A key of one's own for a purpose, 32 bytes, the same on every node.</summary>
    public byte[] Key(string purpose) =>
        _keys.GetOrAdd(purpose, p => HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, MasterKeyLength, info: Encoding.UTF8.GetBytes("aupd/" + p)));

    private AesGcm Cipher(string purpose)
    {
        var mine = _ciphers.Value!;
        if (!mine.TryGetValue(purpose, out var cipher)) mine[purpose] = cipher = new AesGcm(Key("seal/" + purpose), TagLength);
        return cipher;
    }
}

/// <summary>The purposes under which identifiers are sealed and indexed; one word each, so that modules find the same person.</summary>
public static class Purpose
{
    public const string Snils = "snils", Phone = "phone", Email = "email";
}
