namespace Aupd.Kernel.People;

/// <summary>A phone number in E.164 form, read from any spelling people type. Prints masked.</summary>
public sealed record Phone
{
    private const int MinDigits = 8, MaxDigits = 15;
    /// <summary>The longest number with a way out of the country (810) before it; more digits cannot be a number.</summary>
    private const int MostRead = MaxDigits + 3;
    private static readonly string[] ExtensionMarks = ["доб", "ext", "#"];

    private Phone(string e164) => E164 = e164;

    /// <summary>Plus sign and 8 to 15 digits.</summary>
    public string E164 { get; }

    /// <summary>As people write it: +7 916 123-45-67; numbers of other countries stay as they are.</summary>
    public string Formatted => E164.Length == 12 && E164.StartsWith("+7", StringComparison.Ordinal)
        ? $"+7 {E164[2..5]} {E164[5..8]}-{E164[8..10]}-{E164[10..]}"
        : E164;

    public static Phone? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        Span<char> read = stackalloc char[MostRead];
        var (count, international) = (0, false);
        foreach (var c in WithoutExtension(text))
        {
            // A plus is leading when no digit stands before it: "(+7) 916…" has one too.
            if (c == '+') international |= count == 0;
            else if (char.IsAsciiDigit(c))
            {
                if (count == MostRead) return null;
                read[count++] = c;
            }
        }
        ReadOnlySpan<char> digits = read[..count];
        if (international) return digits is ['8', '9', ..] and { Length: 11 } ? Make("7", digits[1..]) : Make("", digits);
        if (digits is ['8', '1', '0', ..]) digits = digits[3..];
        else if (digits is ['0', '0', ..]) digits = digits[2..];
        return digits switch
        {
            ['7' or '8', ..] and { Length: 11 } => Make("7", digits[1..]),
            ['9', ..] and { Length: 10 } => Make("7", digits),
            _ => Make("", digits),
        };
    }

    private static Phone? Make(string country, ReadOnlySpan<char> digits) =>
        country.Length + digits.Length is >= MinDigits and <= MaxDigits ? new Phone(string.Concat("+", country, digits)) : null;

    private static ReadOnlySpan<char> WithoutExtension(ReadOnlySpan<char> text)
    {
        foreach (var mark in ExtensionMarks)
            if (text.IndexOf(mark, StringComparison.OrdinalIgnoreCase) is >= 0 and var at) text = text[..at];
        return text;
    }

    public override string ToString() => $"***{E164[^2..]}";
}
