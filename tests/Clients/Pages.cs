using System.Text.RegularExpressions;
using Aupd.OpenId.Doors;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Clients;

/// <summary>What the pages of docs/integrate promise and no running client checks.</summary>
[Collection(Region.Name)]
public sealed partial class Pages(RegionRunning region)
{
    private static readonly string Folder = Path.GetFullPath(Example.File("."));

    public static TheoryData<string> All =>
        [.. Directory.GetFiles(Folder, "*.md", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/")).Select(f => Path.GetRelativePath(Folder, f))];

    [Theory, MemberData(nameof(All))]
    public async Task A_registration_on_a_page_is_accepted(string page)
    {
        var clients = region.Service.School.Services.GetRequiredService<IClients>();
        foreach (Match entry in Registration().Matches(await File.ReadAllTextAsync(Example.File(page))))
        {
            var outcome = await clients.RegisterAsync(entry.Groups[1].Value, default);
            Assert.True(outcome is RegisterClientOutcome.Registered, (outcome as RegisterClientOutcome.Refused)?.Faults.FirstOrDefault());
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_link_on_a_page_leads_somewhere(string page)
    {
        var here = Path.GetDirectoryName(Example.File(page))!;
        foreach (Match link in Link().Matches(await File.ReadAllTextAsync(Example.File(page))))
        {
            var target = Path.GetFullPath(Path.Combine(here, link.Groups["file"].Value));
            Assert.True(Path.Exists(target), $"{page}: {link.Value}");
            if (link.Groups["place"] is { Success: true, Value: var place })
                Assert.Contains(place, Heading().Matches(await File.ReadAllTextAsync(target)).Select(h => Spaces().Replace(NoSign().Replace(h.Groups[1].Value.ToLowerInvariant(), ""), "-")));
        }
    }

    [Fact]
    public void Every_client_has_a_page()
    {
        foreach (var page in new[] { "aspnetcore/README.md", "node/README.md", "java.md", "python.md", "apache/README.md", "mobile.md", "device/README.md" })
            Assert.Contains($"]({page})", File.ReadAllText(Example.File("README.md")));
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)] private static partial Regex Registration();
    [GeneratedRegex(@"\]\((?<file>[^)#]+)(#(?<place>[^)]+))?\)")] private static partial Regex Link();
    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)] private static partial Regex Heading();
    [GeneratedRegex(@"[^\w -]")] private static partial Regex NoSign();
    [GeneratedRegex(" ")] private static partial Regex Spaces();
}
