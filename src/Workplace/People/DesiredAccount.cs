using System.Globalization;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;

namespace Aupd.Workplace.People;

/// <summary>What the directory should say of a person, in the terms of the registries; the templates make an entry of it at delivery, so that
/// changed templates need no new facts. Kept as JSON. Prints its login alone.</summary>
/// <param name="SnilsKey">Keyed hash of the СНИЛС in hexadecimal; null where there is none.</param>
/// <param name="Places">Where the person works or studies, the preferred first; empty: the person has left.</param>
internal sealed record DesiredAccount(string Login, string Last, string First, string? Middle, string? SnilsKey, IReadOnlyList<DesiredPlace> Places)
{
    private const string SnilsPurpose = "workplace-snils";

    public bool IsActive => Places.Count > 0;

    /// <summary>Staff before pupils, teachers first, so that a person of several places always stands at the same one.</summary>
    public static DesiredAccount Of(ActivatedPerson person, Sealer sealer) => new(
        person.Login, person.Name.Last, person.Name.First, person.Name.Middle,
        person.Snils is { } snils ? Convert.ToHexStringLower(sealer.Index(SnilsPurpose, snils.Digits)) : null,
        person.IsDisabled ? [] : person.Roles.OrderBy(r => r switch { HeldRole.Staff { IsTeacher: true } => 0, HeldRole.Staff => 1, _ => 2 })
            .ThenBy(r => r.Id, StringComparer.Ordinal).Select(PlaceOf).OfType<DesiredPlace>().ToList());

    private static DesiredPlace? PlaceOf(HeldRole role) => role switch
    {
        HeldRole.Staff s => new DesiredPlace(IsStaff: true, s.IsTeacher, s.School.NsiId, s.School.EkisId, s.School.ShortName, s.School.District, s.Position),
        HeldRole.Pupil p => new DesiredPlace(IsStaff: false, IsTeacher: false, p.School.NsiId, p.School.EkisId, p.School.ShortName, p.School.District, p.ClassName),
        _ => null,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"account {Login}");
}

/// <param name="Title">Position of staff, class of a pupil.</param>
internal sealed record DesiredPlace(bool IsStaff, bool IsTeacher, string NsiId, string? EkisId, string School, string? District, string? Title);
