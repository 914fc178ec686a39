using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aupd.Kernel.People;

namespace Aupd.Registries.Matching;

/// <summary>A СНИЛС, a phone or an e-mail as the engine sees it: 128 bits that are equal exactly when the identifiers are. What they are
/// made of is the caller's choice, one for a whole population: the bulk match takes the value itself, the database its blind index, so
/// that nothing is unsealed to be compared.</summary>
internal readonly record struct IdentifierKey(ulong High, ulong Low)
{
    public const int IndexLength = 16;

    public static IdentifierKey None => default;

    public bool IsNone => High == 0 && Low == 0;

    /// <summary>Both present and equal.</summary>
    public bool Agrees(IdentifierKey other) => !IsNone && this == other;

    /// <summary>Both present and not equal.</summary>
    public bool Differs(IdentifierKey other) => !IsNone && !other.IsNone && this != other;

    /// <summary>The blind index that <c>Sealer.Index</c> made.</summary>
    public static IdentifierKey OfIndex(ReadOnlySpan<byte> index) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(index), BinaryPrimitives.ReadUInt64BigEndian(index[8..IndexLength]));

    public static IdentifierKey Of(Snils snils) => OfDigits('s', snils.Digits);

    public static IdentifierKey Of(Phone phone) => OfDigits('p', phone.E164.AsSpan(1));

    public static IdentifierKey Of(Email email)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(email.Address), hash);
        return OfIndex(hash);
    }

    /// <summary>The number itself, beside its kind and its length (leading zeros count).</summary>
    private static IdentifierKey OfDigits(char kind, ReadOnlySpan<char> digits) =>
        new((ulong)kind << 8 | (uint)digits.Length, ulong.Parse(digits, CultureInfo.InvariantCulture));
}
