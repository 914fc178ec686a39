using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Aupd.Kernel.Http;

/// <summary>"Chrome, Windows" out of a User-Agent: enough for a person to know his own devices by.</summary>
public static class DeviceLabel
{
    // The order matters: every browser names those it descends from.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("YaBrowser/", "Яндекс Браузер"), ("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ];

    /// <summary>Empty when nothing is recognised.</summary>
    public static string From(string? userAgent)
    {
        var browser = Find(Browsers, userAgent);
        var system = Find(Systems, userAgent);
        return (browser, system) switch
        {
            (null, null) => "",
            (null, { } only) => only,
            ({ } only, null) => only,
            ({ } name, { } on) => $"{name}, {on}",
        };
    }

    /// <summary>A phone, for all that its browser says: not a computer, and not a tablet or a panel, which run Android too.</summary>
    public static bool IsPhone(string? userAgent) =>
        userAgent is not null && (Has(userAgent, "iPhone") || Has(userAgent, "Mobile") && !Has(userAgent, "iPad"));

    /// <summary>A computer, a tablet or a panel; false also where the browser does not say what it runs on.</summary>
    public static bool IsLargeScreen(string? userAgent) => Find(Systems, userAgent) is not null && !IsPhone(userAgent);

    private static bool Has(string text, string mark) => text.Contains(mark, StringComparison.Ordinal);

    private static string? Find((string Mark, string Name)[] marks, string? text) =>
        text is null ? null : marks.Where(m => text.Contains(m.Mark, StringComparison.Ordinal)).Select(m => m.Name).FirstOrDefault();
}

/// <summary>The network a request comes from: /24 of IPv4, /56 of IPv6, what one provider's line or one school usually is.</summary>
public static class AddressPrefix
{
    /// <summary>As people read it: 203.0.113.x.</summary>
    public static string Shown(string prefix) => prefix.EndsWith(".0/24", StringComparison.Ordinal)
        ? prefix[..^".0/24".Length] + ".x"
        : prefix.Split("::/")[0] + ":x";

    public static string Of(HttpContext http) => Of(http.Connection.RemoteIpAddress);

    public static string Of(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        var kept = address.AddressFamily == AddressFamily.InterNetwork ? 3 : 7;
        Array.Clear(bytes, kept, bytes.Length - kept);
        return $"{new IPAddress(bytes)}/{kept * 8}";
    }
}
