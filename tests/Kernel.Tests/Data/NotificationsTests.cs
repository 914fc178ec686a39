using System.Collections.Concurrent;
using Aupd.Kernel.Data;
using Aupd.TestKit;
using Dapper;
using Npgsql;

namespace Aupd.Kernel.Tests.Data;

/// <summary>One connection hears for everyone in the process.</summary>
public sealed class NotificationsTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1), Short = TimeSpan.FromMilliseconds(200);
    private NpgsqlDataSource _source = null!;
    private Notifications _notifications = null!;

    public async Task InitializeAsync()
    {
        _source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync() + ";Maximum Pool Size=4");
        _notifications = new Notifications(_source);
    }

    public async Task DisposeAsync()
    {
        await _notifications.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Everyone_hears_the_channels_asked_for_and_no_other_over_one_connection()
    {
        ConcurrentQueue<string> a = [], b = [];
        using var one = await _notifications.ListenAsync(["a"], a.Enqueue);
        using var two = await _notifications.ListenAsync(["b", "c"], b.Enqueue);
        await AnnounceAsync("a", "1");
        await AnnounceAsync("b", "2");
        await AnnounceAsync("c", "3");
        Assert.True(await one.WaitAsync(Long, default));
        await Eventually.HoldsAsync("both are heard", () => Task.FromResult(b.Count == 2));
        Assert.Equal(["1"], a);
        Assert.Equal(["2", "3"], b);
        Assert.Single(await ListeningAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task Whatever_came_before_the_wait_ends_it_once()
    {
        using var listener = await _notifications.ListenAsync(["a"]);
        for (var i = 0; i < 3; i++) await AnnounceAsync("a");
        Assert.True(await listener.WaitAsync(Long, default));
        while (await listener.WaitAsync(Short, default)) { }
        Assert.False(await listener.WaitAsync(TimeSpan.Zero, default));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listener.WaitAsync(Long, new CancellationToken(true)));
    }

    // Each who comes or goes interrupts the wait of the one connection.
    [Fact]
    public async Task Nothing_is_missed_while_others_come_and_go()
    {
        ConcurrentQueue<string> heard = [];
        using var standing = await _notifications.ListenAsync(["a"], heard.Enqueue);
        using var over = new CancellationTokenSource();
        var others = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested) using (await _notifications.ListenAsync([$"other_{n}"])) await Task.Yield();
        })).ToList();
        for (var i = 0; i < 300; i++) await AnnounceAsync("a", $"{i}");
        await over.CancelAsync();
        await Task.WhenAll(others);
        await Eventually.HoldsAsync("all is heard", () => Task.FromResult(heard.Count == 300));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), heard);
        await AnnounceAsync("other_1");
        Assert.Single(await ListeningAsync());
    }

    [Fact]
    public async Task A_lost_connection_is_told_to_everyone_and_who_listens_anew_hears_again()
    {
        using var one = await _notifications.ListenAsync(["a"]);
        using var two = await _notifications.ListenAsync(["b"]);
        var waits = new[] { one.WaitAsync(Long, default), two.WaitAsync(Long, default) };
        foreach (var pid in await ListeningAsync()) await RunAsync($"select pg_terminate_backend({pid})");
        foreach (var wait in waits) await Assert.ThrowsAnyAsync<NpgsqlException>(() => wait);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => one.WaitAsync(Long, default));

        using var again = await _notifications.ListenAsync(["a"]);
        await AnnounceAsync("a");
        Assert.True(await again.WaitAsync(Long, default));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_said_and_nothing_stays_behind()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=/nowhere;Username=nobody");
        await using var notifications = new Notifications(nowhere);
        for (var i = 0; i < 3; i++) await Assert.ThrowsAnyAsync<NpgsqlException>(() => notifications.ListenAsync(["a"]));
    }

    [Fact]
    public async Task The_end_gives_the_connection_back_and_it_hears_nothing_more()
    {
        using var listener = await _notifications.ListenAsync(["a"]);
        await _notifications.DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => listener.WaitAsync(Long, default));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _notifications.ListenAsync(["a"]));
        await using var connection = await _source.OpenConnectionAsync();
        Assert.Empty(await connection.QueryAsync<string>("select pg_listening_channels()"));
    }

    private Task AnnounceAsync(string channel, string payload = "") => RunAsync($"select pg_notify('{channel}', '{payload}')");

    private async Task RunAsync(string sql)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    private async Task<IReadOnlyList<int>> ListeningAsync()
    {
        await using var connection = await _source.OpenConnectionAsync();
        return [.. await connection.QueryAsync<int>("select pid from pg_stat_activity where datname = current_database() and (query like 'listen %' or query like 'unlisten %' or query = 'select 1')")];
    }
}
