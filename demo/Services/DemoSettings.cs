using System.ComponentModel.DataAnnotations;

namespace Aupd.Demo.Services;

/// <summary>The demo services. Section <c>Demo</c>.</summary>
public sealed record DemoSettings
{
    public const string Section = "Demo";

    /// <summary>File with the services' client ids and secrets; the gateway registers the same one. Relative to the program.</summary>
    [Required] public string ClientsFile { get; init; } = "demo/clients.json";
    /// <summary>How long a person stays signed in to a service, in minutes. A school day.</summary>
    [Range(1, 1440)] public int SessionMinutes { get; init; } = 600;
    /// <summary>How often the diary asks the gateway anew who the person is, in seconds.</summary>
    [Range(0, 3600)] public int RecheckSeconds { get; init; } = 60;
}
