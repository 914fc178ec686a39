using System.Collections.Concurrent;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.Kernel.Tests.Facts;

public sealed class OutboxTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private readonly Recorder _receiver = new();
    private NpgsqlDataSource _source = null!;

    private sealed class Recorder : IFactReceiver
    {
        public string Name => "test.recorder";
        public string Topic => "test.happened";
        public ConcurrentQueue<(string Key, int Number, int Attempt)> Seen { get; } = new();
        public Func<DeliveredFact, bool> Fails { get; set; } = _ => false;

        public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
        {
            await Task.Yield();
            if (Fails(fact)) throw new InvalidOperationException("the far side is down");
            Seen.Enqueue((fact.Key, fact.Payload.GetProperty("number").GetInt32(), fact.Attempt));
        }
    }

    public async Task InitializeAsync() => _source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task A_fact_of_a_transaction_that_was_rolled_back_never_leaves()
    {
        await using (var connection = await _source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Log().AddAsync(connection, new Fact("test.happened", "a", new { number = 1 }));
            await transaction.RollbackAsync();
        }
        Assert.False(await Pump().DeliverOneAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task Four_pumps_deliver_each_fact_once_and_in_order_per_key()
    {
        for (var n = 0; n < 60; n++) await AddAsync($"key{n % 3}", n);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => { var pump = Pump(); for (var idle = 0; idle < 20;) { if (await pump.DeliverOneAsync()) idle = 0; else { idle++; await Task.Delay(5); } } }));
        Assert.Equal(60, _receiver.Seen.Count);
        foreach (var key in _receiver.Seen.GroupBy(s => s.Key))
            Assert.Equal(key.Select(s => s.Number).Order(), key.Select(s => s.Number));
    }

    [Fact]
    public async Task A_failed_fact_comes_again_later_and_holds_back_only_its_own_key()
    {
        await AddAsync("a", 1);
        await AddAsync("a", 2);
        await AddAsync("b", 3);
        _receiver.Fails = f => f.Key == "a" && f.Attempt == 1;
        await DrainAsync();
        Assert.Equal([3], _receiver.Seen.Select(s => s.Number));
        _clock.Advance(TimeSpan.FromSeconds(3));
        _receiver.Fails = _ => false;
        await DrainAsync();
        Assert.Equal([3, 1, 2], _receiver.Seen.Select(s => s.Number));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_running_pump_sees_for_itself_that_the_time_of_a_failed_fact_has_come()
    {
        _receiver.Fails = f => f.Attempt == 1;
        using var pump = Pump();
        await pump.StartAsync(default);
        await AddAsync("a", 1);
        await Eventually.HoldsAsync("it has failed", async () =>
        {
            await using var connection = await _source.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<int>("select attempts from kernel.outbox") == 1;
        });
        _clock.AdvanceUnnoticed(TimeSpan.FromSeconds(3));
        await Eventually.HoldsAsync("it has come", () => !_receiver.Seen.IsEmpty);
        await pump.StopAsync(default);
    }

    [Fact]
    public async Task A_fact_that_always_fails_is_set_aside_and_lets_the_next_pass()
    {
        await AddAsync("a", 1);
        await AddAsync("a", 2);
        _receiver.Fails = f => f.Payload.GetProperty("number").GetInt32() == 1;
        for (var attempt = 0; attempt < OutboxPump.MaxAttempts; attempt++)
        {
            await DrainAsync();
            _clock.Advance(TimeSpan.FromHours(2));
        }
        await DrainAsync();
        Assert.Equal([2], _receiver.Seen.Select(s => s.Number));
        await using var connection = await _source.OpenConnectionAsync();
        Assert.Equal("InvalidOperationException: the far side is down",
            await connection.ExecuteScalarAsync<string>("select last_error from kernel.outbox where dead_at is not null"));
    }

    [Fact]
    public async Task What_was_given_up_is_listed_and_gets_a_second_chance_in_order()
    {
        foreach (var (key, number) in new[] { ("a", 1), ("b", 2), ("a", 3) }) await AddAsync(key, number);
        _receiver.Fails = f => f.Payload.GetProperty("number").GetInt32() < 3;
        for (var attempt = 0; attempt < OutboxPump.MaxAttempts; attempt++)
        {
            await DrainAsync();
            if (attempt == 0) Assert.Equal([new FactCounts("test.recorder", 3, 2, 0, _clock.GetUtcNow())], await Dead().CountsAsync("test.", default));
            _clock.Advance(TimeSpan.FromHours(2));
        }
        await DrainAsync();
        Assert.Equal([3], _receiver.Seen.Select(s => s.Number));
        Assert.Equal([new FactCounts("test.recorder", 0, 0, 2, null)], await Dead().CountsAsync("test.", default));
        Assert.Empty(await Dead().CountsAsync("other.", default));
        Assert.Equal([("a", "InvalidOperationException: the far side is down"), ("b", "InvalidOperationException: the far side is down")],
            (await Dead().ListAsync("test.", 10, default)).Select(d => (d.Key, d.Error)));
        Assert.Single(await Dead().ListAsync("test.", 1, default));
        await AddAsync("a", 4);
        _receiver.Fails = _ => false;
        Assert.Equal(0, await Dead().ReplayAsync("other.", null, "test.replayed", "test", default));
        Assert.Equal(0, await Dead().ReplayAsync("test.", "nobody", "test.replayed", "test", default));
        Assert.Equal([1, 0], (await Task.WhenAll(Dead().ReplayAsync("test.", "a", "test.replayed", "test", default), Dead().ReplayAsync("test.", "a", "test.replayed", "test", default))).OrderDescending());
        await DrainAsync();
        Assert.Equal([3, 1, 4], _receiver.Seen.Select(s => s.Number));
        Assert.Equal(1, await Dead().ReplayAsync("test.", null, "test.replayed", "test", default));
        await DrainAsync();
        Assert.Equal([3, 1, 4, 2], _receiver.Seen.Select(s => s.Number));
        await using var connection = await _source.OpenConnectionAsync();
        Assert.Equal(2, await connection.ExecuteScalarAsync<long>("select count(*) from kernel.audit where act = 'test.replayed'"));
    }

    private DeadFacts Dead() => new(_source, new AuditTrail(_source, _clock), _clock);

    private FactLog Log() => new([new FactRoute("test.happened", "test.recorder")], _clock);

    private OutboxPump Pump() => new(_source, new Notifications(_source), [_receiver], _clock, NullLogger<OutboxPump>.Instance);

    private async Task AddAsync(string key, int number)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await Log().AddAsync(connection, new Fact("test.happened", key, new { number }));
    }

    private async Task DrainAsync()
    {
        var pump = Pump();
        while (await pump.DeliverOneAsync()) { }
    }
}
