using System.DirectoryServices.Protocols;
using System.Globalization;
using Aupd.Kernel.People;
using Aupd.Workplace.People;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Why the directory does not take a password: a word, and the number that goes with it.</summary>
internal sealed record PasswordRefusal(string Word, int? Number)
{
    public const string ByRule = "by-rule";
    /// <summary>pwdProperties: passwords must be complex ([MS-SAMR] §2.2.1.1, DOMAIN_PASSWORD_COMPLEX).</summary>
    private const int Complex = 1;
    /// <summary>ERROR_PASSWORD_RESTRICTION: Samba says "constraint violation" with it, Windows "unwilling to perform".</summary>
    public static bool IsOne(DirectoryRefusalException refusal) =>
        refusal.Code is ResultCode.ConstraintViolation or ResultCode.UnwillingToPerform && refusal.Message.Contains("0000052D", StringComparison.OrdinalIgnoreCase);

    /// <summary>The domain's rules are read and the password held against them, since the server's answer hardly tells.</summary>
    public static PasswordRefusal Explain(DirectoryLink link, string password, DesiredAccount person)
    {
        var (minLength, isComplex) = Rules(link);
        var full = $"{person.Last} {person.First} {person.Middle}";
        return SchoolPasswordRules.Check(password, minLength, isComplex, full, person.Login) is { } fault ? new PasswordRefusal(fault.Word, fault.Number) : new PasswordRefusal(ByRule, null);
    }

    /// <summary>What the domain asks of every password.</summary>
    public static (int MinLength, bool IsComplex) Rules(DirectoryLink link)
    {
        var domain = link.Read(link.Base, "minPwdLength", "pwdProperties");
        return (Rule(domain, "minPwdLength"), (Rule(domain, "pwdProperties") & Complex) != 0);
    }

    private static int Rule(SearchResultEntry? entry, string attribute) =>
        int.TryParse(entry?.Attributes[attribute]?[0] as string, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
