using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Aupd.Demo.Tests;

/// <summary>Journeys and the glossary name files, tables and audit acts; what they name must be there.</summary>
public sealed partial class DocumentsTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));
    private static readonly string Sources = string.Concat(Files("*.cs").Concat(Files("*.sql")).Select(File.ReadAllText));

    public static TheoryData<string> Documents =>
        [.. Directory.GetFiles(Path.Combine(Root, "docs", "journeys")).Append(Path.Combine(Root, "docs", "glossary.md")).Select(f =>
            Path.GetRelativePath(Root, f))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_names_only_what_is_there(string document)
    {
        var words = Backticked().Matches(File.ReadAllText(Path.Combine(Root, document))).Select(m => m.Groups[1].Value).ToList();
        var missing = new List<string>();
        foreach (var path in words.Where(w => w.StartsWith("src/") || w.StartsWith("demo/")))
            if (!Path.Exists(Path.Combine(Root, path.TrimEnd('/'))) && !Path.Exists(Path.Combine(Root, path + ".cs"))) missing.Add(path);
        foreach (var table in words.Where(w => TableName().IsMatch(w)))
            if (!Sources.Contains("table " + table + " (", StringComparison.Ordinal) && !Sources.Contains($"\"{table}\"",
                StringComparison.Ordinal)) missing.Add(table);
        Assert.Empty(missing);
    }

    private static IEnumerable<string> Files(string pattern) => new[] { "src", "demo" }.SelectMany(d =>
        Directory.EnumerateFiles(Path.Combine(Root, d), pattern, SearchOption.AllDirectories));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("`([^`\n]+)`")] private static partial Regex Backticked();

    // schema.table and module.act-done look alike.
    [GeneratedRegex("^(kernel|openid|portal|registries|signin|desk|demo)\\.[a-z_-]+$")] private static partial Regex TableName();
}
