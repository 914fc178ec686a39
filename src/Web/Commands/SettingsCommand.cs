using System.Collections;
using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Aupd.Kernel.Settings;

namespace Aupd.Web.Commands;

/// <summary>Prints the reference of all settings, made from the records that hold them: docs/settings.md is its output.</summary>
internal static partial class SettingsCommand
{
    private static readonly Assembly[] Modules =
    [
        typeof(SettingsModule).Assembly, typeof(OpenId.OpenIdModule).Assembly, typeof(Portal.PortalModule).Assembly, typeof(Registries.RegistriesModule).Assembly,
        typeof(SignIn.SignInModule).Assembly, typeof(Workplace.WorkplaceModule).Assembly, typeof(Desk.DeskModule).Assembly, typeof(Demo.DemoModule).Assembly, typeof(SettingsCommand).Assembly,
    ];

    /// <summary>Every settings record: a type named …Settings with a constant <c>Section</c>.</summary>
    public static IReadOnlyList<SettingsSection> Sections { get; } =
    [
        .. Modules.SelectMany(a => a.GetTypes()).Where(t => t.Name.EndsWith("Settings", StringComparison.Ordinal) && t.GetField("Section")?.IsLiteral == true)
            .Select(t => new SettingsSection((string)t.GetField("Section")!.GetRawConstantValue()!, t)).OrderBy(s => s.Name, StringComparer.Ordinal),
    ];

    public static Command Create()
    {
        var command = new Command("settings", "Prints every setting with its meaning, range and default, as docs/settings.md has them.");
        command.SetAction(async (_, _) =>
        {
            await Console.Out.WriteAsync(Markdown());
            return CommandLine.Done;
        });
        return command;
    }

    public static string Markdown()
    {
        var text = new StringBuilder("""
            # Settings

            Made by `./aupd settings`; a test keeps it true. A setting stands in `appsettings.json` beside the program or `aupd.json` in the folder it is
            started from (`{"Sites": {"SchoolPort": 5000}}`), in the environment (`AUPD_Sites__SchoolPort=5000`) or on the command line
            (`--set Sites:SchoolPort=5000`); the later wins. An unknown or out-of-range one stops the start with its name, value and range.

            """.ReplaceLineEndings("\n") + "\n");
        foreach (var section in Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"## {section.Name}\n\n{Summary(section.Type, $"T:{Id(section.Type)}")}\n\n| setting | meaning | range | default |\n|---|---|---|---|\n");
            AppendRows(text, section.Type, section.Name);
            text.Append('\n');
        }
        return text.ToString();
    }

    private static void AppendRows(StringBuilder text, Type type, string path)
    {
        var defaults = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(p => p.CanWrite))
        {
            var isGroup = property.PropertyType is { IsClass: true } c && c != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(c) && c != typeof(Uri);
            if (isGroup) { AppendRows(text, property.PropertyType, $"{path}:{property.Name}"); continue; }
            var rules = string.Join(", ", property.GetCustomAttributes<ValidationAttribute>().Select(SettingsModule.Describe));
            text.Append(CultureInfo.InvariantCulture,
                $"| `{path}:{property.Name}` | {Summary(type, $"P:{Id(property.DeclaringType!)}.{property.Name}")} | {rules} | {Show(property.GetValue(defaults))} |\n");
        }
    }

    private static string Show(object? value) => value switch
    {
        null or "" => "",
        bool b => b ? "`true`" : "`false`",
        string s => $"`{s}`",
        IEnumerable list => list.Cast<object>().Any() ? $"{list.Cast<object>().Count()} entries" : "none",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Id(Type type) => type.FullName!.Replace('+', '.');

    private static string Summary(Type type, string id)
    {
        var file = Path.ChangeExtension(type.Assembly.Location, ".xml");
        if (!File.Exists(file)) return "";
        var member = XDocument.Load(file).Descendants("member").FirstOrDefault(m => (string?)m.Attribute("name") == id)?.Element("summary");
        if (member is null) return "";
        foreach (var reference in member.Descendants().Where(e => e.Attribute("cref") is not null).ToList())
            reference.ReplaceWith(((string)reference.Attribute("cref")!).Split('.', ':')[^1]);
        return Spaces().Replace(member.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
