using Aupd.Kernel.People;

namespace Aupd.Workplace.People;

/// <summary>Does an account bear a person's name? In the form in which names are compared everywhere: surname and first name agree, a patronymic does
/// not contradict.</summary>
internal static class NameEvidence
{
    /// <param name="shown">The whole name, looked at where the parts are missing: surname first.</param>
    public static bool Agrees(DesiredAccount desired, string? last, string? first, string? middle, string? shown)
    {
        var person = PersonName.TryCreate(desired.Last, desired.First, desired.Middle)!;
        if (PersonName.TryCreate(last, first, middle) is { } parts)
        {
            // Some write the patronymic behind the first name.
            var agrees = parts.FirstKey == person.FirstKey || person.MiddleKey is not null && parts.FirstKey == Joined(person);
            return parts.LastKey == person.LastKey && agrees && MiddleAgrees(parts, person);
        }
        var words = (shown ?? "").Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length >= 2 && PersonName.TryCreate(words[0], words[1], words.Length > 2 ? words[2] : null) is { } whole
            && whole.LastKey == person.LastKey && whole.FirstKey == person.FirstKey && MiddleAgrees(whole, person);
    }

    private static bool MiddleAgrees(PersonName one, PersonName other) => one.MiddleKey is null || other.MiddleKey is null || one.MiddleKey == other.MiddleKey;

    private static string? Joined(PersonName person) => PersonName.TryCreate(person.Last, $"{person.First} {person.Middle}", null)?.FirstKey;
}
