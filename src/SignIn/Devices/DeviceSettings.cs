using System.ComponentModel.DataAnnotations;

namespace Aupd.SignIn.Devices;

/// <summary>Bound devices, and sign-ins on devices of others.</summary>
public sealed record DeviceSettings
{
    /// <summary>How long one token of a device is used before the next use gives a new one, in minutes.</summary>
    [Range(1, 1440)] public int RotateMinutes { get; init; } = 10;
    /// <summary>How long the token before stays good once the newer one was shown, in seconds: for tabs that opened at the same moment. Shorter
    /// than <see cref="RotateMinutes"/>.</summary>
    [Range(0, 50)] public int GraceSeconds { get; init; } = 30;
    /// <summary>How long a device stays bound that is not used, in days. Browsers keep no cookie longer than 400.</summary>
    [Range(1, 400)] public int KeepDays { get; init; } = 365;
    /// <summary>How many devices one person may have bound at once.</summary>
    [Range(1, 100)] public int MostPerPerson { get; init; } = 20;
    /// <summary>How long a sign-in on somebody else's computer lasts, in minutes.</summary>
    [Range(5, 240)] public int ForeignMinutes { get; init; } = 30;
}
