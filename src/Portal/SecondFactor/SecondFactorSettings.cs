using System.ComponentModel.DataAnnotations;

namespace Aupd.Portal.SecondFactor;

/// <summary>Passkeys and codes of an app. Section <c>Portal:SecondFactor</c>.</summary>
public sealed record SecondFactorSettings
{
    public const string Section = "Portal:SecondFactor";

    /// <summary>How long the second step can be taken after the password was right, in minutes.</summary>
    [Range(1, 60)] public int StepMinutes { get; init; } = 10;
    /// <summary>How long a page that asks for a passkey can be answered, in minutes.</summary>
    [Range(1, 120)] public int ChallengeMinutes { get; init; } = 30;
    /// <summary>How long after a proof of identity passkeys, the app and recovery codes can be changed, in minutes.</summary>
    [Range(1, 60)] public int FreshMinutes { get; init; } = 5;
    /// <summary>Wrong codes for one account in a day from all unknown devices together; then those wait until tomorrow. They come on top of
    /// the limits of <c>Portal:Attempts</c>, which hold for codes as they do for passwords.</summary>
    [Range(5, 10_000)] public int WrongPerDay { get; init; } = 30;
    /// <summary>Most passkeys of one account.</summary>
    [Range(1, 100)] public int MostPasskeys { get; init; } = 20;
    /// <summary>Wait between an operator's decision to let someone in without a lost second factor and the moment it holds, in hours. All the
    /// while the person is told on every way there is, and can cancel it.</summary>
    [Range(1, 720)] public int ResetWaitHours { get; init; } = 48;
    /// <summary>How long after that wait the decision can be used, in days.</summary>
    [Range(1, 90)] public int ResetOpenDays { get; init; } = 7;

    internal TimeSpan Step => TimeSpan.FromMinutes(StepMinutes);
    internal TimeSpan Challenge => TimeSpan.FromMinutes(ChallengeMinutes);
    internal TimeSpan Fresh => TimeSpan.FromMinutes(FreshMinutes);
}
