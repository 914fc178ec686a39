using System.Security.Cryptography;

namespace Aupd.SignIn.Qr;

/// <summary>What a person types from a screen: eight digits, which a nine-year-old can type on any keyboard. Few enough to guess at, so every try
/// is counted; and whoever guesses one can only let that screen in under his own name. Hides itself.</summary>
internal sealed record ScreenNumber
{
    private const int Length = 8, LongestTyped = 40;

    private ScreenNumber(string digits) => Value = digits;

    /// <summary>The eight digits.</summary>
    public string Value { get; }

    /// <summary>As a screen shows it: 1234 5678.</summary>
    public string Shown => $"{Value[..4]} {Value[4..]}";

    public static ScreenNumber New() => new(RandomNumberGenerator.GetString("0123456789", Length));

    /// <summary>With or without spaces and dashes; null when that leaves anything but eight digits.</summary>
    public static ScreenNumber? TryParse(string? typed)
    {
        if (typed is not { Length: >= Length and <= LongestTyped }) return null;
        var digits = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '.' or '\u00AD' or (>= '\u2010' and <= '\u2015') or '\u2212')));
        return digits.Length == Length && digits.All(char.IsAsciiDigit) ? new ScreenNumber(digits) : null;
    }

    /// <summary>Three different numbers in an order of their own, one of them this: whoever looks at the screen knows which. The same for the
    /// same seed, so that a page that is loaded again does not give it away.</summary>
    /// <param name="seed">At least 20 secret bytes.</param>
    public IReadOnlyList<ScreenNumber> AmongOthers(ReadOnlySpan<byte> seed)
    {
        var others = new List<ScreenNumber>();
        for (uint i = 0, from = BitConverter.ToUInt32(seed); others.Count < 2; i++)
        {
            var other = new ScreenNumber((((ulong)from * 2_654_435_761 + BitConverter.ToUInt64(seed[8..]) * (2 * i + 1)) % 100_000_000)
                .ToString("D8", System.Globalization.CultureInfo.InvariantCulture));
            // Told apart at a glance: no half of it may be the same.
            if (others.Append(this).All(o => o.Value[..4] != other.Value[..4] && o.Value[4..] != other.Value[4..])) others.Add(other);
        }
        others.Insert(seed[16] % 3, this);
        return others;
    }

    public override string ToString() => "(screen number)";
}
