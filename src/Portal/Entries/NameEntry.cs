using System.Globalization;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;

namespace Aupd.Portal.Entries;

/// <summary>What is wrong with one field of a form.</summary>
internal sealed record FieldError(string Field, string Text);

/// <summary>A full name as it is typed in three fields and a check "no patronymic".</summary>
internal sealed record NameEntry(string? Last, string? First, string? Middle, bool NoMiddle)
{
    private const int LongestPart = 100;
    private const string Marks = " -‐‑–—'’‘ʼ`´′.";

    /// <summary>The name, or null with at least one error; field names are those of this record.</summary>
    public PersonName? Read(Language l, List<FieldError> errors)
    {
        var before = errors.Count;
        Check(nameof(Last), Last, l["Напишите фамилию", "Enter your surname"], l["Фамилия", "The surname"], l, errors);
        Check(nameof(First), First, l["Напишите имя", "Enter your first name"], l["Имя", "The first name"], l, errors);
        if (NoMiddle)
        {
            if (!string.IsNullOrWhiteSpace(Middle))
                errors.Add(new FieldError(nameof(Middle), l["Сотрите отчество или снимите отметку «Отчества нет»", "Clear the patronymic or untick “No patronymic”"]));
        }
        else Check(nameof(Middle), Middle, l["Напишите отчество или отметьте «Отчества нет»", "Enter your patronymic or tick “No patronymic”"],
            l["Отчество", "The patronymic"], l, errors);
        if (errors.Count > before) return null;
        var name = PersonName.TryCreate(Tidy(Last), Tidy(First), NoMiddle ? null : Tidy(Middle));
        if (name is null) errors.Add(new FieldError(nameof(Last), l["Напишите фамилию и имя буквами", "Write the surname and the first name in letters"]));
        return name;
    }

    private static void Check(string field, string? text, string missing, string what, Language l, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(text)) errors.Add(new FieldError(field, missing));
        else if (text.Length > LongestPart)
            errors.Add(new FieldError(field, l[$"{what}: не больше {LongestPart} знаков", $"{what} can have at most {LongestPart} characters"]));
        else if (!text.All(IsNameCharacter) || !text.Any(char.IsLetter))
            errors.Add(new FieldError(field, l[$"{what}: только буквы, дефис, пробел и апостроф", $"{what} can hold letters, hyphens, spaces and apostrophes only"]));
    }

    private static bool IsNameCharacter(char c) => char.IsLetter(c) || Marks.Contains(c)
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Tidy(string? text) => string.Join(' ', (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
