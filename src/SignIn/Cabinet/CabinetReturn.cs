namespace Aupd.SignIn.Cabinet;

/// <summary>Pages of the cabinet that a sign-in at the portal may come back to, by their words in addresses.</summary>
internal static class CabinetReturn
{
    internal const string Data = "data", Copy = "copy";

    /// <summary>Where the word leads; null for any other word.</summary>
    internal static string? PageOf(string? word) => word switch
    {
        Data => CabinetTabs.Data + "?refreshed=true",
        Copy => CabinetTabs.Data + "/copy",
        _ => null,
    };
}
