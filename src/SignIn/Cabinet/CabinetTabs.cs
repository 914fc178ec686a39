using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;

namespace Aupd.SignIn.Cabinet;

/// <summary>A part of the cabinet in its navigation.</summary>
/// <param name="Path">Its page; pages below it belong to it.</param>
/// <param name="IsFor">Whether somebody with these roles has such a part.</param>
internal sealed record CabinetTab(string Path, string Russian, string English, Func<IReadOnlyList<HeldRole>, bool> IsFor);

/// <summary>The parts of the cabinet, in their order. A new part is one line here, and its page begins with the partial of the tabs.</summary>
internal static class CabinetTabs
{
    internal const string Home = "/cabinet", Data = "/cabinet/data", Class = "/cabinet/class", Devices = "/cabinet/devices", Security = "/cabinet/security", Family = "/cabinet/family";

    internal static IReadOnlyList<CabinetTab> All { get; } =
    [
        new(Home, "Главная", "Home", Everybody),
        new(Family, "Семья", "Family", roles => roles.Any(r => r is HeldRole.Guardian or HeldRole.Pupil { IsFourteen: true })),
        new(Data, "Данные", "My data", Everybody),
        new(Class, "Мой класс", "My class", Badges.ClassTeachers.MayName),
        new(Devices, "Устройства", "Devices", Everybody),
        new(Security, "Безопасность", "Security", Everybody),
    ];

    internal static IEnumerable<CabinetTab> For(IReadOnlyList<HeldRole> roles) => All.Where(t => t.IsFor(roles));

    /// <summary>Whether the page at this address is the tab's: <c>page</c>, <c>true</c> for one below it, or null.</summary>
    internal static string? Current(CabinetTab tab, string? address) => address switch
    {
        null => null,
        _ when address == tab.Path => "page",
        _ when tab.Path != Home && address.StartsWith(tab.Path + "/", StringComparison.Ordinal) => "true",
        _ => null,
    };

    private static bool Everybody(IReadOnlyList<HeldRole> roles) => true;
}
