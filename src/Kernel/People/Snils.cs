namespace Aupd.Kernel.People;

/// <summary>Personal insurance number (СНИЛС): 11 digits, the last two a checksum over the first nine, checked for numbers
/// above 001-001-998. Prints masked.</summary>
public sealed record Snils
{
    private const int Length = 11, LastUncheckedNumber = 1_001_998;
    private static readonly SnilsReading Absent = new SnilsReading.Absent(), WrongChecksum = new SnilsReading.WrongChecksum();

    private Snils(string digits) => Digits = digits;

    /// <summary>The 11 digits, bare.</summary>
    public string Digits { get; }

    /// <summary>As printed on the card: 112-233-445 95.</summary>
    public string Formatted => $"{Digits[..3]}-{Digits[3..6]}-{Digits[6..9]} {Digits[9..]}";

    public static Snils? TryParse(string? text) => Read(text) is SnilsReading.Valid valid ? valid.Value : null;

    /// <summary>Reads any spelling and tells apart "nothing there", "eleven zeros", and each way to be wrong.</summary>
    public static SnilsReading Read(string? text)
    {
        Span<char> digits = stackalloc char[Length];
        var found = 0;
        foreach (var c in text ?? "")
        {
            if (!char.IsAsciiDigit(c)) continue;
            if (found < Length) digits[found] = c;
            found++;
        }
        if (found == 0) return Absent;
        if (found != Length) return new SnilsReading.WrongLength(found);
        if (!digits.ContainsAnyExcept('0')) return Absent;
        return ChecksumHolds(digits) ? new SnilsReading.Valid(new Snils(digits.ToString())) : WrongChecksum;
    }

    private static bool ChecksumHolds(ReadOnlySpan<char> digits)
    {
        var (number, sum) = (0, 0);
        for (var i = 0; i < 9; i++)
        {
            number = number * 10 + (digits[i] - '0');
            sum += (digits[i] - '0') * (9 - i);
        }
        if (number <= LastUncheckedNumber) return true;
        var expected = sum % 101 % 100;
        return expected == (digits[9] - '0') * 10 + (digits[10] - '0');
    }

    public override string ToString() => $"***-***-*** {Digits[9..]}";
}

/// <summary>What a written СНИЛС turned out to be.</summary>
public abstract record SnilsReading
{
    private SnilsReading() { }
    public sealed record Absent : SnilsReading;
    public sealed record WrongLength(int Found) : SnilsReading;
    public sealed record WrongChecksum : SnilsReading;
    public sealed record Valid(Snils Value) : SnilsReading;
}
