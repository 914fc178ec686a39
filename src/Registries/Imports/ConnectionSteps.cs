using Npgsql;

namespace Aupd.Registries.Imports;

/// <summary>A step of a long job on one connection: without a time limit of its own, ended by the caller's cancellation alone.</summary>
internal static class ConnectionSteps
{
    public static async Task<int> RunAsync(this NpgsqlConnection connection, string sql, CancellationToken ct, params (string Name, object Value)[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return await command.ExecuteNonQueryAsync(ct);
    }
}
