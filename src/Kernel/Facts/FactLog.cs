using System.Text.Json;
using Dapper;
using Npgsql;

namespace Aupd.Kernel.Facts;

/// <summary>Something that has happened and that other modules act on, left in the outbox in the transaction that made it happen.</summary>
/// <param name="Topic">What happened, as module.past-verb: <c>registries.roles-changed</c>.</param>
/// <param name="Key">Whose facts stay in order: usually an account id.</param>
/// <param name="Payload">A record of ids; no personal data in clear.</param>
public sealed record Fact(string Topic, string Key, object Payload);

/// <summary>A fact as its receiver gets it. <paramref name="Id"/> is the same on every attempt: receivers are idempotent by it.</summary>
public sealed record DeliveredFact(long Id, string Topic, string Key, JsonElement Payload, int Attempt);

/// <summary>Acts on the facts of one topic. Called at least once per fact, in order per key; throwing means "try again later".</summary>
public interface IFactReceiver
{
    /// <summary>Stable name, kept in the outbox rows: module.what-it-does.</summary>
    string Name { get; }
    string Topic { get; }
    Task ReceiveAsync(DeliveredFact fact, CancellationToken ct);
}

/// <summary>Which receivers there are; every node knows all of them, also one that runs no worker.</summary>
public sealed record FactRoute(string Topic, string Receiver);

/// <summary>Writes facts, one row per receiver, and wakes the worker when the transaction commits.</summary>
public sealed class FactLog(IEnumerable<FactRoute> routes, TimeProvider clock)
{
    private readonly ILookup<string, string> _receivers = routes.ToLookup(r => r.Topic, r => r.Receiver);

    private const string InsertSql = """
        insert into kernel.outbox (topic, receiver, key, payload, created_at, due_at)
        select @topic, r, @key, @payload::jsonb, @now, @now from unnest(@receivers::text[]) as r;
        select pg_notify('aupd_outbox', '')
        """;

    /// <summary>Within the caller's transaction. A topic that nobody receives costs nothing.</summary>
    public async Task AddAsync(NpgsqlConnection connection, Fact fact, CancellationToken ct = default)
    {
        var receivers = _receivers[fact.Topic].ToArray();
        if (receivers.Length == 0) return;
        await connection.ExecuteAsync(new CommandDefinition(InsertSql, new
        {
            topic = fact.Topic,
            key = fact.Key,
            payload = JsonSerializer.Serialize(fact.Payload, JsonSerializerOptions.Web),
            receivers,
            now = clock.GetUtcNow(),
        }, cancellationToken: ct));
    }
}
