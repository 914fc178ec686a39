using System.Runtime.InteropServices;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>The runtime interrupts its threads with signals, to collect garbage say. A libldap that waits for an answer just then takes its connection for lost and says "server unavailable" (81), unless it is
/// told to go on waiting: LDAP_OPT_RESTART, ldap_set_option(3). .NET has no word for that option.</summary>
internal static class LdapSignals
{
    private const int Restart = 9;
    // As the distributions name it; .NET takes one of these.
    private static readonly string[] Libraries = ["libldap.so.2", "libldap-2.6.so.0", "libldap-2.5.so.0", "libldap-2.4.so.2"];
    private static readonly Lazy<bool> Set = new(() => Libraries.Count(IsSetIn) > 0);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetOption(nint connection, int option, nint value);

    /// <summary>For every connection that is made from now on. False where no libldap is found; then none can be made either.</summary>
    public static bool AreNoAnswer() => Set.Value;

    // No connection: the option is everybody's. Any pointer but null means on.
    private static bool IsSetIn(string library) => NativeLibrary.TryLoad(library, out var loaded) && NativeLibrary.TryGetExport(loaded, "ldap_set_option", out var address)
        && Marshal.GetDelegateForFunctionPointer<SetOption>(address)(0, Restart, 1) == 0;
}
