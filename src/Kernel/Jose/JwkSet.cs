using System.Text;
using System.Text.Json;

namespace Aupd.Kernel.Jose;

/// <summary>The public keys of one issuer (RFC 7517 §5), ready to verify with. Keys of a kind we do not know, or damaged ones, are
/// left out, as §5 asks; symmetric ones are never taken.</summary>
public sealed class JwkSet
{
    /// <summary>More keys than any issuer has; a longer document is not read.</summary>
    public const int MaxKeys = 100;

    private readonly VerificationKey[] _keys;

    public JwkSet(IEnumerable<Jwk> keys) => _keys = [.. keys.Where(k => k.Type != JwkType.Oct).Select(k => new VerificationKey(k))];

    public IEnumerable<Jwk> Keys => _keys.Select(k => k.Public);

    /// <summary>Null when the document is not a JWK set.</summary>
    public static JwkSet? TryParse(ReadOnlyMemory<byte> json)
    {
        if (StrictJson.ParseObject(json) is not { } root || !root.TryGetProperty("keys", out var list)) return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxKeys) return null;
        return new JwkSet(list.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.Object)
            .Select(k => Jwk.TryParse(k, out _)).OfType<Jwk>());
    }

    public static JwkSet? TryParse(string json) => TryParse(Encoding.UTF8.GetBytes(json));

    /// <summary>The JWKS document: public parts alone.</summary>
    public byte[] ToJson()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys");
            foreach (var key in _keys) key.Public.WriteTo(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The one key that this kid and algorithm name. Two that fit are none: guessing would let one key stand in for
    /// another.</summary>
    internal VerificationKey? Find(string? kid, SignatureAlgorithm algorithm, out bool ambiguous)
    {
        VerificationKey? found = null;
        ambiguous = false;
        foreach (var key in _keys)
        {
            if ((kid is not null && !string.Equals(key.Public.Kid, kid, StringComparison.Ordinal)) || !key.Public.Fits(algorithm)) continue;
            if (found is not null)
            {
                ambiguous = true;
                return null;
            }
            found = key;
        }
        return found;
    }
}
