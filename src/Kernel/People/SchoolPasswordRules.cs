using System.ComponentModel.DataAnnotations;

namespace Aupd.Kernel.People;

/// <summary>What the schools' directory asks of a password beyond the portal's own rules. The portal tells people before they choose, and needs no directory
/// for that; <c>./aupd workplace check</c> says when the domain asks for more than this. Section <c>SchoolPasswords</c>.</summary>
public sealed record SchoolPasswordSettings
{
    public const string Section = "SchoolPasswords";

    /// <summary>Fewest characters (minPwdLength of the domain); 0: whatever the portal takes.</summary>
    [Range(0, 64)] public int MinLength { get; init; }
    /// <summary>Three kinds of characters, and no part of the name or login (pwdProperties of the domain, "password must meet complexity
    /// requirements"). Leave the domain's off where you can: length does more.</summary>
    public bool IsComplex { get; init; }
}

/// <summary>Why a directory would not take a password: a word (<c>too-short</c>, <c>too-plain</c>, <c>has-name</c>), and the number that goes with it.</summary>
public sealed record SchoolPasswordFault(string Word, int? Number);

/// <summary>The rules of a Windows domain for passwords ([MS-SAMR] §3.1.1.7.2 and its "complexity"), as far as they can be told beforehand.</summary>
public static class SchoolPasswordRules
{
    public const string TooShort = "too-short", TooPlain = "too-plain", HasName = "has-name";
    /// <summary>Kinds of characters that a complex password has.</summary>
    public const int Kinds = 3;
    /// <summary>Parts of a name shorter than this may stand in a complex password.</summary>
    private const int ShortestNamePart = 3;
    private static readonly char[] Delimiters = [' ', '-', ',', '.', '_', '#', '\t'];

    /// <param name="minLength">In UTF-16 units, as a domain counts.</param>
    /// <param name="fullName">As the domain shows it; each part of it counts.</param>
    /// <returns>Null when nothing is known against the password.</returns>
    public static SchoolPasswordFault? Check(string password, int minLength, bool isComplex, string? fullName, string? login)
    {
        if (password.Length < minLength) return new SchoolPasswordFault(TooShort, minLength);
        if (!isComplex) return null;
        var parts = (fullName ?? "").Split(Delimiters, StringSplitOptions.RemoveEmptyEntries).Append(login ?? "").Where(p => p.Length >= ShortestNamePart);
        if (parts.Any(p => password.Contains(p, StringComparison.OrdinalIgnoreCase))) return new SchoolPasswordFault(HasName, null);
        return KindsOf(password) < Kinds ? new SchoolPasswordFault(TooPlain, null) : null;
    }

    // Upper case, lower case, digits, signs, letters without case.
    private static int KindsOf(string password)
    {
        bool Any(Func<char, bool> isOne) => password.Any(isOne);
        return new[] { Any(char.IsUpper), Any(char.IsLower), Any(char.IsAsciiDigit), Any(c => !char.IsLetterOrDigit(c)), Any(c => char.IsLetter(c) && !char.IsUpper(c) && !char.IsLower(c)) }.Count(k => k);
    }
}
