using System.Security.Cryptography;
using Aupd.Kernel.Secrets;
using Aupd.Portal.Passwords;

namespace Aupd.Portal.FirstPasswords;

/// <summary>The password on a child's sheet: <c>mira-tobu-4729</c>, easy to read and to type, and good for nothing but choosing another. It follows
/// from its order by a key that is not in the database, so that it stands nowhere and can yet be told again to whom the answer was lost.</summary>
internal sealed class FirstPasswordText(Sealer sealer)
{
    // No letter or digit that is taken for another one, and no syllables that make rude words: 40 of them, four in a password, and 8^4 numbers.
    private const string Consonants = "bfgmnrtv", Vowels = "aeiou", Digits = "23456789";
    private const string Purpose = "portal-first-password";

    public string Of(Guid order, PasswordOwner owner)
    {
        for (byte attempt = 0; ; attempt++)
        {
            var text = Write(HMACSHA256.HashData(sealer.Key(Purpose), (byte[])[.. order.ToByteArray(), attempt]));
            if (PasswordRules.Check(text, owner) is null) return text;
        }
    }

    private static string Write(ReadOnlySpan<byte> random)
    {
        // Two bytes for each choice: what the rest favours is less than a thousandth.
        var syllables = new string[4];
        for (var i = 0; i < 4; i++) syllables[i] = $"{Pick(Consonants, random, 4 * i)}{Pick(Vowels, random, 4 * i + 2)}";
        var number = string.Concat(Pick(Digits, random, 16), Pick(Digits, random, 18), Pick(Digits, random, 20), Pick(Digits, random, 22));
        return $"{syllables[0]}{syllables[1]}-{syllables[2]}{syllables[3]}-{number}";
    }

    private static string Pick(string among, ReadOnlySpan<byte> random, int at) => among[(random[at] << 8 | random[at + 1]) % among.Length].ToString();
}
