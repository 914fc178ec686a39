using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aupd.Kernel.People;

/// <summary>An e-mail address in comparison form: NFC, lower case, the domain in ASCII (UTS 46). Prints masked.</summary>
public sealed record Email
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };
    private const int MaxDomain = 253, MaxLabel = 63;
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private Email(string address) => Address = address;

    public string Address { get; }

    public static Email? TryParse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        // Broken UTF-16 has no normal form: such an address is absent.
        if (!Ascii.IsValid(text) && !IsWellFormed(text)) return null;
        var lower = Nfc.Of(text).Trim().ToLowerInvariant();
        var at = lower.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at == lower.Length - 1 || at != lower.LastIndexOf('@')) return null;
        foreach (var c in lower)
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return null;
        if (IsPlainDomain(lower.AsSpan(at + 1))) return new Email(lower);
        return AsciiDomain(lower[(at + 1)..]) is { } domain ? new Email($"{lower[..at]}@{domain}") : null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i++)) return false;
        }
        return true;
    }

    /// <summary>True for what UTS 46 leaves alone: labels of ASCII letters, digits and hyphens within, none of them punycode.</summary>
    private static bool IsPlainDomain(ReadOnlySpan<char> domain)
    {
        if (domain.Length > MaxDomain) return false;
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > MaxLabel || label.ContainsAnyExcept(LabelCharacters)) return false;
            if (label[0] == '-' || label[^1] == '-') return false;
            if (label.Length > 3 && label[2] == '-' && label[3] == '-') return false;
        }
        return true;
    }

    private static string? AsciiDomain(string domain)
    {
        try
        {
            var ascii = Idn.GetAscii(domain).ToLowerInvariant();
            // A mapping may bring forth what was refused before it: U+FF20 is an @.
            return ascii.AsSpan().ContainsAny("@ \t") ? null : ascii;
        }
        catch (ArgumentException) { return null; }
    }

    public override string ToString() => $"***@{Address[(Address.IndexOf('@', StringComparison.Ordinal) + 1)..]}";
}
