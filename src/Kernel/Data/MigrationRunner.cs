using Dapper;
using Npgsql;

namespace Aupd.Kernel.Data;

/// <summary>Brings a database to the program's state. Several nodes may start at once: an advisory lock lets one work and the
/// others wait, then find nothing to do.</summary>
public static class MigrationRunner
{
    private const long LockKey = 0x41555044_0001;

    private const string LogSql = """
        create schema if not exists kernel;
        create table if not exists kernel.migration (
            module text not null, number int not null, name text not null, checksum text not null,
            applied_at timestamptz not null default now(), primary key (module, number))
        """;

    /// <summary>Applies what is missing, each file in its own transaction. Returns how many were applied.</summary>
    /// <exception cref="MigrationException">A landed file was edited, or the database is newer than the program.</exception>
    public static async Task<int> RunAsync(NpgsqlDataSource source, IEnumerable<MigrationSet> sets, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("select pg_advisory_lock(@LockKey)", new { LockKey });
        try
        {
            await connection.ExecuteAsync(LogSql);
            var applied = (await connection.QueryAsync<(string Module, int Number, string Checksum)>(
                "select module, number, checksum from kernel.migration")).ToDictionary(r => (r.Module, r.Number), r => r.Checksum);
            var count = 0;
            foreach (var migration in sets.SelectMany(s => s.Migrations))
            {
                if (applied.TryGetValue((migration.Module, migration.Number), out var checksum))
                {
                    if (checksum != migration.Checksum)
                        throw new MigrationException($"Migration {migration.Module}/{migration.Number:D4}_{migration.Name} was edited after it was applied.");
                    continue;
                }
                await ApplyAsync(connection, migration, ct);
                count++;
            }
            return count;
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await using var command = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(ct);
            await connection.ExecuteAsync(
                "insert into kernel.migration (module, number, name, checksum) values (@Module, @Number, @Name, @Checksum)", migration, transaction);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e)
        {
            throw new MigrationException($"Migration {migration.Module}/{migration.Number:D4}_{migration.Name} failed: {e.MessageText}", e);
        }
    }
}

/// <summary>The database could not be brought to the program's state; the message is for the administrator.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
