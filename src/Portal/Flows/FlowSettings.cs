using System.ComponentModel.DataAnnotations;

namespace Aupd.Portal.Flows;

/// <summary>Half-done registrations, recoveries and changes of contact. Section <c>Portal:Flows</c>.</summary>
public sealed record FlowSettings
{
    public const string Section = "Portal:Flows";

    /// <summary>How long a begun registration or recovery can be finished, in seconds.</summary>
    [Range(600, 86_400)] public int LifetimeSeconds { get; init; } = 3600;
}
