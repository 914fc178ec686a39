using Aupd.SignIn.Doors;

namespace Aupd.SignIn.Cabinet.LoginHealth;

/// <summary>The lamp of the Wi-Fi, in the words of its own page.</summary>
internal sealed class WifiLamp(ISchoolWifi wifi)
{
    private static readonly LampText NeverJoined = new("Вы ещё не подключались. Настройте телефон или ноутбук один раз — дальше он подключится сам.",
        "You have not joined yet. Set your phone or laptop up once, and it will join by itself.");

    /// <summary>Null where the region has no network to set up.</summary>
    internal async Task<LoginLamp?> OfAsync(Guid profileId, string login, CancellationToken ct) => await wifi.OfAsync(profileId, login, ct) switch
    {
        null => null,
        { Refusal: { IsPassing: false } refusal } known => new LoginLamp(LoginPart.Wifi, LampState.Broken, refusal.Told, known.LastJoinedAt, refusal.At),
        { LastJoinedAt: { } joined } => new LoginLamp(LoginPart.Wifi, LampState.Works, null, joined),
        _ => new LoginLamp(LoginPart.Wifi, LampState.Unused, NeverJoined),
    };
}
