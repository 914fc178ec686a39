using System.ComponentModel.DataAnnotations;

namespace Aupd.Desk;

/// <summary>The desk. Section <c>Desk</c>.</summary>
public sealed record DeskSettings
{
    public const string Section = "Desk";

    /// <summary>Requests to support from one network address per hour; a school is behind one address.</summary>
    [Range(1, 10_000)] public int RequestsPerAddressPerHour { get; init; } = 60;
    /// <summary>Requests of one signed-in person per hour.</summary>
    [Range(1, 100)] public int RequestsPerPersonPerHour { get; init; } = 5;
}
