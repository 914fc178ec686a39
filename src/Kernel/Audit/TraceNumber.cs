using System.Security.Cryptography;

namespace Aupd.Kernel.Audit;

/// <summary>Ten digits a person can read out over the phone; names one sign-in in the audit trail. Random, so that it tells nothing.</summary>
public sealed record TraceNumber
{
    private TraceNumber(string digits) => Digits = digits;

    public string Digits { get; }

    /// <summary>As shown: 123-456-7890.</summary>
    public string Formatted => $"{Digits[..3]}-{Digits[3..6]}-{Digits[6..]}";

    public static TraceNumber New() =>
        new($"{RandomNumberGenerator.GetInt32(10_000, 100_000)}{RandomNumberGenerator.GetInt32(0, 100_000):D5}");

    /// <summary>Takes any spelling with ten digits.</summary>
    public static TraceNumber? TryParse(string? text)
    {
        var digits = string.Concat((text ?? "").Where(char.IsAsciiDigit));
        return digits.Length == 10 ? new TraceNumber(digits) : null;
    }

    public override string ToString() => Formatted;
}
