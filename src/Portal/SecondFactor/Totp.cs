using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Aupd.Portal.SecondFactor;

/// <summary>Codes of an app (TOTP, RFC 6238) in the form that every app knows: HMAC-SHA-1, six digits, steps of 30 seconds.</summary>
internal static class Totp
{
    private const int StepSeconds = 30, Digits = 6;
    /// <summary>RFC 6238 §5.2: one step to either side for clocks that are wrong and people who are slow.</summary>
    private const int Tolerance = 1;

    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8], hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        // SHA-1 is what the apps compute (RFC 6238 §1.2); as a keyed hash it is not broken.
#pragma warning disable CA5350
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fffffff; // RFC 4226 §5.3
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The step whose code this is, the newest first; null when it is none of those that hold at the moment.</summary>
    public static long? StepOf(string code, ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        for (var step = StepAt(now) + Tolerance; step >= StepAt(now) - Tolerance; step--)
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(secret, step)), System.Text.Encoding.ASCII.GetBytes(code)))
                return step;
        return null;
    }

    /// <summary>The six digits as people type them, with spaces; null when it is something else.</summary>
    public static string? Read(string? typed)
    {
        if (typed is null || typed.Length > 40) return null;
        var code = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c != '-'));
        return code.Length == Digits && code.All(char.IsAsciiDigit) ? code : null;
    }

    /// <summary>RFC 4648 §6, as UserManager writes secrets; null when it is not that.</summary>
    public static byte[]? FromBase32(string text)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bytes = new List<byte>(text.Length * 5 / 8);
        int buffer = 0, bits = 0;
        foreach (var c in text.TrimEnd('='))
        {
            var value = alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) return null;
            buffer = (buffer << 5 | value) & 0xfff;
            if ((bits += 5) < 8) continue;
            bits -= 8;
            bytes.Add((byte)(buffer >> bits));
        }
        return [.. bytes];
    }
}
