namespace Aupd.Demo.Region;

/// <summary>Identifiers that no real person has: СНИЛС from 900-000-000 on (none so high was ever given out), phones of one unused
/// block.</summary>
internal static class FictionalNumbers
{
    private const int SnilsBase = 900_000_000, SnilsCount = 90_000_000, SnilsStep = 55_555_553, DemoSnilsBase = 990_000_000;

    /// <summary>E.164 of the block +7 900 0XX-XX-XX. The first thousand numbers are for the named demo people.</summary>
    public static string Phone(int number) => $"+79000{number:D6}";

    /// <summary>The number-th generated СНИЛС, 11 digits. The step has no common divisor with the count: no number comes twice.</summary>
    public static string Snils(int number) => WithChecksum(SnilsBase + (int)((long)number * SnilsStep % SnilsCount));

    public static string DemoSnils(int number) => WithChecksum(DemoSnilsBase + number * 1013);

    /// <summary>As printed on the card.</summary>
    public static string Spell(string digits) => $"{digits[..3]}-{digits[3..6]}-{digits[6..9]} {digits[9..]}";

    private static string WithChecksum(int nine)
    {
        var digits = nine.ToString("D9");
        var sum = 0;
        for (var i = 0; i < 9; i++) sum += (digits[i] - '0') * (9 - i);
        return $"{digits}{sum % 101 % 100:D2}";
    }
}
