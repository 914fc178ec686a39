using System.Reflection;
using System.Text.RegularExpressions;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Aupd.Web.Sites;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Kernel.Tests.House;

/// <summary>Rules about the code that a reviewer would otherwise have to remember.</summary>
public sealed partial class HouseRules
{
    private static readonly Dictionary<string, string> SchemaOf = new()
    {
        ["Kernel"] = "kernel", ["OpenId"] = "openid", ["Portal"] = "portal", ["Registries"] = "registries", ["SignIn"] = "signin", ["Workplace"] = "workplace", ["Desk"] = "desk",
    };

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        var long_ = Tree.Files("src", "*.cs").Concat(Tree.Files("demo", "*.cs")).Where(f => File.ReadLines(Tree.Path(f)).Count() > 300).ToList();
        Assert.Empty(long_);
    }

    [Fact, Trait("takes", "long")]
    public void No_module_reads_a_table_of_another()
    {
        var trespasses = from module in SchemaOf.Keys
                         from file in Tree.Files($"src/{module}", "*.cs").Concat(Tree.Files($"src/{module}", "*.sql"))
                         from Match use in TableUse().Matches(File.ReadAllText(Tree.Path(file)))
                         let schema = use.Groups["schema"].Value
                         where SchemaOf.ContainsValue(schema) && schema != SchemaOf[module] && schema != "kernel"
                         select $"{file}: {use.Value}";
        Assert.Empty(trespasses);
    }

    [Fact]
    public async Task Every_statement_can_be_prepared_on_the_migrated_database()
    {
        await using var source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());
        Assert.Empty(await FaultsAsync(source, Statements.OfModules()));
    }

    // The engine's statements with the fragments of a site in them, for both sites.
    [Fact, Trait("takes", "long")]
    public async Task Every_composed_statement_can_be_prepared_with_each_sites_fragments()
    {
        await using var service = await RunningService.StartAsync();
        foreach (var site in new[] { service.Portal, service.School })
        {
            Assert.Empty(await FaultsAsync(service.Source, Statements.ComposedFor(site.Services.GetRequiredService<IClaimsSource>())));
        }
    }

    private static async Task<List<string>> FaultsAsync(NpgsqlDataSource source, IEnumerable<(string Owner, string Sql)> statements)
    {
        await using var connection = await source.OpenConnectionAsync();
        var faults = new List<string>();
        foreach (var (owner, sql) in statements)
            foreach (var statement in sql.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (!Preparable().IsMatch(statement)) continue;
                try
                {
                    await using var prepare = new NpgsqlCommand($"prepare house_rule as {Statements.WithNumberedParameters(statement.TrimEnd(';'))}", connection);
                    await prepare.ExecuteNonQueryAsync();
                    await using var forget = new NpgsqlCommand("deallocate house_rule", connection);
                    await forget.ExecuteNonQueryAsync();
                }
                // 42P18: a parameter's type shows only when it is bound; 42P08 likewise. Temporary staging tables live in their import alone.
                catch (PostgresException e) when (e.SqlState is not ("42P18" or "42P08") && !(e.SqlState == "42P01" && e.MessageText.Contains("\"staging")))
                {
                    faults.Add($"{owner}: {e.MessageText}");
                }
                catch (PostgresException) { }
            }
        return faults;
    }

    [Fact]
    public void Every_page_names_its_own_address()
    {
        var silent = Tree.Files("src", "*.cshtml").Concat(Tree.Files("demo", "*.cshtml"))
            .Where(f => File.Exists(Tree.Path(f + ".cs")) && !PageAddress().IsMatch(File.ReadAllText(Tree.Path(f)))).ToList();
        Assert.Empty(silent);
    }

    [Fact]
    public void No_page_carries_inline_style_or_script()
    {
        var inline = Tree.Files("src", "*.cshtml").Concat(Tree.Files("demo", "*.cshtml"))
            .Where(f => InlineCode().IsMatch(File.ReadAllText(Tree.Path(f)))).ToList();
        Assert.Empty(inline);
    }

    // The browser's own bubble speaks the browser's language, goes away, and keeps our sentence from being read.
    [Fact]
    public void Forms_leave_it_to_us_to_say_what_is_wrong()
    {
        var bubbling = from file in Tree.Files("src", "*.cshtml").Concat(Tree.Files("demo", "*.cshtml"))
                       from Match form in PostedForm().Matches(File.ReadAllText(Tree.Path(file)))
                       where AskedFor().IsMatch(form.Value) && !form.Groups["tag"].Value.Contains("novalidate", StringComparison.Ordinal)
                       select $"{file}: {form.Groups["tag"].Value}";
        Assert.Empty(bubbling);
    }

    [Fact]
    public void Paths_named_in_the_journeys_exist()
    {
        var missing = from file in Tree.Files("docs", "*.md")
                      from Match path in CodePath().Matches(File.ReadAllText(Tree.Path(file)))
                      where !Path.Exists(Tree.Path(path.Groups["path"].Value))
                      select $"{file}: {path.Groups["path"].Value}";
        Assert.Empty(missing);
    }

    // A quick run does not wait for programs to start.
    [Fact]
    public void Tests_that_start_a_program_say_so()
    {
        var starters = (from file in Tree.Files("tests", "*.cs")
                        let text = File.ReadAllText(Tree.Path(file))
                        where file.Contains(".Tests/", StringComparison.Ordinal) && TestAttribute().IsMatch(text) && ProgramStart().IsMatch(text)
                        select (file, text)).ToList();
        Assert.True(starters.Count > 5, "The tests that start programs are not found any more.");
        Assert.Empty(starters.Where(s => !s.text.Contains("Trait(\"needs\", ", StringComparison.Ordinal)).Select(s => s.file));
    }

    // Whoever watches the log goes by the number alone.
    [Fact]
    public void Every_event_of_the_log_has_a_number_of_its_own_among_those_of_its_module()
    {
        var events = (from module in Statements.Modules
                      from type in module.GetTypes()
                      from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                      let declared = method.GetCustomAttribute<LoggerMessageAttribute>()
                      where declared is not null
                      select (Module: module.GetName().Name, Owner: $"{type.FullName}.{method.Name}", Number: declared.EventId)).ToList();
        Assert.True(events.Count >= 50, "The declared events are not found any more.");
        Assert.Empty(events.GroupBy(e => e.Number).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Owner))}"));
        Assert.Empty(events.GroupBy(e => e.Number / 1000).Where(g => g.Select(e => e.Module).Distinct().Count() > 1)
            .Select(g => $"{g.Key}xxx: {string.Join(", ", g.Select(e => e.Module).Distinct())}"));
    }

    [GeneratedRegex("""(?<tag><form [^\n]*?method="post"[^\n]*?>).*?</form>""", RegexOptions.Singleline)]
    private static partial Regex PostedForm();

    [GeneratedRegex("""<field |<(input|select|textarea)[^\n]* required""")]
    private static partial Regex AskedFor();

    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"\b(ProgramProcess\.Start|EmbeddedPostgres\.StartAsync|school\.Program)\(")]
    private static partial Regex ProgramStart();

    [GeneratedRegex(@"(?<=\b(from|join|into|update|table|on)\s+(only\s+)?)(?<schema>[a-z]+)\.[a-z_]+\b")]
    private static partial Regex TableUse();

    [GeneratedRegex(@"^\s*(--.*\n\s*)*(with|select|insert|update|delete)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Preparable();

    [GeneratedRegex("""^@page "/""", RegexOptions.Multiline)]
    private static partial Regex PageAddress();

    [GeneratedRegex("""<style|\sstyle="|\son[a-z]+="|<script(?![^>]*\ssrc=)""")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"`(?<path>(src|demo|tests|bench|docs|deploy|scripts)/[\w./-]+\.(cs|cshtml|sql|md|json|sh|css|js))`")]
    private static partial Regex CodePath();
}
