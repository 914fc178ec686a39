using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Aupd.OpenId.Protocol;

/// <summary>What must be known of a handle's object before it is looked up, so that no statement asks for more than it must. They stand in clear, for
/// whoever changes them finds nothing.</summary>
[Flags]
internal enum Marks : byte
{
    None = 0,
    /// <summary>Single claims were asked for (OpenID Connect Core §5.5): the site must be asked for them.</summary>
    NamesClaims = 1,
    /// <summary>Resources were named (RFC 8707): access tokens of the grant say for whom they are.</summary>
    NamesResources = 2,
}

/// <summary>An opaque secret that is handed out (code, token, name of a pending request): 32 random bytes behind the second of its expiry.
/// Only its SHA-256 is stored. The expiry in clear lets a look-up read one partition.</summary>
internal sealed record Handle
{
    private const int MarkLength = 1, TimeLength = 4, RandomLength = 32, TimeEnd = MarkLength + TimeLength, Length = TimeEnd + RandomLength;
    private static readonly int TextLength = Base64Url.GetEncodedLength(Length);

    private Handle(byte[] bytes)
    {
        Text = Base64Url.EncodeToString(bytes);
        Hash = SHA256.HashData(bytes);
        Marks = (Marks)bytes[0];
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(MarkLength)));
    }

    public string Text { get; }
    public byte[] Hash { get; }
    /// <summary>Whole seconds, UTC; until the year 2106.</summary>
    public DateTimeOffset ExpiresAt { get; }
    public Marks Marks { get; }

    public static Handle New(DateTimeOffset now, TimeSpan lifetime, Marks marks = Marks.None)
    {
        var bytes = new byte[Length];
        bytes[0] = (byte)marks;
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
        if (bytes[0] > (byte)(Marks.NamesClaims | Marks.NamesResources)) return null;
        var handle = new Handle(bytes.ToArray());
        return string.Equals(handle.Text, text, StringComparison.Ordinal) ? handle : null;
    }

    public override string ToString() => "(handle)";
}
