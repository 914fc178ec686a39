using Aupd.Kernel.Pages;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Cabinet.Security;

/// <summary>What kind of sign-in a session is, for the person and for a child's guardians.</summary>
internal static class SessionWords
{
    /// <summary>Null for a usual one.</summary>
    /// <param name="kind">One of <see cref="SessionKind"/>.</param>
    internal static string? Of(string kind, Language l) => kind switch
    {
        SessionKind.Qr => l["экран, открытый с телефона", "a screen let in from a phone"],
        SessionKind.Panel => l["панель в классе", "a panel in a classroom"],
        SessionKind.Foreign => l["чужое устройство, ненадолго", "somebody else’s device, for a short while"],
        SessionKind.Badge => l["по бейджу", "with a badge"],
        _ => null,
    };
}
