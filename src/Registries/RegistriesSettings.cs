using System.ComponentModel.DataAnnotations;

namespace Aupd.Registries;

/// <summary>How registries are taken in and followed. Section <c>Registries</c>.</summary>
public sealed record RegistriesSettings
{
    public const string Section = "Registries";

    /// <summary>The largest share of a registry's rows, in percent, that an import may remove without a person's word; 0 asks at every removal,
    /// 100 never asks. A registry without rows never asks.</summary>
    [Range(0.0, 100.0)] public double MaxRemovalPercent { get; init; } = 5;

    /// <summary>Folder for the report of rows put aside (<c>import.aside.csv</c>); empty for the folder of the imported files.</summary>
    public string ReportFolder { get; init; } = "";

    /// <summary>How often the worker looks for imports and days whose accounts are to be matched anew, in seconds.</summary>
    [Range(1, 30)] public int RematchPauseSeconds { get; init; } = 2;

    /// <summary>How many accounts are matched anew in one transaction; more is faster, fewer hold up sign-ins of namesakes for a shorter time.</summary>
    [Range(1, 1000)] public int RematchBatch { get; init; } = 300;
}
