using System.ComponentModel.DataAnnotations;

namespace Aupd.Portal.Codes;

/// <summary>Codes by which a person proves that a phone or an e-mail is theirs. Section <c>Portal:Codes</c>.</summary>
public sealed record CodeSettings
{
    public const string Section = "Portal:Codes";

    /// <summary>How long a code can be typed in, in seconds. Ten minutes cover a slow SMS.</summary>
    [Range(60, 3600)] public int LifetimeSeconds { get; init; } = 600;
    /// <summary>How many times a code may be typed before a new one is needed.</summary>
    [Range(1, 10)] public int Tries { get; init; } = 5;
    /// <summary>Wait before the same place gets another code, in seconds.</summary>
    [Range(10, 600)] public int ResendSeconds { get; init; } = 60;
    /// <summary>Most codes per hour to one phone or e-mail.</summary>
    [Range(1, 100)] public int PerTargetHourly { get; init; } = 6;
    /// <summary>Most codes per hour to one phone or e-mail that are asked for from one network: fewer than in all, so that a stranger elsewhere
    /// does not use up what its owner needs.</summary>
    [Range(1, 100)] public int PerTargetAndAddressHourly { get; init; } = 4;
    /// <summary>Most codes per hour asked for from one network address; a school has one address for all.</summary>
    [Range(1, 100_000)] public int PerAddressHourly { get; init; } = 120;
    /// <summary>Most SMS per hour in all: what the region is ready to pay for when somebody pumps.</summary>
    [Range(1, 10_000_000)] public int SmsHourly { get; init; } = 5000;

    internal TimeSpan Lifetime => TimeSpan.FromSeconds(LifetimeSeconds);
    internal TimeSpan Resend => TimeSpan.FromSeconds(ResendSeconds);
}
