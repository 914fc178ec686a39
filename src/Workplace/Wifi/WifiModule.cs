using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.SignIn.Doors;
using Aupd.Workplace.Doors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Wifi;

/// <summary>The parts of the Wi-Fi, for <see cref="WorkplaceModule"/>.</summary>
internal static class WifiModule
{
    internal static IServiceCollection AddWifi(this IServiceCollection services, IConfiguration configuration) => services
        .AddSettings<WifiSettings>(configuration, WifiSettings.Section)
        .AddSingleton<RadiusServers>().AddSingleton<IRadiusServers>(s => s.GetRequiredService<RadiusServers>())
        .AddSingleton<WifiPlaces>().AddSingleton<WifiTrail>().AddSingleton<CheckAccess>().AddSingleton<KeepAccounting>()
        .AddSingleton<ISchoolWifi, SchoolWifi>().AddSingleton<IPersonalDataPart, WifiPart>();
}
