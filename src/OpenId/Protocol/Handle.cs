using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Aupd.OpenId.Protocol;

/// <summary>An opaque secret that is handed out (code, token, name of a pending request): 32 random bytes behind the second of its expiry.
/// Only its SHA-256 is stored. The expiry and the mark in clear let a look-up read one partition and ask no more than it must; whoever changes
/// them finds nothing.</summary>
internal sealed record Handle
{
    private const int MarkLength = 1, TimeLength = 4, RandomLength = 32, TimeEnd = MarkLength + TimeLength, Length = TimeEnd + RandomLength;
    private static readonly int TextLength = Base64Url.GetEncodedLength(Length);

    private Handle(byte[] bytes)
    {
        Text = Base64Url.EncodeToString(bytes);
        Hash = SHA256.HashData(bytes);
        NamesClaims = bytes[0] != 0;
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(MarkLength)));
    }

    public string Text { get; }
    public byte[] Hash { get; }
    /// <summary>Whole seconds, UTC; until the year 2106.</summary>
    public DateTimeOffset ExpiresAt { get; }
    /// <summary>The mark: single claims were asked for with what this stands for, so that whoever takes it must ask the site for them.</summary>
    public bool NamesClaims { get; }

    public static Handle New(DateTimeOffset now, TimeSpan lifetime, bool namesClaims = false)
    {
        var bytes = new byte[Length];
        bytes[0] = namesClaims ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(MarkLength), checked((uint)(now + lifetime).ToUnixTimeSeconds()));
        RandomNumberGenerator.Fill(bytes.AsSpan(TimeEnd));
        return new Handle(bytes);
    }

    /// <summary>Null unless the text is of our form, in its one spelling.</summary>
    public static Handle? TryParse(string? text)
    {
        if (text?.Length != TextLength) return null;
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(text, out var decoded) || decoded != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _))
            return null;
        if (bytes[0] > 1) return null;
        var handle = new Handle(bytes.ToArray());
        return string.Equals(handle.Text, text, StringComparison.Ordinal) ? handle : null;
    }

    public override string ToString() => "(handle)";
}
