using Aupd.TestKit;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Tests;

/// <summary>Whoever writes a certain row waits in the middle of it, until the hold ends: two things that race are brought into an order.</summary>
public sealed class Hold : IAsyncDisposable
{
    private const int Key = 78_2255;
    private readonly NpgsqlConnection _connection;
    private readonly string _table;
    private bool _ended;

    private Hold(NpgsqlConnection connection, string table) => (_connection, _table) = (connection, table);

    /// <param name="act"><c>insert</c> or <c>update</c>.</param>
    /// <param name="condition">On the row, <c>new</c> or <c>old</c>.</param>
    public static async Task<Hold> BeginAsync(NpgsqlDataSource source, string act, string table, string condition = "true")
    {
        var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync($"""
            create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock({Key}); return new; end $$;
            create trigger hold before {act} on {table} for each row when ({condition}) execute function hold();
            select pg_advisory_lock({Key})
            """);
        return new Hold(connection, table);
    }

    public Task UntilSomebodyWaitsAsync() => Eventually.HoldsAsync($"somebody writes into {_table}", () =>
        _connection.ExecuteScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = @Key and not granted)", new { Key }));

    /// <summary>Lets whoever waits go on.</summary>
    public async Task EndAsync()
    {
        if (_ended) return;
        _ended = true;
        await _connection.ExecuteAsync($"select pg_advisory_unlock({Key})");
        await _connection.ExecuteAsync($"drop trigger hold on {_table}; drop function hold()");
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _connection.DisposeAsync();
    }
}
