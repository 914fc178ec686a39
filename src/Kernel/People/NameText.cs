using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aupd.Kernel.People;

/// <summary>Normalises one part of a name (a surname, a first name or a patronymic) for comparison; the rules are those of
/// the contract of registry files, "Normalisation, exactly". Nothing fuzzier than this is ever a match.</summary>
/// <remarks>Normalising twice gives the same as once. Any text may be given, broken UTF-16 too.</remarks>
public static class NameText
{
    private const int OnStack = 256;
    /// <summary>One character becomes at most three: the ligature ﬃ.</summary>
    private const int MaxExpansion = 3;

    private static readonly SearchValues<char> Apostrophes = SearchValues.Create("'’‘ʼ`´′‛＇ʹ");
    private static readonly SearchValues<char> LatinLookAlikes = SearchValues.Create("ABCEHKMOPTXY");

    /// <summary>The comparison form of one part; the empty string for null, blank and invisible text.</summary>
    public static string Normalise(string? part)
    {
        if (string.IsNullOrEmpty(part)) return "";
        if (IsPlain(part)) return Pass(part);
        // Upper-casing, folding and dropping apostrophes can bring characters together that compose: go on until nothing changes.
        for (var text = part; ;)
        {
            var next = Pass(Composed(text));
            if (next == text || IsPlain(next)) return next;
            text = next;
        }
    }

    /// <summary>The comparison form of a patronymic: null where there is none, however that was written.</summary>
    public static string? NormalisePatronymic(string? part) =>
        Normalise(part) is var text && text is "" or "-" or "НЕТ" or "ОТСУТСТВУЕТ" ? null : text;

    /// <summary>ASCII and the Russian block: nothing in them is invisible or composes.</summary>
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
            if (c is not (>= ' ' and <= '~' or >= '\u0400' and <= '\u045F')) return false;
        return true;
    }

    /// <summary>Without invisible characters (category Cf), then NFC. A lone surrogate becomes U+FFFD.</summary>
    private static string Composed(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format) kept.Append(rune);
        return Nfc.Of(kept.ToString());
    }

    private static string Pass(string text)
    {
        var rented = text.Length * MaxExpansion > OnStack ? ArrayPool<char>.Shared.Rent(text.Length * MaxExpansion) : null;
        var built = rented ?? stackalloc char[OnStack];
        var length = 0;
        foreach (var c in text) length = Append(built, length, c);
        if (length > 0 && built[length - 1] == ' ') length--;
        var result = built[..length];
        UpperCase(result);
        if (HasCyrillicLetter(result)) Fold(result);
        var same = result.SequenceEqual(text) ? text : result.ToString();
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return same;
    }

    private static int Append(Span<char> built, int length, char c)
    {
        if (char.IsWhiteSpace(c))
        {
            if (length > 0 && built[length - 1] is not (' ' or '-')) built[length++] = ' ';
        }
        else if (IsDash(c))
        {
            if (length > 0 && built[length - 1] == ' ') length--;
            built[length++] = '-';
        }
        else if (!Apostrophes.Contains(c))
        {
            var expanded = Expanded(c);
            if (expanded is null) built[length++] = c;
            else foreach (var e in expanded) built[length++] = e;
        }
        return length;
    }

    private static bool IsDash(char c) => c is '-' or >= '\u2010' and <= '\u2015' or '\u2212' or '\uFE63' or '\uFF0D';

    /// <summary>Upper case that is more than one letter, or that the invariant culture leaves out (Unicode SpecialCasing.txt).</summary>
    private static string? Expanded(char c) => c switch
    {
        < '\u00DF' => null,
        'ß' => "SS",
        'ı' => "I",
        'ŉ' => "N",
        'և' => "ԵՒ",
        'ﬀ' => "FF",
        'ﬁ' => "FI",
        'ﬂ' => "FL",
        'ﬃ' => "FFI",
        'ﬄ' => "FFL",
        'ﬅ' or 'ﬆ' => "ST",
        _ => null,
    };

    private static void UpperCase(Span<char> text)
    {
        // The whole text at once: a letter outside the basic plane is two chars.
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0) text.ToString().AsSpan().ToUpperInvariant(text);
        else
            foreach (ref var c in text)
                c = c switch
                {
                    >= 'А' and <= 'Я' => c,
                    >= 'а' and <= 'я' => (char)(c - ('а' - 'А')),
                    _ => char.ToUpperInvariant(c),
                };
        text.Replace('Ё', 'Е');
    }

    private static bool HasCyrillicLetter(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (IsInCyrillicBlock(c) && char.IsLetter(c)) return true;
        return false;
    }

    private static bool IsInCyrillicBlock(char c) =>
        c is >= '\u0400' and <= '\u052F' or >= '\u1C80' and <= '\u1C8F' or >= '\uA640' and <= '\uA69F' or '\u1D2B' or '\u1D78';

    private static void Fold(Span<char> upper)
    {
        for (var at = upper.IndexOfAny(LatinLookAlikes); at >= 0;)
        {
            upper[at] = Cyrillic(upper[at]);
            var next = upper[(at + 1)..].IndexOfAny(LatinLookAlikes);
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    private static char Cyrillic(char latin) => latin switch
    {
        'A' => 'А', 'B' => 'В', 'C' => 'С', 'E' => 'Е', 'H' => 'Н',
        'K' => 'К', 'M' => 'М', 'O' => 'О', 'P' => 'Р', 'T' => 'Т', 'X' => 'Х', _ => 'У',
    };
}
