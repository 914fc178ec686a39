using Aupd.Kernel.Pages;
using Aupd.SignIn.Doors;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Wifi;

/// <summary>How to join the Wi-Fi of the school: files that set a device up, the values for who types them, and why it did not work the last time.</summary>
internal sealed class WifiModel(CabinetParts parts, ISchoolWifi wifi, RegionSettings region) : CabinetPage(parts)
{
    internal const string Path = "/cabinet/wifi";

    internal WifiForPerson Network { get; private set; } = null!;
    internal string Login => Visitor.Login!;
    /// <summary>Decides which device stands open first.</summary>
    internal string Device { get; private set; } = "";
    public TimeZoneInfo Zone { get; } = region.Zone();

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (Visitor is not { Login: { } login, ProfileId: { } profile } || await wifi.OfAsync(profile, login, ct) is not { } network) return Redirect(CabinetTabs.Home);
        Network = network;
        Device = DeviceOf(Request.Headers.UserAgent.ToString());
        return Page();
    }

    public async Task<IActionResult> OnGetFileAsync(string? kind, CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (Visitor.Login is not { } login) return Redirect(CabinetTabs.Home);
        if (wifi.Profile(kind ?? "", login) is not { } file) return NotFound();
        Response.Headers.CacheControl = "private, no-store";
        return File(file.Content, file.MediaType, file.FileName);
    }

    private static string DeviceOf(string agent) =>
        agent.Contains("Android", StringComparison.Ordinal) ? "android"
        : agent.Contains("Windows", StringComparison.Ordinal) ? "windows"
        : agent.Contains("iPhone", StringComparison.Ordinal) || agent.Contains("iPad", StringComparison.Ordinal) || agent.Contains("Macintosh", StringComparison.Ordinal) ? "apple" : "";
}
