using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Aupd.Kernel.Secrets;

namespace Aupd.OpenId.Token.RefreshToken;

/// <summary>A refresh token that is about to be given: its secret stands before the statement that stores the hash, its text after, when the
/// grant is known.</summary>
/// <param name="ExpiresAt">Whole seconds, UTC; until the year 2106.</param>
/// <param name="NamesClaims">Single claims were asked for with its grant, so that a refresh must ask the site for them.</param>
internal sealed record NewRefreshToken(byte[] Secret, DateTimeOffset ExpiresAt, bool NamesClaims)
{
    public byte[] Hash { get; } = SHA256.HashData(Secret);

    public override string ToString() => "(refresh token)";
}

/// <summary>A refresh token that this provider once gave; whether it is good still is the grant's to say.</summary>
internal sealed record GivenRefreshToken(GrantKey Grant, DateTimeOffset ExpiresAt, bool NamesClaims, byte[] Hash)
{
    public override string ToString() => "(refresh token)";
}

/// <summary>The form of refresh tokens: the grant they belong to in clear, so that they are found in its row, 32 random bytes, of which the
/// row keeps the SHA-256, and a keyed tag over all of it. What has the tag was given by this provider: if its grant does not know
/// it as good, it was spent, and need not be remembered one by one.</summary>
internal sealed class RefreshTokens(Sealer sealer, ProviderIdentity provider, OpenIdSettings settings)
{
    private const int MarkLength = 1, TimeLength = 4, GrantLength = 16, SecretLength = 32, TagLength = 16;
    private const int GrantTimeAt = MarkLength + TimeLength, GrantAt = GrantTimeAt + TimeLength, SecretAt = GrantAt + GrantLength, TagAt = SecretAt + SecretLength;
    private const int Length = TagAt + TagLength;
    private static readonly int TextLength = Base64Url.GetEncodedLength(Length);

    private readonly byte[] _key = sealer.Key("refresh-token/" + provider.Name);

    public NewRefreshToken New(DateTimeOffset now, bool namesClaims = false) => new(RandomNumberGenerator.GetBytes(SecretLength),
        DateTimeOffset.FromUnixTimeSeconds((now + TimeSpan.FromDays(settings.RefreshTokenIdleDays)).ToUnixTimeSeconds()), namesClaims);

    /// <summary>The token as the client gets it.</summary>
    public string Text(NewRefreshToken token, GrantKey grant)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = token.NamesClaims ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[MarkLength..], Seconds(token.ExpiresAt));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[GrantTimeAt..], Seconds(grant.ExpiresAt));
        grant.Id.TryWriteBytes(bytes[GrantAt..], bigEndian: true, out _);
        token.Secret.CopyTo(bytes[SecretAt..]);
        WriteTag(bytes[..TagAt], bytes[TagAt..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null unless this provider gave it, letter for letter.</summary>
    public GivenRefreshToken? TryRead(string? text)
    {
        if (text?.Length != TextLength) return null;
        Span<byte> bytes = stackalloc byte[Length], tag = stackalloc byte[TagLength];
        if (!Base64Url.IsValid(text, out var decoded) || decoded != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _)) return null;
        WriteTag(bytes[..TagAt], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, bytes[TagAt..])) return null;
        // The last letter could carry spare bits: one token, one spelling.
        if (!string.Equals(Base64Url.EncodeToString(bytes), text, StringComparison.Ordinal)) return null;
        return new GivenRefreshToken(new GrantKey(new Guid(bytes.Slice(GrantAt, GrantLength), bigEndian: true), Time(bytes[GrantTimeAt..])), Time(bytes[MarkLength..]),
            bytes[0] != 0, SHA256.HashData(bytes.Slice(SecretAt, SecretLength)));
    }

    private void WriteTag(ReadOnlySpan<byte> of, Span<byte> tag)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, of, whole);
        whole[..TagLength].CopyTo(tag);
    }

    private static uint Seconds(DateTimeOffset time) => checked((uint)time.ToUnixTimeSeconds());

    private static DateTimeOffset Time(ReadOnlySpan<byte> bytes) => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes));
}
