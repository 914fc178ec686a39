using Dapper;
using Npgsql;

namespace Aupd.Registries.Imports;

/// <summary>Fills a registry that has no rows yet: its indexes are laid down and built anew over all rows at once, which takes a third of the
/// time. Sign-ins wait meanwhile: without this registry they could match nothing.</summary>
internal static class FillTable
{
    /// <summary>Rows from which on it pays.</summary>
    public const int WorthIt = 20_000;

    private const string IndexesSql = """
        select format('%I.%I', i.schemaname, i.indexname) as name, i.indexdef as definition from pg_indexes i
         where format('%I.%I', i.schemaname, i.tablename) = @Table
           and not exists (select 1 from pg_constraint c where c.conindid = format('%I.%I', i.schemaname, i.indexname)::regclass)
        """;

    public static async Task RunAsync(NpgsqlConnection connection, RegistryTable table, long importNo, CancellationToken ct)
    {
        var indexes = (await connection.QueryAsync<(string Name, string Definition)>(new CommandDefinition(IndexesSql, new { table.Table }, cancellationToken: ct))).AsList();
        foreach (var (name, _) in indexes) await connection.RunAsync($"drop index {name}", ct);
        await connection.RunAsync(table.FillSql, ct, ("no", importNo));
        foreach (var (_, definition) in indexes) await connection.RunAsync(definition, ct);
    }
}
