using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;

namespace Aupd.SignIn.Roles;

/// <summary>Roles in words for the person who holds them.</summary>
internal static class RoleNames
{
    internal static string Title(HeldRole role, Language l) => role switch
    {
        HeldRole.Staff { IsTeacher: true } => l["Учитель", "Teacher"],
        HeldRole.Staff { Position: { Length: > 0 } position } => char.ToUpper(position[0], l.Culture) + position[1..],
        HeldRole.Staff => l["Сотрудник школы", "School staff"],
        HeldRole.Pupil => l["Ученик", "Pupil"],
        HeldRole.Trusted => l["Доверенный человек", "Trusted person"],
        _ => l["Родитель", "Parent"],
    };

    /// <summary>The school and class, or the children's first names.</summary>
    internal static string Where(HeldRole role) => role switch
    {
        HeldRole.Staff staff => staff.School.ShortName,
        HeldRole.Pupil { ClassName: { Length: > 0 } name } pupil => $"{pupil.School.ShortName}, {name}",
        HeldRole.Pupil pupil => pupil.School.ShortName,
        HeldRole.Guardian guardian => string.Join(", ", guardian.Children.Select(c => c.Name.First).Distinct(StringComparer.Ordinal)),
        HeldRole.Trusted trusted => trusted.Child.Name.First,
        _ => "",
    };
}
