using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;

namespace Aupd.SignIn.Cabinet.Home;

/// <summary>An issued login and what it opens.</summary>
/// <param name="Wifi">Name of the school's network for this person.</param>
/// <param name="TeamsName">Null for pupils, and where the school's district is not known.</param>
/// <param name="HasWifiPage">There is a page that helps to join it.</param>
internal sealed record LoginUse(string Login, string Wifi, string? TeamsName, bool HasWifiPage);

/// <summary>Where a login is good, by the roles of its holder and the region's settings.</summary>
internal sealed class LoginUses(SignInSettings settings, ISchoolWifi wifi)
{
    internal LoginUse Of(string login, IEnumerable<HeldRole> roles)
    {
        var staff = roles.OfType<HeldRole.Staff>().ToList();
        var district = staff.Select(s => s.School.District).FirstOrDefault(d => !string.IsNullOrEmpty(d));
        return new LoginUse(login, staff.Count > 0 ? settings.StaffWifi : settings.PupilWifi,
            settings.TeamsDomain.Length > 0 && district is not null ? $"{login}@{district}.obr.{settings.TeamsDomain}" : null, wifi.IsOffered);
    }
}
