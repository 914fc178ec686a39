using System.Diagnostics;
using System.Globalization;
using System.Net.Mail;
using Aupd.Kernel.People;
using Aupd.Kernel.Secrets;

namespace Aupd.Portal.Messages;

/// <summary>Where a person can be reached. Prints masked, as its parts do.</summary>
internal abstract record ContactPoint
{
    private static readonly string[] ForeignStarts = ["+", "00", "810", "8-10", "8 10"];

    private ContactPoint() { }

    internal sealed record ByPhone(Phone Number) : ContactPoint
    {
        public override string ToString() => Number.ToString();
    }

    internal sealed record ByEmail(Email Address) : ContactPoint
    {
        public override string ToString() => Address.ToString();
    }

    /// <summary>For its owner's eyes: a phone in groups, a domain in its own letters.</summary>
    public string Reveal() => this switch
    {
        ByPhone p => p.Number.Formatted,
        ByEmail e => Readable(e.Address.Address),
        _ => throw new UnreachableException(),
    };

    /// <summary>The same for a sentence: a phone is not broken at the end of a line.</summary>
    public string RevealUnbroken() => this is ByPhone ? Reveal().Replace(' ', '\u00A0').Replace('-', '\u2011') : Reveal();

    /// <summary>As it stands in the database, sealed: <c>+79161234567</c> or an address with @.</summary>
    public string Plain => this switch
    {
        ByPhone p => p.Number.E164,
        ByEmail e => e.Address.Address,
        _ => throw new UnreachableException(),
    };

    /// <summary>The key by which accounts are found and limits are counted.</summary>
    public byte[] Index(Sealer sealer) => this is ByPhone ? sealer.Index(Purpose.Phone, Plain) : sealer.Index(Purpose.Email, Plain);

    public static ContactPoint FromPlain(string plain) => plain.StartsWith('+') && Phone.TryParse(plain) is { } phone
        ? new ByPhone(phone)
        : new ByEmail(Email.TryParse(plain) ?? throw new FormatException("a sealed contact is neither a phone nor an e-mail"));

    /// <summary>A phone that an SMS can reach; null for anything else.</summary>
    public static ByPhone? ReadPhone(string? text) =>
        IsPlainLine(text, 40) && text!.All(IsPhoneCharacter) && Phone.TryParse(text) is { } phone && IsDialled(text!, phone) ? new ByPhone(phone) : null;

    /// <summary>An address that a mail server takes; null for anything else.</summary>
    public static ByEmail? ReadEmail(string? text) =>
        IsPlainLine(text, 254) && Email.TryParse(text) is { Address.Length: <= 254 } email
        && email.Address[(email.Address.IndexOf('@', StringComparison.Ordinal) + 1)..].Contains('.', StringComparison.Ordinal)
        && MailAddress.TryCreate(email.Address, out var parsed) && parsed.Address == email.Address ? new ByEmail(email) : null;

    // A Russian number has eleven digits; one with a digit too few must not become a number abroad, so that needs its + or 00.
    private static bool IsDialled(string text, Phone phone) => phone.E164.StartsWith("+7", StringComparison.Ordinal)
        ? phone.E164.Length == 12
        : phone.E164.Length >= 10 && ForeignStarts.Any(s => text.TrimStart().StartsWith(s, StringComparison.Ordinal));

    private static bool IsPhoneCharacter(char c) => char.IsAsciiDigit(c) || c is ' ' or '+' or '-' or '(' or ')' or '.' or '\u00A0' or '\u2011' or '\u2013' or '\u2012';

    private static string Readable(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        try { return $"{address[..at]}@{new IdnMapping().GetUnicode(address[(at + 1)..])}"; }
        catch (ArgumentException) { return address; }
    }

    private static bool IsPlainLine(string? text, int longest) => text is not null && text.Length <= longest && !text.Any(char.IsControl);
}
