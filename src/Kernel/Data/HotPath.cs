using Npgsql;

namespace Aupd.Kernel.Data;

/// <summary>Connections for the statements that every token and every page of a signed-in person costs: each finds a few rows by their keys,
/// whatever the parameters and however large the tables. PostgreSQL is told so, and plans each of them once per connection: on partitioned
/// tables it would else plan anew at every execution, which costs many times what the execution does, or settle on reading whole tables
/// while they are small.</summary>
public sealed class HotPath : IAsyncDisposable
{
    private const string Planner =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off -c jit=off";

    /// <param name="connection">Of the program's other pool; this one has the same limits.</param>
    public HotPath(NpgsqlConnectionStringBuilder connection) => Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection.ConnectionString)
    {
        Options = $"{connection.Options} {Planner}".Trim(),
    });

    public NpgsqlDataSource Source { get; }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
