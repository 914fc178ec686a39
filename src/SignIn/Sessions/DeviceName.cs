namespace Aupd.SignIn.Sessions;

/// <summary>A device as its owner would know it, from what the browser says of itself: "Chrome, Android".</summary>
internal static class DeviceName
{
    // The order matters: each of these also claims to be those below it.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("YaBrowser", "Яндекс Браузер"), ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
        ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("FxiOS", "Firefox"), ("Safari", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>Empty when nothing is recognised.</summary>
    internal static string Of(string? userAgent)
    {
        var agent = userAgent ?? "";
        return string.Join(", ", new[] { Find(Browsers, agent), Find(Systems, agent) }.Where(n => n is not null));
    }

    private static string? Find((string Mark, string Name)[] known, string agent) =>
        known.Where(k => agent.Contains(k.Mark, StringComparison.Ordinal)).Select(k => k.Name).FirstOrDefault();
}
