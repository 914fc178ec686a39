using System.DirectoryServices.Protocols;
using System.Globalization;
using Aupd.Workplace.People;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Why the directory does not take a password: a word, and the number that goes with it.</summary>
internal sealed record PasswordRefusal(string Word, int? Number)
{
    public const string TooShort = "too-short", TooPlain = "too-plain", HasName = "has-name", ByRule = "by-rule";
    /// <summary>pwdProperties: passwords must be complex ([MS-SAMR] §2.2.1.1, DOMAIN_PASSWORD_COMPLEX).</summary>
    private const int Complex = 1;
    /// <summary>Parts of a name shorter than this may stand in a complex password.</summary>
    private const int ShortestNamePart = 3;

    /// <summary>ERROR_PASSWORD_RESTRICTION: Samba says "constraint violation" with it, Windows "unwilling to perform".</summary>
    public static bool IsOne(DirectoryRefusalException refusal) =>
        refusal.Code is ResultCode.ConstraintViolation or ResultCode.UnwillingToPerform && refusal.Message.Contains("0000052D", StringComparison.OrdinalIgnoreCase);

    /// <summary>The domain's rules are read and the password held against them, since the server's answer hardly tells.</summary>
    public static PasswordRefusal Explain(DirectoryLink link, string password, DesiredAccount person)
    {
        var domain = link.Read(link.Base, "minPwdLength", "pwdProperties");
        var shortest = Rule(domain, "minPwdLength");
        if (password.Length < shortest) return new PasswordRefusal(TooShort, shortest);
        if ((Rule(domain, "pwdProperties") & Complex) == 0) return new PasswordRefusal(ByRule, null);
        if (NameParts(person).Any(p => password.Contains(p, StringComparison.OrdinalIgnoreCase))) return new PasswordRefusal(HasName, null);
        return Kinds(password) < 3 ? new PasswordRefusal(TooPlain, null) : new PasswordRefusal(ByRule, null);
    }

    // Upper case, lower case, digits, signs, letters without case.
    private static int Kinds(string password)
    {
        bool Any(Func<char, bool> is_) => password.Any(is_);
        return new[] { Any(char.IsUpper), Any(char.IsLower), Any(char.IsAsciiDigit), Any(c => !char.IsLetterOrDigit(c)), Any(c => char.IsLetter(c) && !char.IsUpper(c) && !char.IsLower(c)) }.Count(k => k);
    }

    private static IEnumerable<string> NameParts(DesiredAccount person) =>
        $"{person.Last} {person.First} {person.Middle}".Split([' ', '-', ',', '.', '_', '#', '\t'], StringSplitOptions.RemoveEmptyEntries).Append(person.Login)
            .Where(p => p.Length >= ShortestNamePart);

    private static int Rule(SearchResultEntry? entry, string attribute) =>
        int.TryParse(entry?.Attributes[attribute]?[0] as string, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
