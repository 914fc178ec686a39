using Aupd.Kernel.Data;
using Aupd.Kernel.Facts;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.Kernel.Tests.Facts;

/// <summary><c>aupd facts</c>: what could not be told for more than an hour, whoever the receiver is.</summary>
public sealed class FactsCommandTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private readonly Receiver _deaf = new("openid.logout-school"), _well = new("signin.tell-portal-login");
    private string _database = "";
    private NpgsqlDataSource _source = null!;

    private sealed class Receiver(string name) : IFactReceiver
    {
        public string Name => name;
        public string Topic => "test.happened";
        public bool Fails { get; set; }
        public List<string> Seen { get; } = [];

        public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
        {
            if (Fails) throw new InvalidOperationException("the service answered 503");
            Seen.Add(fact.Key);
            return Task.CompletedTask;
        }
    }

    public async Task InitializeAsync() => _source = NpgsqlDataSource.Create(_database = await TestPostgres.NewDatabaseAsync());

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task What_was_given_up_is_seen_and_reaches_its_receiver_when_it_is_replayed()
    {
        Assert.Equal((0, "Nothing waits, and nothing was given up."), await RunAsync("state"));
        _deaf.Fails = true;
        await AddAsync("anna");
        await AddAsync("boris");
        await DrainAsync();
        Assert.Matches(@"^openid\.logout-school +2 wait, the oldest since [-\d]+ [:\d]+ UTC; 2 of them have failed and are tried again; 0 given up$", (await RunAsync("state")).Said);
        for (var attempt = 1; attempt < OutboxPump.MaxAttempts; attempt++)
        {
            _clock.Advance(TimeSpan.FromHours(2));
            await DrainAsync();
        }
        Assert.Matches(@"^openid\.logout-school +0 wait; 0 of them have failed and are tried again; 2 given up$", (await RunAsync("state")).Said);
        Assert.Matches(@"^openid\.logout-school +anna .*, given up .*  InvalidOperationException: the service answered 503\n.* boris ", (await RunAsync("dead")).Said);
        Assert.Equal((0, ""), await RunAsync("dead", "--receiver", "signin."));

        _deaf.Fails = false;
        Assert.Equal((0, "0 tried again."), await RunAsync("replay", "--receiver", "signin."));
        Assert.Equal((0, "0 tried again."), await RunAsync("replay", "--key", "vera"));
        Assert.Equal((0, "1 tried again."), await RunAsync("replay", "--receiver", "openid.", "--key", "boris"));
        await DrainAsync();
        Assert.Equal(["boris"], _deaf.Seen);
        Assert.Equal((0, "1 tried again."), await RunAsync("replay"));
        await DrainAsync();
        Assert.Equal(["boris", "anna"], _deaf.Seen);
        Assert.Equal((0, "Nothing waits, and nothing was given up."), await RunAsync("state"));
        Assert.Equal(["anna", "boris"], _well.Seen);
        await using var connection = await _source.OpenConnectionAsync();
        Assert.Equal(["boris", null], await connection.QueryAsync<string?>("select subject from kernel.audit where act = 'kernel.facts-replayed' and actor = 'command' order by id"));
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] words)
    {
        var (code, said) = await TestCommand.RunAsync(_database, ["facts", .. words]);
        return (code, said.Trim());
    }

    private async Task AddAsync(string key)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await new FactLog([new FactRoute(_deaf.Topic, _deaf.Name), new FactRoute(_well.Topic, _well.Name)], _clock).AddAsync(connection, new Fact("test.happened", key, new { }));
    }

    private async Task DrainAsync()
    {
        // The command goes by the real clock.
        if (DateTimeOffset.UtcNow is var now && now > _clock.GetUtcNow()) _clock.Advance(now - _clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        await using var notifications = new Notifications(_source);
        var pump = new OutboxPump(_source, notifications, [_deaf, _well], _clock, NullLogger<OutboxPump>.Instance);
        while (await pump.DeliverOneAsync()) { }
    }
}
