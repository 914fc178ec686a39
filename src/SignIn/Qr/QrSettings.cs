using System.ComponentModel.DataAnnotations;

namespace Aupd.SignIn.Qr;

/// <summary>Sign-in on a screen by a code that a phone confirms.</summary>
public sealed record QrSettings
{
    /// <summary>How long a code on a screen can be opened from a phone, and once opened be answered, in seconds.</summary>
    [Range(60, 600)] public int CodeLifetimeSeconds { get; init; } = 180;
    /// <summary>How many codes the screens of one network (/24, /56) may ask for in the time that a code lives; a school shows a few dozen at the
    /// first bell.</summary>
    [Range(5, 100_000)] public int CodesPerNetwork { get; init; } = 300;
    /// <summary>How many numbers one person may type in 15 minutes.</summary>
    [Range(5, 1000)] public int NumbersPerPerson { get; init; } = 20;
    /// <summary>How many numbers may be typed from one network (/24, /56) in 15 minutes.</summary>
    [Range(10, 100_000)] public int NumbersPerNetwork { get; init; } = 300;
    /// <summary>How long a sign-in on an interactive panel lasts, in minutes: a lesson.</summary>
    [Range(5, 240)] public int PanelMinutes { get; init; } = 45;
}
