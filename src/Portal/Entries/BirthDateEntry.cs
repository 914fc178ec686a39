using System.Globalization;
using Aupd.Kernel.Pages;

namespace Aupd.Portal.Entries;

/// <summary>A birth date as people type it: 27.03.1988, 27 3 1988, 27031988, or 1988-03-27 as browsers fill it in.</summary>
internal static class BirthDateEntry
{
    private const int LongestLife = 120;
    private static readonly string[] Formats = ["d.M.yyyy", "ddMMyyyy", "yyyy.M.d"];

    /// <summary>The date, or null and what is wrong with it.</summary>
    public static (DateOnly? Date, string? Error) Read(string? text, DateOnly today, Language l)
    {
        if (string.IsNullOrWhiteSpace(text)) return (null, l["Напишите дату рождения", "Enter the date of birth"]);
        var form = l["Напишите дату так: 27.03.1988", "Write the date like this: 27.03.1988"];
        if (text.Length > 20) return (null, form);
        var parts = string.Join('.', text.Split([' ', '.', '/', '-', ',', '\u00A0'], StringSplitOptions.RemoveEmptyEntries));
        if (!DateOnly.TryParseExact(parts, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return (null, LooksLikeADate(parts) ? l["Такой даты нет в календаре", "There is no such date in the calendar"] : form);
        if (date > today) return (null, l["Эта дата ещё не наступила", "This date is in the future"]);
        if (date < today.AddYears(-LongestLife)) return (null, l["Проверьте год рождения", "Check the year of birth"]);
        return (date, null);
    }

    /// <summary>Full years at a day.</summary>
    public static int AgeOn(DateOnly birthDate, DateOnly day) =>
        day.Year - birthDate.Year - (day.Month < birthDate.Month || day.Month == birthDate.Month && day.Day < birthDate.Day ? 1 : 0);

    private static bool LooksLikeADate(string parts) => parts.Count(char.IsAsciiDigit) is >= 6 and <= 8 && parts.All(c => char.IsAsciiDigit(c) || c == '.')
        && (parts.Count(c => c == '.') == 2 || parts.Length == 8);
}
