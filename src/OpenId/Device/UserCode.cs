using System.Security.Cryptography;

namespace Aupd.OpenId.Device;

/// <summary>What a person types from a screen: eight consonants, about 34 bits, which make no word and are taken for no other letter or digit
/// (RFC 8628 §6.1). Hides itself: whoever knows it may answer for the screen.</summary>
internal sealed record UserCode
{
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";
    // On a Russian keyboard people type what looks the same.
    private const string Cyrillic = "ВСНКМРТХ", CyrillicLooksLike = "BCHKMPTX";
    private const int Length = 8, LongestTyped = 64;

    private UserCode(string letters) => Value = letters;

    /// <summary>The eight letters, upper case.</summary>
    public string Value { get; }

    /// <summary>As a screen shows it: BCDF-GHJK.</summary>
    public string Shown => $"{Value[..4]}-{Value[4..]}";

    public static UserCode New() => new(RandomNumberGenerator.GetString(Letters, Length));

    /// <summary>Takes any case, with or without dashes and spaces; null when that leaves anything but eight of our letters.</summary>
    public static UserCode? TryParse(string? typed)
    {
        if (typed is not { Length: >= Length and <= LongestTyped }) return null;
        var letters = new string([.. typed.Where(c => !char.IsWhiteSpace(c) && !IsDash(c)).Select(Plain)]);
        return letters.Length == Length && letters.All(Letters.Contains) ? new UserCode(letters) : null;
    }

    private static char Plain(char typed)
    {
        var upper = char.ToUpperInvariant(typed);
        var place = Cyrillic.IndexOf(upper, StringComparison.Ordinal);
        return place < 0 ? upper : CyrillicLooksLike[place];
    }

    // The phone's keyboard may have made a hyphen into something longer.
    private static bool IsDash(char c) => c is '-' or '.' or '_' or '\u00AD' or (>= '\u2010' and <= '\u2015') or '\u2212';

    public override string ToString() => "(user code)";
}
