using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Aupd.Kernel.Pages;
using Aupd.Kernel.Settings;
using Aupd.Web.Commands;
using Microsoft.Extensions.Configuration;

namespace Aupd.Kernel.Tests.Settings;

public sealed partial class SettingsTests
{
    private sealed record Example
    {
        [Range(60, 900)] public int LifetimeSeconds { get; init; } = 300;
        public Inner Deep { get; init; } = new();
    }

    private sealed record Inner
    {
        [Range(1, 3)] public int Tries { get; init; } = 2;
    }

    [Theory, InlineData("60"), InlineData("900")]
    public void Both_edges_of_a_range_are_allowed(string value) => Assert.Equal(int.Parse(value), Read(("Example:LifetimeSeconds", value)).LifetimeSeconds);

    [Theory]
    [InlineData("Example:LifetimeSeconds", "59", "Setting Example:LifetimeSeconds is \"59\", but must be from 60 to 900.")]
    [InlineData("Example:LifetimeSeconds", "901", "Setting Example:LifetimeSeconds is \"901\", but must be from 60 to 900.")]
    [InlineData("Example:Deep:Tries", "4", "Setting Example:Deep:Tries is \"4\", but must be from 1 to 3.")]
    [InlineData("Example:LifetimeSecond", "60", "Unknown setting Example:LifetimeSecond.")]
    [InlineData("Example:Deep:Trys", "1", "Unknown setting Example:Deep:Trys.")]
    [InlineData("Example:LifetimeSeconds", "soon", "soon")]
    public void A_wrong_setting_is_named_with_its_value_and_range(string name, string value, string expected) =>
        Assert.Contains(expected, Assert.Throws<SettingsException>(() => Read((name, value))).Message);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var message = Assert.Throws<SettingsException>(() => Read(("Example:LifetimeSeconds", "1"), ("Example:Deep:Tries", "9"))).Message;
        Assert.Contains("LifetimeSeconds", message);
        Assert.Contains("Tries", message);
    }

    [Theory, InlineData("#1a56c4", true), InlineData("#ffcc00", false), InlineData("blue", false)]
    public void An_accent_that_cannot_be_read_on_white_stops_the_start(string accent, bool allowed)
    {
        var configuration = Configuration(("Region:Accent", accent));
        var fault = Record.Exception(() => SettingsModule.Read<RegionSettings>(configuration, "Region"));
        Assert.Equal(allowed, fault is null);
    }

    [Fact, Trait("takes", "long")]
    public void Every_setting_says_what_it_means()
    {
        var silent = SettingsCommand.Markdown().Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal) && l.Contains("` |  |")).ToList();
        Assert.Empty(silent);
    }

    [Fact, Trait("takes", "long")]
    public void The_settings_reference_is_what_the_program_prints() =>
        Assert.Equal(File.ReadAllText(House.Tree.Path("docs/settings.md")), SettingsCommand.Markdown());

    // OR CVE-2026-33505: a secret that stood in the source was everybody's.
    [Fact, Trait("takes", "long")]
    public async Task No_secret_has_a_value_that_everybody_knows()
    {
        var secrets = SettingsCommand.Markdown().Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Where(c => SecretName().IsMatch(c[1])).ToList();
        Assert.Contains(secrets, c => c[1].Contains("MasterKey", StringComparison.Ordinal));
        Assert.All(secrets, c => Assert.True(c[4].Trim('`', '"') is "" or "empty", $"{c[1]}: {c[4]}"));
        foreach (var key in new[] { "", "c2hvcnQ=", "not base64", Convert.ToBase64String(new byte[31]), Convert.ToBase64String(new byte[33]) })
            await Assert.ThrowsAsync<SettingsException>(() => Web.Sites.SharedParts.OpenAsync(Configuration(("Database:ConnectionString", "Host=/nowhere"), ("Secrets:MasterKey", key))));
    }

    [GeneratedRegex(@"(Key|Secret|Password|Token)`$")] private static partial Regex SecretName();

    private static Example Read(params (string, string)[] values) => SettingsModule.Read<Example>(Configuration(values), "Example");

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(v => v.Name, v => (string?)v.Value)).Build();
}
