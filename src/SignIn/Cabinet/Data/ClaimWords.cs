using Aupd.Kernel.Pages;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>Claims in words for the person they are about.</summary>
internal static class ClaimWords
{
    /// <summary>What a service learns besides that it is you; several claims may be one thing to a person. A claim without words is shown by its
    /// name: nothing that is told may go unsaid.</summary>
    internal static IReadOnlyList<string> Of(IEnumerable<string> claims, Language l) => [.. claims.Select(c => c switch
    {
        "name" or "family_name" or "given_name" or "middle_name" => l["имя", "name"],
        "preferred_username" => l["логин", "login"],
        "birthdate" => l["дата рождения", "birth date"],
        "email" or "email_verified" => l["почта", "e-mail"],
        "phone_number" or "phone_number_verified" => l["телефон", "phone"],
        "snils" or "snils_confirmed" => l["СНИЛС", "SNILS"],
        "roles" or "active_role" => l["роли, школа и класс", "roles, school and class"],
        "children" => l["имена, школы и классы детей", "names, schools and classes of the children"],
        _ => c,
    }).Distinct(StringComparer.Ordinal)];
}
