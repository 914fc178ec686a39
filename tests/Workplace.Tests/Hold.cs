using Aupd.TestKit;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Tests;

/// <summary>Whoever writes a certain row waits in the middle of it, until the hold ends: two things that race are brought into an order.</summary>
/// <remarks>The trigger stays when the hold has ended and lets everyone through: to drop it, every partition of the table would have to be
/// locked against those who write into it at that moment, and PostgreSQL ends one of them as a deadlock.</remarks>
public sealed class Hold : IAsyncDisposable
{
    private static int _last = 78_2255;
    private readonly int _key = Interlocked.Increment(ref _last);
    private readonly NpgsqlConnection _connection;
    private readonly string _table;
    private bool _ended;

    private Hold(NpgsqlConnection connection, string table) => (_connection, _table) = (connection, table);

    /// <param name="act"><c>insert</c> or <c>update</c>.</param>
    /// <param name="condition">On the row, <c>new</c> or <c>old</c>.</param>
    public static async Task<Hold> BeginAsync(NpgsqlDataSource source, string act, string table, string condition = "true")
    {
        var hold = new Hold(await source.OpenConnectionAsync(), table);
        await hold._connection.ExecuteAsync($"select pg_advisory_lock({hold._key})");
        await hold._connection.ExecuteAsync($"""
            create function hold_{hold._key}() returns trigger language plpgsql
                as $$ begin perform pg_advisory_xact_lock_shared({hold._key}); return new; end $$;
            create trigger hold_{hold._key} before {act} on {table} for each row when ({condition}) execute function hold_{hold._key}()
            """);
        return hold;
    }

    public Task UntilSomebodyWaitsAsync() => Eventually.HoldsAsync($"somebody writes into {_table}", () =>
        _connection.ExecuteScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = @_key and not granted)", new { _key }));

    /// <summary>Lets whoever waits go on.</summary>
    public async Task EndAsync()
    {
        if (_ended) return;
        _ended = true;
        await _connection.ExecuteAsync($"select pg_advisory_unlock({_key})");
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _connection.DisposeAsync();
    }
}
