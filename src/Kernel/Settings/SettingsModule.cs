using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aupd.Kernel.Settings;

/// <summary>A section of settings of one module: its name in appsettings.json and the record it is read into.</summary>
public sealed record SettingsSection(string Name, Type Type);

/// <summary>A fault in the settings; the message holds all of them, one a line, each with its name, value and range.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>Settings are read once at start, from appsettings.json, then environment variables (AUPD_Section__Name), then the command
/// line. A misspelt, unreadable or out-of-range one stops the start.</summary>
public static class SettingsModule
{
    public const string EnvironmentPrefix = "AUPD_";

    /// <summary>Registers the section's record, read and checked, as a singleton of its own type.</summary>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, IConfiguration configuration, string section) where T : class, new()
    {
        var value = Read<T>(configuration, section);
        services.AddSingleton(value);
        services.AddSingleton(new SettingsSection(section, typeof(T)));
        services.AddSingleton(Options.Create(value));
        return services;
    }

    /// <exception cref="SettingsException">With every fault found in the section.</exception>
    public static T Read<T>(IConfiguration configuration, string section) where T : class, new()
    {
        var faults = new List<string>();
        FindUnknown(configuration.GetSection(section), typeof(T), section, faults);
        T value = new();
        if (faults.Count == 0)
        {
            try { value = configuration.GetSection(section).Get<T>() ?? value; }
            catch (InvalidOperationException e) { faults.Add($"{e.Message} {e.InnerException?.Message}".Trim()); }
            Check(value, section, faults);
        }
        if (faults.Count > 0) throw new SettingsException(string.Join(Environment.NewLine, faults));
        return value;
    }

    private static void FindUnknown(IConfigurationSection section, Type type, string path, List<string> faults)
    {
        if (IsLeaf(type) || typeof(IEnumerable).IsAssignableFrom(type)) return;
        foreach (var child in section.GetChildren())
        {
            var property = type.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is null)
                faults.Add($"Unknown setting {path}:{child.Key}. Known here: {string.Join(", ", type.GetProperties().Select(p => p.Name))}.");
            else FindUnknown(child, property.PropertyType, $"{path}:{property.Name}", faults);
        }
    }

    private static void Check(object value, string path, List<string> faults)
    {
        foreach (var property in value.GetType().GetProperties())
        {
            var found = property.GetValue(value);
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
                if (!rule.IsValid(found))
                    faults.Add($"Setting {path}:{property.Name} is {Show(found)}, but must be {Describe(rule)}.");
            if (found is not null && !IsLeaf(property.PropertyType) && found is not IEnumerable) Check(found, $"{path}:{property.Name}", faults);
        }
        if (value is IValidatableObject self)
            faults.AddRange(self.Validate(new ValidationContext(value)).Select(r => $"Setting {path}: {r.ErrorMessage}"));
    }

    private static bool IsLeaf(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan)
        || type == typeof(Uri) || type == typeof(decimal) || type == typeof(DateOnly) || Nullable.GetUnderlyingType(type) is not null;

    private static string Show(object? value) => value is null or "" ? "empty" : $"\"{value}\"";

    /// <summary>The range of a setting in words, also used by the settings reference.</summary>
    public static string Describe(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => $"from {range.Minimum} to {range.Maximum}",
        RequiredAttribute => "given",
        AllowedValuesAttribute allowed => "one of " + string.Join(", ", allowed.Values),
        StringLengthAttribute length => $"{length.MinimumLength} to {length.MaximumLength} characters long",
        RegularExpressionAttribute pattern => $"of the form {pattern.Pattern}",
        _ => rule.ErrorMessage ?? rule.GetType().Name,
    };
}
