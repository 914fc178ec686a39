using System.ComponentModel.DataAnnotations;

namespace Aupd.Kernel.Pages;

/// <summary>What a region puts in of its own: names, colour, contacts, links. Section <c>Region</c>.</summary>
public sealed record RegionSettings : IValidatableObject
{
    private const double LeastContrast = 4.5;

    public const string Section = "Region";

    /// <summary>Name of the school service as people say it.</summary>
    [Required] public string SchoolName { get; init; } = "Школа онлайн";
    /// <summary>The same in English.</summary>
    [Required] public string SchoolNameEnglish { get; init; } = "School Online";
    /// <summary>Name of the city portal as people say it.</summary>
    [Required] public string PortalName { get; init; } = "Портал города";
    /// <summary>The same in English.</summary>
    [Required] public string PortalNameEnglish { get; init; } = "City Portal";
    /// <summary>Time zone of dates shown to people and of "today" in the registries, an IANA name.</summary>
    [Required] public string TimeZone { get; init; } = "Europe/Moscow";
    /// <summary>Accent colour, #rrggbb; checked at start for a contrast of 4.5:1 on white.</summary>
    [RegularExpression("^#[0-9a-fA-F]{6}$")] public string Accent { get; init; } = "#1a56c4";
    /// <summary>Accent colour in the dark theme, #rrggbb.</summary>
    [RegularExpression("^#[0-9a-fA-F]{6}$")] public string AccentDark { get; init; } = "#8ab4ff";
    /// <summary>Path of the region's logo, an SVG file; empty: the built-in one.</summary>
    public string LogoFile { get; init; } = "";
    /// <summary>Support phone as shown; empty to show none.</summary>
    public string SupportPhone { get; init; } = "8 800 000-00-00";
    /// <summary>Support e-mail as shown; empty to show none.</summary>
    public string SupportEmail { get; init; } = "help@school.example";

    public TimeZoneInfo Zone() => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new ValidationResult($"TimeZone is \"{TimeZone}\", but must be an IANA name such as Europe/Moscow.");
        if (LogoFile.Length > 0 && !File.Exists(LogoFile))
            yield return new ValidationResult($"LogoFile is \"{LogoFile}\", but there is no such file.");
        // The page backgrounds of aupd.css, light and dark.
        if (Colour.TryParse(Accent) is { } light && light.ContrastWith(Colour.White) is var onWhite && onWhite < LeastContrast)
            yield return new ValidationResult($"Accent is \"{Accent}\" with a contrast of {onWhite:0.0}:1 on white, but must have at least {LeastContrast}:1.");
        if (Colour.TryParse(AccentDark) is { } dark && dark.ContrastWith(Colour.DarkPage) is var onDark && onDark < LeastContrast)
            yield return new ValidationResult($"AccentDark is \"{AccentDark}\" with a contrast of {onDark:0.0}:1 on the dark page, but must have at least {LeastContrast}:1.");
    }
}
