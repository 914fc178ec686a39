using System.ComponentModel.DataAnnotations;

namespace Aupd.SignIn.Badges;

/// <summary>Printed badges with pictures, for the pupils of the first grades.</summary>
public sealed record BadgeSettings
{
    private const int ShortestDays = 60;

    /// <summary>The last grade whose pupils may have a badge; 0: nobody has any.</summary>
    [Range(0, 11)] public int LastGrade { get; init; } = 4;
    /// <summary>The month at whose end badges and named classes end; those made within sixty days before it end a year later.</summary>
    [Range(1, 12)] public int YearEndsWithMonth { get; init; } = 8;
    /// <summary>How long a sign-in with a badge lasts at most, in hours: a day at school.</summary>
    [Range(1, 24)] public int SessionHours { get; init; } = 8;
    /// <summary>How long a child who came with a badge may be away, in minutes.</summary>
    [Range(5, 480)] public int SessionIdleMinutes { get; init; } = 60;
    /// <summary>Wrong pictures in a row before the badge is locked.</summary>
    [Range(3, 20)] public int WrongPictures { get; init; } = 5;
    /// <summary>How many wrong numbers may be typed from one network (/24, /56) in 15 minutes. A scanned badge goes on working after that.</summary>
    [Range(10, 100_000)] public int WrongNumbersPerNetwork { get; init; } = 200;
    /// <summary>How long a browser that has shown a badge may take over the pictures, in minutes.</summary>
    [Range(1, 60)] public int PicturesMinutes { get; init; } = 5;

    /// <summary>The end of the region's last day on which a badge made now is good.</summary>
    public DateTimeOffset YearEnd(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).Date);
        var last = LastDay(today.Year);
        if (last.DayNumber - today.DayNumber < ShortestDays) last = LastDay(today.Year + 1);
        var midnight = last.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    private DateOnly LastDay(int year) => new(year, YearEndsWithMonth, DateTime.DaysInMonth(year, YearEndsWithMonth));
}
