using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet.Home;
using Aupd.SignIn.Doors;

namespace Aupd.SignIn.Cabinet.LoginHealth;

/// <summary>Lamps in words and signs: nobody needs to see a colour.</summary>
internal static class LampWords
{
    internal static string Name(LoginPart part, Language l, RegionSettings region) => part switch
    {
        LoginPart.Portal => l[region.PortalName, region.PortalNameEnglish],
        LoginPart.Gateway => l[region.SchoolName, region.SchoolNameEnglish],
        LoginPart.Computer => l["Школьный компьютер", "School computer"],
        LoginPart.Wifi => l["Школьный Wi-Fi", "School Wi-Fi"],
        _ => "Teams",
    };

    internal static string State(LampState state, Language l) => state switch
    {
        LampState.Works => l["работает", "works"],
        LampState.Waits => l["подождите немного", "wait a little"],
        LampState.Broken => l["не работает", "does not work"],
        _ => l["ещё не пользовались", "not used yet"],
    };

    internal static string Sign(LampState state) => state switch { LampState.Works => "✓", LampState.Waits => "…", LampState.Broken => "✕", _ => "○" };

    /// <summary>Class of the box.</summary>
    internal static string Tone(LampState state) => state switch { LampState.Works => "notice good", LampState.Broken => "notice bad", _ => "notice" };

    /// <summary>Why and what to do; null where nothing is wrong.</summary>
    internal static string? Advice(LoginLamp lamp, Language l) =>
        lamp.Password is { } trouble ? WorkplaceWords.Of(trouble, l) : lamp.Told is { } told ? l[told.Russian, told.English] : null;
}
