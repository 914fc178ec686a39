using Npgsql;

namespace Aupd.Kernel.Data;

/// <summary>Connections for the statements that every token and every page of a signed-in person costs: each finds a few rows by their keys,
/// whatever the parameters and however large the tables. PostgreSQL is told so, and plans each of them once per connection: on partitioned
/// tables it would else plan anew at every execution, which costs many times what the execution does, or settle on reading whole tables
/// while they are small. A statement of this path must not say <c>x is null</c> where an index of just those rows exists for another column: as long
/// as they are few, PostgreSQL plans to read that index from end to end, and holds on to it when there are thousands. It says
/// <c>coalesce(x, 'infinity') = 'infinity'</c>, which no index fits.</summary>
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
