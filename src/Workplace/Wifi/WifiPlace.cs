using System.Text;
using Aupd.SignIn;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Wifi;

/// <summary>Which network a person gets.</summary>
/// <param name="Vlan">Number or name; empty: the access point's own.</param>
/// <param name="Class">Attribute Class; empty: none.</param>
internal sealed record WifiPlace(string Vlan, string Class);

/// <summary>Decides by role and school, from the settings.</summary>
internal sealed class WifiPlaces(WifiSettings settings, DirectorySettings directory, SignInSettings signIn)
{
    private const string Absent = "none";

    /// <summary>The domain behind logins; empty: none is accepted.</summary>
    public string Realm => settings.Realm.Length > 0 ? settings.Realm : directory.Domain.Length > 0 ? directory.Domain : signIn.TeamsDomain;

    /// <summary>The login in a User-Name: without our domain. A name with a domain of others is nobody's, and stays as it is.</summary>
    public string LoginOf(string userName)
    {
        var name = userName.Trim();
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || Realm.Length == 0) return name;
        var realm = name[(at + 1)..];
        var isOurs = realm.Equals(Realm, StringComparison.OrdinalIgnoreCase) || realm.EndsWith("." + Realm, StringComparison.OrdinalIgnoreCase);
        return isOurs ? name[..at] : name;
    }

    /// <summary>The network at the schools of the server; null: the person belongs to none of them, and they take no visitors.</summary>
    /// <param name="places">Where the person works or studies, the preferred first; at least one.</param>
    /// <param name="schools">NSI ids; empty: all schools.</param>
    public WifiPlace? Of(IReadOnlyList<DesiredPlace> places, IReadOnlyList<string> schools)
    {
        if (schools.Count == 0) return Own(places[0]);
        if (places.FirstOrDefault(p => schools.Contains(p.NsiId, StringComparer.Ordinal)) is { } here) return Own(here);
        var host = TemplatesOf(schools[0]);
        var vlan = Or(host?.VisitorVlan, settings.VisitorVlan);
        return vlan.Length > 0 ? new WifiPlace(vlan, Fill(Or(host?.Class, settings.Class), "visitor", places[0])) : null;
    }

    private WifiPlace Own(DesiredPlace place)
    {
        var school = TemplatesOf(place.NsiId);
        var staff = Or(school?.StaffVlan, settings.StaffVlan);
        var (role, vlan) = place switch
        {
            // What a school says for its staff comes before what all say for teachers.
            { IsTeacher: true } => ("teacher", Or(school?.TeacherVlan, Or(school?.StaffVlan, Or(settings.TeacherVlan, staff)))),
            { IsStaff: true } => ("staff", staff),
            _ => ("pupil", Or(school?.PupilVlan, settings.PupilVlan)),
        };
        return new WifiPlace(vlan, Fill(Or(school?.Class, settings.Class), role, place));
    }

    private SchoolWifiTemplates? TemplatesOf(string nsiId) => settings.Schools.FirstOrDefault(s => s.NsiId == nsiId);

    // One pass: what stands in for a mark is not searched for marks again.
    private static string Fill(string template, string role, DesiredPlace place)
    {
        var made = new StringBuilder();
        for (var i = 0; i < template.Length;)
        {
            var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0) { made.Append(template[i++]); continue; }
            var value = template[(i + 1)..end] switch
            {
                "role" => role, "nsi" => place.NsiId, "district" => place.District, "class" => place.IsStaff ? null : place.Title, _ => null,
            };
            made.Append(string.IsNullOrWhiteSpace(value) ? Absent : value.Trim());
            i = end + 1;
        }
        return made.ToString();
    }

    private static string Or(string? own, string common) => string.IsNullOrEmpty(own) ? common : own;
}
