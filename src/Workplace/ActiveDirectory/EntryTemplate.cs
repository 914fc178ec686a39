using System.Text;
using Aupd.SignIn;
using Aupd.Workplace.People;

namespace Aupd.Workplace.ActiveDirectory;

/// <summary>Makes of what is desired what an entry says and where it stands, by the templates of the settings.</summary>
internal sealed class EntryTemplate(DirectorySettings settings, SignInSettings signIn)
{
    /// <summary>A teacher's account carries this comment; other systems of the schools look at it.</summary>
    public const string Teacher = "Teacher";
    private const string Absent = "none";
    /// <summary>Longest values of the directory's schema, in UTF-16 units.</summary>
    private const int LongestNamePart = 64, LongestName = 256, LongestUnit = 64;

    /// <summary>Attributes of an account; a null is to be absent. What is not listed is left as it is.</summary>
    public Dictionary<string, string?> Values(Guid profileId, DesiredAccount desired)
    {
        var full = desired.Middle is null ? $"{desired.Last} {desired.First}" : $"{desired.Last} {desired.First} {desired.Middle}";
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["sAMAccountName"] = desired.Login, [settings.IdAttribute] = IdOf(profileId),
            ["displayName"] = LdapText.Cut(full, LongestName), ["sn"] = LdapText.Cut(desired.Last, LongestNamePart),
            ["givenName"] = LdapText.Cut(desired.First, LongestNamePart), ["middleName"] = Cut(desired.Middle, LongestNamePart),
        };
        if (settings.SnilsAttribute.Length > 0 && desired.SnilsKey is { } key) values[settings.SnilsAttribute] = SnilsMark(key);
        // A leaver keeps what was said of his place, for whoever asks whose account this was.
        if (desired.Places is not [var main, ..]) return values;
        values["userPrincipalName"] = PrincipalName(desired.Login, main);
        values["department"] = LdapText.Cut(main.School, LongestUnit);
        values["title"] = Cut(main.Title, LongestNamePart);
        values["comment"] = desired.Places.Any(p => p.IsTeacher) ? Teacher : null;
        return values;
    }

    /// <summary>What is to be set on an entry for it to say what it should.</summary>
    public List<KeyValuePair<string, string?>> Changes(Entry entry, Guid profileId, DesiredAccount desired) => Values(profileId, desired)
        .Where(v => !string.Equals(entry[v.Key], v.Value, StringComparison.Ordinal))
        // A comment that is not ours stays.
        .Where(v => v is not { Key: "comment", Value: null } || entry["comment"] == Teacher).ToList();

    public static string IdOf(Guid profileId) => profileId.ToString("D");

    public static string SnilsMark(string key) => "aupd:" + key;

    /// <summary>The organisational unit, relative to the base.</summary>
    public string UnitOf(DesiredAccount desired)
    {
        if (desired.Places is not [var main, ..]) return settings.LeaversOu;
        var school = SchoolOf(main);
        return main.IsStaff ? Fill(Or(school?.StaffOu, settings.StaffOu), main, desired.Login, LdapText.Value)
            : Fill(Or(school?.PupilOu, settings.PupilOu), main, desired.Login, LdapText.Value);
    }

    /// <summary>Names of our groups.</summary>
    public IReadOnlyList<string> GroupsOf(DesiredAccount desired) => desired.Places.SelectMany(place =>
    {
        var school = SchoolOf(place);
        var templates = place.IsStaff ? Or(school?.StaffGroups, settings.StaffGroups) + (place.IsTeacher ? "," + settings.TeacherGroups : "")
            : Or(school?.PupilGroups, settings.PupilGroups);
        return templates.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(t => LdapText.Cut(Fill(t, place, desired.Login, v => v), LongestUnit));
    }).Distinct(StringComparer.OrdinalIgnoreCase).ToList();

    public string PrincipalName(string login, DesiredPlace main)
    {
        var domain = Or(settings.Domain, signIn.TeamsDomain);
        var district = string.Concat((main.District ?? "").ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
        return district.Length > 0 ? $"{login}@{district}.obr.{domain}" : $"{login}@obr.{domain}";
    }

    private SchoolTemplates? SchoolOf(DesiredPlace place) => settings.Schools.FirstOrDefault(s => s.NsiId == place.NsiId);

    // One pass: what stands in for a mark is not searched for marks again.
    internal static string Fill(string template, DesiredPlace place, string login, Func<string, string> escape)
    {
        var made = new StringBuilder();
        for (var i = 0; i < template.Length;)
        {
            var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0) { made.Append(template[i++]); continue; }
            var value = template[(i + 1)..end] switch
            {
                "nsi" => place.NsiId, "ekis" => place.EkisId, "school" => place.School, "district" => place.District, "login" => login,
                "class" => place.IsStaff ? null : place.Title, _ => null,
            };
            made.Append(escape(string.IsNullOrWhiteSpace(value) ? Absent : LdapText.Cut(value.Trim(), LongestUnit)));
            i = end + 1;
        }
        return made.ToString();
    }

    private static string Or(string? own, string common) => string.IsNullOrEmpty(own) ? common : own;

    private static string? Cut(string? text, int longest) => string.IsNullOrWhiteSpace(text) ? null : LdapText.Cut(text, longest);
}
