using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Teams;

/// <param name="Key">Our id of the group in Teams (externalId): stays when the school is renamed.</param>
internal sealed record WantedGroup(string Key, string Name);

/// <summary>In which groups a person is to be.</summary>
internal sealed class GroupTemplate(TeamsSettings settings)
{
    private const int LongestName = 200;

    public IReadOnlyList<WantedGroup> Of(DesiredAccount desired) => [.. desired.Places.SelectMany(Of).DistinctBy(g => g.Key)];

    private IEnumerable<WantedGroup> Of(DesiredPlace place)
    {
        var isClass = !place.IsStaff && !string.IsNullOrWhiteSpace(place.Title);
        (string Key, string Template, bool IsSo)[] kinds =
        [
            ($"class:{place.NsiId}:{place.Title?.Trim().ToUpperInvariant()}", settings.ClassGroup, isClass), ($"pupils:{place.NsiId}", settings.PupilGroup, !place.IsStaff),
            ($"teachers:{place.NsiId}", settings.TeacherGroup, place.IsTeacher), ($"staff:{place.NsiId}", settings.StaffGroup, place.IsStaff),
        ];
        return kinds.Where(k => k.IsSo && k.Template.Length > 0)
            .Select(k => new WantedGroup(k.Key, LdapText.Cut(EntryTemplate.Fill(k.Template, place, "", v => v), LongestName)));
    }
}
