using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Aupd.OpenId.Protocol;

/// <summary>An opaque secret that is handed out (code, token, name of a pending request): 32 random bytes behind the second of its expiry.
/// Only its SHA-256 is stored. The expiry in clear lets a look-up read one partition; whoever changes it finds nothing.</summary>
internal sealed record Handle
{
    private const int TimeLength = 5, RandomLength = 32, Length = TimeLength + RandomLength;
    private static readonly int TextLength = Base64Url.GetEncodedLength(Length);

    private Handle(byte[] bytes)
    {
        Text = Base64Url.EncodeToString(bytes);
        Hash = SHA256.HashData(bytes);
        Span<byte> time = stackalloc byte[8];
        bytes.AsSpan(0, TimeLength).CopyTo(time[(8 - TimeLength)..]);
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(time));
    }

    public string Text { get; }
    public byte[] Hash { get; }
    /// <summary>Whole seconds, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; }

    public static Handle New(DateTimeOffset now, TimeSpan lifetime)
    {
        var bytes = new byte[Length];
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, (now + lifetime).ToUnixTimeSeconds());
        time[(8 - TimeLength)..].CopyTo(bytes);
        RandomNumberGenerator.Fill(bytes.AsSpan(TimeLength));
        return new Handle(bytes);
    }

    /// <summary>Null unless the text is of our form, in its one spelling.</summary>
    public static Handle? TryParse(string? text)
    {
        if (text?.Length != TextLength) return null;
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var decoded) || decoded != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _))
            return null;
        if (bytes[0] != 0) return null; // Beyond the year 2100: not one of ours, and perhaps more than a timestamp can hold.
        var handle = new Handle(bytes.ToArray());
        return string.Equals(handle.Text, text, StringComparison.Ordinal) ? handle : null;
    }

    public override string ToString() => "(handle)";
}
