using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Token;

internal enum GrantHandleKind : byte { AccessToken = 0, RefreshToken = 0x80 }

/// <summary>A token of a grant that is about to be given: its secret stands before the statement that makes or changes the grant, its text
/// after, when the grant is known.</summary>
/// <param name="ExpiresAt">Whole seconds, UTC; until the year 2106.</param>
internal sealed record NewGrantHandle(GrantHandleKind Kind, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, Marks Marks, byte[] Secret)
{
    public byte[] Hash { get; } = SHA256.HashData(Secret);

    public override string ToString() => "(token)";
}

/// <summary>A token that this provider once gave; whether it is good still is for its grant to say.</summary>
/// <param name="Hash">Of its secret.</param>
internal sealed record GrantHandle(GrantHandleKind Kind, GrantKey Grant, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, Marks Marks, byte[] Hash)
{
    public override string ToString() => "(token)";
}

/// <summary>The form of tokens that need no row of their own (decision 42): the grant they belong to in clear, 32 random bytes, and a keyed tag over
/// all of it. What has the tag was given by this provider.</summary>
internal sealed class GrantHandles(Sealer sealer, ProviderIdentity provider)
{
    private const int MarkLength = 1, TimeLength = 4, GrantLength = 16, SecretLength = 32, TagLength = 16;
    private const int IssuedAt = MarkLength, ExpiresAt = IssuedAt + TimeLength, GrantExpiresAt = ExpiresAt + TimeLength, GrantAt = GrantExpiresAt + TimeLength,
        SecretAt = GrantAt + GrantLength, TagAt = SecretAt + SecretLength, Length = TagAt + TagLength;
    private static readonly int TextLength = Base64Url.GetEncodedLength(Length);

    private readonly byte[] _key = sealer.Key("token/" + provider.Name);

    public static NewGrantHandle New(GrantHandleKind kind, DateTimeOffset now, TimeSpan lifetime, Marks marks = Marks.None) =>
        new(kind, now, DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds()), marks, RandomNumberGenerator.GetBytes(SecretLength));

    /// <summary>The token as the client gets it.</summary>
    /// <param name="expiresAt">Of the token: the grant may end sooner than was thought when the token was made.</param>
    public string Text(NewGrantHandle token, GrantKey grant, DateTimeOffset expiresAt)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = (byte)((byte)token.Kind | (byte)token.Marks);
        Write(bytes[IssuedAt..], token.IssuedAt);
        Write(bytes[ExpiresAt..], expiresAt);
        Write(bytes[GrantExpiresAt..], grant.ExpiresAt);
        grant.Id.TryWriteBytes(bytes[GrantAt..], bigEndian: true, out _);
        token.Secret.CopyTo(bytes[SecretAt..]);
        WriteTag(bytes[..TagAt], bytes[TagAt..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null unless this provider gave it, letter for letter.</summary>
    public GrantHandle? TryRead(GrantHandleKind kind, string? text)
    {
        if (text?.Length != TextLength) return null;
        Span<byte> bytes = stackalloc byte[Length], tag = stackalloc byte[TagLength];
        if (!Base64Url.IsValid(text, out var decoded) || decoded != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _)) return null;
        WriteTag(bytes[..TagAt], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, bytes[TagAt..])) return null;
        // The last letter could carry spare bits: one token, one spelling.
        if (!string.Equals(Base64Url.EncodeToString(bytes), text, StringComparison.Ordinal)) return null;
        if ((bytes[0] & (byte)GrantHandleKind.RefreshToken) != (byte)kind) return null;
        return new GrantHandle(kind, new GrantKey(new Guid(bytes.Slice(GrantAt, GrantLength), bigEndian: true), Read(bytes[GrantExpiresAt..])), Read(bytes[IssuedAt..]),
            Read(bytes[ExpiresAt..]), (Marks)(bytes[0] & ~(byte)GrantHandleKind.RefreshToken), SHA256.HashData(bytes.Slice(SecretAt, SecretLength)));
    }

    private void WriteTag(ReadOnlySpan<byte> of, Span<byte> tag)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, of, whole);
        whole[..TagLength].CopyTo(tag);
    }

    private static void Write(Span<byte> to, DateTimeOffset time) => BinaryPrimitives.WriteUInt32BigEndian(to, checked((uint)time.ToUnixTimeSeconds()));

    private static DateTimeOffset Read(ReadOnlySpan<byte> bytes) => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes));
}
