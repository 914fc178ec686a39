using System.Globalization;
using System.Text;
using Aupd.Kernel.People;

namespace Aupd.SignIn.Activation;

/// <summary>What a login may look like, and how one is made of a surname.</summary>
internal static class LoginText
{
    /// <summary>sAMAccountName takes no more.</summary>
    internal const int MaxLength = 20;
    private const string Fallback = "user";

    // ICAO Doc 9303 part 3, section 6, Cyrillic: the row of ь does not exist, it is dropped.
    private static readonly Dictionary<char, string> Icao = new()
    {
        ['а'] = "a", ['б'] = "b", ['в'] = "v", ['г'] = "g", ['д'] = "d", ['е'] = "e", ['ё'] = "e", ['ж'] = "zh", ['з'] = "z", ['и'] = "i", ['й'] = "i",
        ['к'] = "k", ['л'] = "l", ['м'] = "m", ['н'] = "n", ['о'] = "o", ['п'] = "p", ['р'] = "r", ['с'] = "s", ['т'] = "t", ['у'] = "u", ['ф'] = "f",
        ['х'] = "kh", ['ц'] = "ts", ['ч'] = "ch", ['ш'] = "sh", ['щ'] = "shch", ['ъ'] = "ie", ['ы'] = "y", ['ь'] = "", ['э'] = "e", ['ю'] = "iu", ['я'] = "ia",
        ['і'] = "i", ['ѣ'] = "ie", ['ў'] = "u", ['ґ'] = "g", ['є'] = "ie", ['ї'] = "i", ['ѳ'] = "f", ['ѵ'] = "y",
    };

    /// <summary>A journal login can be kept when it has 1 to 20 Latin letters, digits, <c>-</c> or <c>_</c>, and cannot be taken for a phone
    /// or a СНИЛС, which open the portal too: so at least one letter.</summary>
    internal static bool IsUsable(string? login) =>
        login is { Length: >= 1 and <= MaxLength } && login.All(IsAllowed) && login.Any(char.IsAsciiLetter);

    /// <summary>The form under which a login is unique.</summary>
    internal static string Key(string login) => login.ToLowerInvariant();

    /// <summary>Transliterated surname, or first name where the surname gives nothing, at most 20 characters: <c>Иванов</c> → <c>ivanov</c>.</summary>
    internal static string BaseOf(string lastName, string firstName)
    {
        foreach (var name in (string[])[lastName, firstName])
            if (Transliterate(name) is { Length: > 0 } made) return made;
        return Fallback;
    }

    private static string Transliterate(string name)
    {
        var made = new StringBuilder();
        foreach (var c in Nfc.Of(name).ToLowerInvariant())
        {
            if (Icao.TryGetValue(c, out var latin)) made.Append(latin);
            else if (char.IsWhiteSpace(c) || c is '-' or '_' || char.GetUnicodeCategory(c) == UnicodeCategory.DashPunctuation) AppendDash(made);
            else AppendPlainLetters(made, c);
        }
        if (made.Length > MaxLength) made.Length = MaxLength;
        return made.ToString().Trim('-');
    }

    // é → e; letters of scripts that have no row are left out.
    private static void AppendPlainLetters(StringBuilder made, char c)
    {
        if (char.IsSurrogate(c) || c == '\uFFFE') return;
        foreach (var part in c.ToString().Normalize(NormalizationForm.FormD))
            if (char.IsAsciiLetter(part)) made.Append(part);
    }

    private static void AppendDash(StringBuilder made)
    {
        if (made.Length > 0 && made[^1] != '-') made.Append('-');
    }

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
