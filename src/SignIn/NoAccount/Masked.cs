using Aupd.Kernel.People;

namespace Aupd.SignIn.NoAccount;

/// <summary>The person's own data, shown so that he knows which, and a look over the shoulder learns little.</summary>
internal static class Masked
{
    internal static string Show(Snils snils) => $"***-***-{snils.Digits[6..9]} {snils.Digits[9..]}";

    internal static string Show(Phone phone) => $"{phone.E164[..2]} *** ***-{phone.E164[^4..^2]}-{phone.E164[^2..]}";

    internal static string Show(Email email) => $"{email.Address[0]}***{email.Address[email.Address.IndexOf('@', StringComparison.Ordinal)..]}";
}
