using System.CommandLine;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Settings;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>Options that every command takes, and the settings they end in. A later source wins: appsettings.json beside the program,
/// aupd.json in the current folder, environment variables (AUPD_Section__Name), the command line.</summary>
internal static class CommonOptions
{
    private static readonly Option<string?> Data = new("--data") { Description = "Folder of the private database and the master key (Database:Folder).", Recursive = true };
    private static readonly Option<string?> Connection = new("--connection-string") { Description = "Use this PostgreSQL server and start none (Database:ConnectionString).", Recursive = true };
    private static readonly Option<int?> SchoolPort = new("--school-port") { Description = "Port of the school gateway (Sites:SchoolPort, default 5000).", Recursive = true };
    private static readonly Option<int?> PortalPort = new("--portal-port") { Description = "Port of the city portal (Sites:PortalPort, default 5001).", Recursive = true };
    private static readonly Option<int?> DemoPort = new("--demo-port") { Description = "Port of the demo services (Sites:DemoPort, default 5002).", Recursive = true };
    private static readonly Option<string[]> Set = new("--set") { Description = "Any setting: --set Section:Name=value. See: aupd settings.", Recursive = true, AllowMultipleArgumentsPerToken = false };

    public static IReadOnlyList<Option> All { get; } = [Data, Connection, SchoolPort, PortalPort, DemoPort, Set];

    /// <param name="defaults">Of this command; every other source wins over them.</param>
    /// <exception cref="SettingsException">A section or a pair that is not known.</exception>
    public static IConfigurationRoot Settings(ParseResult parsed, Dictionary<string, string?>? defaults = null)
    {
        var own = new Dictionary<string, string?>();
        void Put(string name, object? value) { if (value is not null) own[name] = value.ToString(); }
        Put("Database:Folder", parsed.GetValue(Data));
        Put("Database:ConnectionString", parsed.GetValue(Connection));
        Put("Sites:SchoolPort", parsed.GetValue(SchoolPort));
        Put("Sites:PortalPort", parsed.GetValue(PortalPort));
        Put("Sites:DemoPort", parsed.GetValue(DemoPort));
        foreach (var pair in parsed.GetValue(Set) ?? [])
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            if (cut <= 0) throw new SettingsException($"--set \"{pair}\" is not of the form Section:Name=value.");
            own[pair[..cut]] = pair[(cut + 1)..];
        }
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(defaults)
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.GetFullPath("aupd.json"), optional: true)
            .AddEnvironmentVariables(SettingsModule.EnvironmentPrefix)
            .AddInMemoryCollection(own)
            .Build();
        CheckSections(configuration);
        return configuration;
    }

    private static void CheckSections(IConfigurationRoot configuration)
    {
        var known = SettingsCommand.Sections.Select(s => s.Name).Append("Logging").ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (configuration.GetChildren().Select(c => Unknown(c, known)).FirstOrDefault(c => c is not null) is { } unknown)
            throw new SettingsException($"Unknown setting {unknown.Path}{(unknown.Value is { } v ? $" (value \"{v}\")" : "")}. Sections: {string.Join(", ", known.Order())}.");
        SettingsModule.Read<RegionSettings>(configuration, RegionSettings.Section);
        SettingsModule.Read<SiteSettings>(configuration, SiteSettings.Section);
    }

    // A section may stand inside another's name: Portal:Codes and Portal:Messages, with no section Portal.
    private static IConfigurationSection? Unknown(IConfigurationSection section, HashSet<string> known)
    {
        if (known.Contains(section.Path)) return null;
        if (!known.Any(k => k.StartsWith(section.Path + ":", StringComparison.OrdinalIgnoreCase))) return section;
        return section.GetChildren().Select(c => Unknown(c, known)).FirstOrDefault(c => c is not null);
    }
}
