using System.Globalization;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;

namespace Aupd.SignIn.Family.Trust;

/// <summary>What a guardian types of a trusted person, read into an order or into what is wrong with it.</summary>
internal sealed record TrustForm(string? Last, string? First, string? Middle, string? Contact, string? Until, IReadOnlyList<string> Services)
{
    private const int LongestPart = 100, LongestContact = 254;

    /// <param name="offered">The services that may be chosen.</param>
    /// <returns>Null with at least one error; the keys are the names of the fields.</returns>
    internal TrustOrder? Read(IReadOnlyCollection<string> offered, DateOnly today, Language l, List<(string Field, string Text)> errors)
    {
        var name = ReadName(l, errors);
        var (phone, email) = ReadContact(l, errors);
        var until = ReadUntil(today, l, errors);
        var chosen = Services.Distinct(StringComparer.Ordinal).Where(offered.Contains).ToList();
        if (chosen.Count == 0) errors.Add((nameof(Services), l["Отметьте хотя бы один сервис", "Tick at least one service"]));
        return errors.Count > 0 ? null : new TrustOrder(name!, phone, email, chosen, until!.Value);
    }

    private PersonName? ReadName(Language l, List<(string, string)> errors)
    {
        if (string.IsNullOrWhiteSpace(Last)) errors.Add((nameof(Last), l["Напишите фамилию", "Enter the surname"]));
        if (string.IsNullOrWhiteSpace(First)) errors.Add((nameof(First), l["Напишите имя", "Enter the first name"]));
        if (errors.Count > 0) return null;
        string?[] parts = [Last, First, Middle];
        var name = parts.Any(p => p is not null && (p.Length > LongestPart || p.Any(char.IsControl) || p.Any(char.IsDigit))) ? null : PersonName.TryCreate(Last, First, Middle);
        if (name is null) errors.Add((nameof(Last), l["Напишите фамилию, имя и отчество буквами, как в документах", "Write the surname, first name and patronymic in letters, as in the papers"]));
        return name;
    }

    private (Phone?, Email?) ReadContact(Language l, List<(string, string)> errors)
    {
        var text = Contact?.Trim() ?? "";
        var fits = text.Length is > 0 and <= LongestContact && !text.Any(char.IsControl);
        var email = fits && text.Contains('@', StringComparison.Ordinal) ? Email.TryParse(text) : null;
        var phone = fits && email is null && !text.Any(char.IsLetter) ? Phone.TryParse(text) : null;
        if (email is null && phone is null)
            errors.Add((nameof(Contact), l["Напишите телефон или почту, с которыми человек входит на портал", "Enter the phone or e-mail that the person signs in to the portal with"]));
        return (phone, email);
    }

    private DateOnly? ReadUntil(DateOnly today, Language l, List<(string, string)> errors)
    {
        if (DateOnly.TryParseExact(Until, ["yyyy-MM-dd", "d.M.yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= today && day <= LastDay(today)) return day;
        errors.Add((nameof(Until), l[$"Выберите день с {today:dd.MM.yyyy} по {LastDay(today):dd.MM.yyyy}: дольше года подряд нельзя", $"Choose a day from {today:dd.MM.yyyy} to {LastDay(today):dd.MM.yyyy}: no longer than a year at once"]));
        return null;
    }

    internal static DateOnly LastDay(DateOnly today) => today.AddYears(1);
}
