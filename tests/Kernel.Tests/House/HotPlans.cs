using System.Reflection;
using System.Text.Json;
using Aupd.Kernel.Data;
using Aupd.OpenId.Doors;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aupd.Kernel.Tests.House;

/// <summary>What PostgreSQL plans for the statements of the hot path while tables are empty is what it goes by when thousands of rows have come within a minute.</summary>
[Trait("takes", "long")]
public sealed class HotPlans
{
    // Meant so: what an import has not spread yet is a row or none.
    private const string Queue = "import_unspread";

    [Fact]
    public async Task No_hot_statement_reads_a_table_or_an_index_from_end_to_end()
    {
        await using var service = await RunningService.StartAsync();
        await using var hot = new HotPath(new NpgsqlConnectionStringBuilder(service.Source.ConnectionString));
        await using var connection = await hot.Source.OpenConnectionAsync();
        var users = Statements.Modules.SelectMany(m => m.GetTypes())
            .Where(t => t.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).SelectMany(c => c.GetParameters()).Any(p => p.ParameterType == typeof(HotPath)));
        var sites = new[] { service.Portal, service.School }.Select(s => s.Services.GetRequiredService<IClaimsSource>());

        var (planned, faults) = (0, new List<string>());
        foreach (var (owner, sql) in users.SelectMany(Statements.Of).Concat(sites.SelectMany(Statements.ComposedFor)))
        {
            if (await PlanAsync(connection, sql) is not { } plan) continue;
            planned++;
            faults.AddRange(ReadToTheEnd(plan).Select(what => $"{owner}: {what}"));
        }
        Assert.True(planned > 50, $"{planned} statements of the hot path are found.");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    // Null where a parameter's type shows only when it is bound: statements of the classes in question that write, not looked up by keys.
    private static async Task<JsonElement?> PlanAsync(NpgsqlConnection connection, string sql)
    {
        await using var prepare = new NpgsqlCommand($"prepare hot_plan as {Statements.WithNumberedParameters(sql)}", connection);
        try { await prepare.ExecuteNonQueryAsync(); }
        catch (PostgresException e) when (e.SqlState is "42P08" or "42P18") { return null; }
        await using var count = new NpgsqlCommand("select cardinality(parameter_types) from pg_prepared_statements where name = 'hot_plan'", connection);
        var nulls = string.Join(", ", Enumerable.Repeat("null", (int)(await count.ExecuteScalarAsync())!));
        await using var explain = new NpgsqlCommand($"explain (format json) execute hot_plan{(nulls.Length > 0 ? $"({nulls})" : "")}", connection);
        var plan = JsonDocument.Parse((string)(await explain.ExecuteScalarAsync())!);
        await using var forget = new NpgsqlCommand("deallocate hot_plan", connection);
        await forget.ExecuteNonQueryAsync();
        return plan.RootElement[0].GetProperty("Plan");
    }

    private static IEnumerable<string> ReadToTheEnd(JsonElement node)
    {
        var (kind, index) = (Name(node, "Node Type"), Name(node, "Index Name"));
        var whole = kind == "Seq Scan" || kind.Contains("Index", StringComparison.Ordinal) && !node.TryGetProperty("Index Cond", out _);
        if (whole && index != Queue) yield return $"{kind} {index} {Name(node, "Relation Name")}";
        if (!node.TryGetProperty("Plans", out var below)) yield break;
        foreach (var what in below.EnumerateArray().SelectMany(ReadToTheEnd)) yield return what;
    }

    private static string Name(JsonElement node, string property) => node.TryGetProperty(property, out var name) ? name.GetString()! : "";
}
