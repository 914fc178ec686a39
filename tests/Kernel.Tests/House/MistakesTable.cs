using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Aupd.Kernel.Tests.House;

/// <summary><c>docs/mistakes.md</c> says what proves that we do not make the mistakes of others; that it is whole, and that what it names is there.</summary>
public sealed partial class MistakesTable(ITestOutputHelper output)
{
    private const string Table = "docs/mistakes.md", Decision = "docs/decisions/0016-mistakes-that-cannot-occur.md";
    private const int Holes = 48;

    /// <summary>How many lines of the checklist there are for each specification.</summary>
    private static readonly (string Specification, int Lines)[] Checklist =
    [
        ("9700", 12), ("9126", 11), ("9449", 10), ("8628", 6), ("8705", 5), ("9207", 6), ("oauth-2.1", 10), ("core", 16), ("rp-logout", 9), ("bc-logout", 11),
    ];

    /// <summary>A line of the table: each part of the last cell is a test, a line of the decision, or what is due.</summary>
    private sealed record Line(string Id, string Sentence, string[] Proofs);

    [Fact]
    public void Every_mistake_has_one_line_and_they_stand_in_their_order()
    {
        var expected = Enumerable.Range(1, Holes).Select(n => $"{n}").Concat(Checklist.SelectMany(c => Enumerable.Range(1, c.Lines).Select(n => $"{c.Specification}-{n}")));
        Assert.Equal(expected, Lines().Select(l => l.Id));
        Assert.All(Lines(), l => Assert.True(l.Sentence.Length > 5 && l.Proofs.Length > 0, l.Id));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = Tests();
        Assert.True(tests.Count > 500, $"{tests.Count} tests are found.");
        Assert.Empty(from line in Lines() from test in line.Proofs.Select(NamedTest).OfType<string>() where !tests.Contains(test) select $"{line.Id}: {test}");
    }

    [Fact]
    public void What_cannot_occur_is_decided_and_every_decision_is_used()
    {
        var decided = DecisionLine().Matches(File.ReadAllText(Tree.Path(Decision))).Select(m => m.Groups["name"].Value).ToList();
        Assert.Equal(decided.Distinct(), decided);
        var named = Lines().SelectMany(l => l.Proofs).Select(NamedDecision).OfType<string>().ToHashSet();
        Assert.Equal(named.Order(StringComparer.Ordinal), decided.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whatever_proves_nothing_yet_is_due_by_an_issue()
    {
        Assert.Empty(from line in Lines() from proof in line.Proofs where NamedTest(proof) is null && NamedDecision(proof) is null && !Due().IsMatch(proof) select $"{line.Id}: {proof}");
        foreach (var line in Lines().Where(l => l.Proofs.Any(Due().IsMatch))) output.WriteLine($"{line.Id}: {line.Sentence} {line.Proofs.Single(Due().IsMatch)}");
    }

    private static List<Line> Lines() => [.. from row in File.ReadLines(Tree.Path(Table)) where Row().IsMatch(row) let cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries)
                                             select new Line(cells[0], cells[1], cells[2].Split("; "))];

    private static string? NamedTest(string proof) => TestName().Match(proof) is { Success: true } m ? m.Groups["name"].Value : null;

    private static string? NamedDecision(string proof) => proof.StartsWith("cannot occur: ", StringComparison.Ordinal) ? proof["cannot occur: ".Length..] : null;

    /// <summary>Class.Method of every test in the checkout, of whatever project.</summary>
    private static HashSet<string> Tests()
    {
        var tests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Tree.Files("tests", "*.cs"))
        {
            var (owner, isTest) = ("", false);
            foreach (var line in File.ReadLines(Tree.Path(file)))
            {
                if (Class().Match(line) is { Success: true } begun) owner = begun.Groups["name"].Value;
                isTest |= Attribute().IsMatch(line);
                if (!isTest || Method().Match(line) is not { Success: true } method) continue;
                tests.Add($"{owner}.{method.Groups["name"].Value}");
                isTest = false;
            }
        }
        return tests;
    }

    [GeneratedRegex(@"^\| ([0-9]|[a-z0-9.-]+-[0-9])")] private static partial Regex Row();
    [GeneratedRegex(@"^`(?<name>\w+\.\w+)`$")] private static partial Regex TestName();
    [GeneratedRegex(@"^due: issue [0-9]+$")] private static partial Regex Due();
    [GeneratedRegex(@"^- \*\*(?<name>[a-z-]+)\*\* \S", RegexOptions.Multiline)] private static partial Regex DecisionLine();
    [GeneratedRegex(@"^(public|internal)[\w ]* class (?<name>\w+)")] private static partial Regex Class();
    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b")] private static partial Regex Attribute();
    [GeneratedRegex(@"\bpublic (static |async )*(void|Task|ValueTask) (?<name>\w+)\(")] private static partial Regex Method();
}
