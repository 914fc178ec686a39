namespace Aupd.Registries.Files;

/// <summary>Dates as the contract writes them: <c>yyyy-MM-dd</c> or <c>dd.MM.yyyy</c>, ASCII digits, nothing else.</summary>
internal static class DateText
{
    private const int DateLength = 10;

    public static bool TryRead(ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        if (text.Length != DateLength) return false;
        int year, month, day;
        if (text[4] == '-' && text[7] == '-') (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..]));
        else if (text[2] == '.' && text[5] == '.') (year, month, day) = (Number(text[6..]), Number(text[3..5]), Number(text[..2]));
        else return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>A date, or a date and <c>T</c> or one space and <c>HH:mm[:ss]</c>.</summary>
    public static bool TryReadMoment(ReadOnlySpan<char> text, out DateTime moment)
    {
        moment = default;
        if (text.Length < DateLength || !TryRead(text[..DateLength], out var date)) return false;
        var (hour, minute, second) = (0, 0, 0);
        var rest = text[DateLength..];
        if (rest.Length > 0)
        {
            if (rest.Length is not (6 or 9) || rest[0] is not ('T' or ' ')) return false;
            if (rest[3] != ':' || rest.Length == 9 && rest[6] != ':') return false;
            (hour, minute, second) = (Number(rest[1..3]), Number(rest[4..6]), rest.Length == 9 ? Number(rest[7..]) : 0);
            if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return false;
        }
        moment = date.ToDateTime(new TimeOnly(hour, minute, second));
        return true;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c)) return -1;
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
