using System.Text.Json;
using System.Threading.Channels;
using Aupd.Kernel.Data;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Kernel.Facts;

/// <summary>Carries facts to their receivers: at least once, in order per receiver and key, with back-off; a fact that failed
/// <see cref="MaxAttempts"/> times is set aside as dead and holds back nothing. Any number of nodes may run a pump.</summary>
public sealed partial class OutboxPump(
    NpgsqlDataSource source, Notifications notifications, IEnumerable<IFactReceiver> receivers, TimeProvider clock, ILogger<OutboxPump> log) : BackgroundService
{
    public const int MaxAttempts = 12;
    // A far side that answers slowly holds one lane; the others go on. Order per key is kept by the statement below, not by the lanes.
    private const int Lanes = 4;
    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(2);
    // One for each lane that is to look. A full channel wakes them all.
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(Lanes) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, IFactReceiver> _receivers = receivers.ToDictionary(r => r.Name, StringComparer.Ordinal);

    // The row stays locked while it is delivered: a node that dies lets go of it and another takes over.
    private const string TakeSql = """
        select o.id, o.topic, o.receiver, o.key, o.payload::text as payload, o.attempts from kernel.outbox o
         where o.dead_at is null and o.due_at <= @now and o.receiver = any(@names)
           and not exists (select 1 from kernel.outbox e where e.receiver = o.receiver and e.key = o.key and e.id < o.id and e.dead_at is null)
         order by o.due_at, o.id limit 1 for update of o skip locked
        """;

    private sealed record Row(long Id, string Topic, string Receiver, string Key, string Payload, int Attempts);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => GoOnAsync(RunLaneAsync, stoppingToken)).Append(GoOnAsync(ListenAsync, stoppingToken)));

    private async Task GoOnAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try { await work(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                DatabaseAway(log, e);
                await Task.Delay(IdlePause, clock, stoppingToken);
            }
        }
    }

    /// <summary>Delivers the oldest due fact; false when none is due. Tests drive the pump by this.</summary>
    public async Task<bool> DeliverOneAsync(CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var row = await connection.QueryFirstOrDefaultAsync<Row>(TakeSql, new { now = clock.GetUtcNow(), names = _receivers.Keys.ToArray() }, transaction);
        if (row is null) return false;
        // Where there is one there may be more, and this one may take its time.
        _wakes.Writer.TryWrite(true);
        try
        {
            using var payload = JsonDocument.Parse(row.Payload);
            await _receivers[row.Receiver].ReceiveAsync(new DeliveredFact(row.Id, row.Topic, row.Key, payload.RootElement, row.Attempts + 1), ct);
            await connection.ExecuteAsync("delete from kernel.outbox where id = @Id", new { row.Id }, transaction);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            await PostponeAsync(connection, transaction, row, e);
        }
        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task PostponeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Row row, Exception cause)
    {
        var attempt = row.Attempts + 1;
        var delay = TimeSpan.FromSeconds(Math.Min(3600, Math.Pow(2, attempt)));
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync("""
            update kernel.outbox set attempts = @attempt, due_at = @due, last_error = @error, dead_at = @dead where id = @Id
            """, new
        {
            row.Id, attempt, due = now + delay, error = $"{cause.GetType().Name}: {cause.Message}"[..Math.Min(500, cause.GetType().Name.Length + 2 + cause.Message.Length)],
            dead = attempt >= MaxAttempts ? now : (DateTimeOffset?)null,
        }, transaction);
        if (attempt >= MaxAttempts) FactDied(log, cause, row.Id, row.Topic, row.Receiver);
        else DeliveryFailed(log, cause, row.Id, row.Receiver, attempt, (int)delay.TotalSeconds);
    }

    private async Task RunLaneAsync(CancellationToken ct)
    {
        await _wakes.Reader.ReadAsync(ct);
        while (await DeliverOneAsync(ct)) { }
    }

    // A fact wakes one lane. So does the end of a pause, since a fact that was put off announces itself by nothing.
    private async Task ListenAsync(CancellationToken ct)
    {
        using var listener = await notifications.ListenAsync(["aupd_outbox"], ct: ct);
        while (true)
        {
            _wakes.Writer.TryWrite(true);
            await listener.WaitAsync(IdlePause, ct);
        }
    }

    [LoggerMessage(EventId = 1101, Level = LogLevel.Warning, Message = "Fact {FactId} to {Receiver} failed, attempt {Attempt}, next in {DelaySeconds} s")]
    private static partial void DeliveryFailed(ILogger logger, Exception cause, long factId, string receiver, int attempt, int delaySeconds);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Error, Message = "Fact {FactId} ({Topic}) to {Receiver} is given up: see \"aupd facts dead\"")]
    private static partial void FactDied(ILogger logger, Exception cause, long factId, string topic, string receiver);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Warning, Message = "The outbox pump lost the database and tries again")]
    private static partial void DatabaseAway(ILogger logger, Exception cause);
}
