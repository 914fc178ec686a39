using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Cabinet.Home;

/// <summary>An issued login and what it opens.</summary>
/// <param name="Wifi">Name of the school's network for this person.</param>
/// <param name="TeamsName">Null for pupils who are not in Teams yet, and where the school's district is not known.</param>
/// <param name="HasWifiPage">There is a page that helps to join it.</param>
internal sealed record LoginUse(string Login, string Wifi, string? TeamsName, bool HasWifiPage);

/// <summary>Where a login is good, by the roles of its holder and the region's settings.</summary>
internal sealed class LoginUses(SignInSettings settings, ISchoolWifi wifi, ITeamsNames teams)
{
    /// <summary>A name that was issued in Teams is told; else the one that is to be issued, to staff alone.</summary>
    internal async Task<LoginUse> OfAsync(Visitor visitor, string login, IEnumerable<HeldRole> roles, CancellationToken ct)
    {
        var staff = roles.OfType<HeldRole.Staff>().ToList();
        var issued = visitor.ProfileId is { } profileId ? await teams.OfAsync(profileId, login, ct) : null;
        var district = staff.Select(s => s.School.District).FirstOrDefault(d => !string.IsNullOrEmpty(d));
        return new LoginUse(login, staff.Count > 0 ? settings.StaffWifi : settings.PupilWifi,
            issued ?? (settings.TeamsDomain.Length > 0 && district is not null ? $"{login}@{district}.obr.{settings.TeamsDomain}" : null), wifi.IsOffered);
    }
}
