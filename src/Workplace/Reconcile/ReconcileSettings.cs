using System.ComponentModel.DataAnnotations;

namespace Aupd.Workplace.Reconcile;

/// <summary>The nightly comparison of all accounts with the directory and with Teams. Section <c>Workplace:Reconcile</c>.</summary>
public sealed record ReconcileSettings
{
    public const string Section = "Workplace:Reconcile";

    /// <summary>Whether a worker does it by itself every night; without it there is the command alone.</summary>
    public bool IsNightly { get; init; } = true;
    /// <summary>Hour of the day, in the region's time, at which it begins.</summary>
    [Range(0, 23)] public int HourOfDay { get; init; } = 3;
    /// <summary>Whether what differs is told only, and not repaired.</summary>
    public bool IsReportOnly { get; init; }
}
