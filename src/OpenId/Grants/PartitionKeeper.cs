using System.Globalization;
using Aupd.OpenId.Protocol;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Grants;

/// <summary>Makes the partitions of the tables that churn ahead of time and drops those that have expired. Any number of nodes may run
/// it.</summary>
internal sealed partial class PartitionKeeper(NpgsqlDataSource source, OpenIdSettings settings, TimeProvider clock,
    ILogger<PartitionKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), Week = TimeSpan.FromDays(7);
    // A statement that is planned once locks all partitions that there may be, and 16 locks a connection are cheap: so a table of the hot path
    // has about six at most; one that is updated fewer rather, since all of them are opened then.
    private static readonly TimeSpan SixHours = 6 * Hour, FourWeeks = 4 * Week;
    internal const int MostMoved = 10_000;
    private const long LockKey = 0x41555044_0002;

    /// <param name="Width">How much time one partition holds.</param>
    /// <param name="Lifetime">Longest time from making a row to its expiry.</param>
    private sealed record Churn(string Table, TimeSpan Width, TimeSpan Lifetime)
    {
        /// <summary>How much longer rows are kept than they are good: reuse of a code or token is told from an unknown one for a
        /// day.</summary>
        public TimeSpan KeptAfterExpiry { get; init; } = TimeSpan.FromDays(1);

        /// <summary>How full a page is made, in percent.</summary>
        public int Filled { get; init; } = 100;

        /// <summary>How far partitions reach beyond what can be written now, so that a worker may be away for a while.</summary>
        public TimeSpan Ahead => 2 * Width < Week ? 2 * Width : Week;
    }

    private Churn[] Tables =>
    [
        new("authorization_request", SixHours, TimeSpan.FromSeconds(settings.RequestLifetimeSeconds)),
        new("pushed_request", SixHours, TimeSpan.FromSeconds(settings.PushedRequestLifetimeSeconds)),
        new("authorization_code", SixHours, TimeSpan.FromSeconds(settings.CodeLifetimeSeconds)),
        new("device_authorization", SixHours, TimeSpan.FromSeconds(settings.DeviceCodeLifetimeSeconds)),
        new("access_token", SixHours, TimeSpan.FromSeconds(settings.AccessTokenLifetimeSeconds)),
        // Room beside each row, for a refresh changes it in place.
        new("client_grant", FourWeeks, TimeSpan.FromDays(settings.GrantLifetimeDays)) { Filled = 80 },
        // An expired message is refused by its expiry; the hour is for nodes whose clocks differ.
        new("replay", Hour, ReplayStore.MaxLifetime) { KeptAfterExpiry = Hour },
    ];

    private const string ConsentsSql = "delete from openid.consent where expires_at <= @now";

    private const string ExistingSql = """
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = ('openid.' || @table)::regclass and c.relname ~ '_[0-9]{10}$'
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        do
        {
            try { await RunAsync(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException) { NotNow(log, e); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One round; returns how many partitions were made and dropped. Another node at work: nothing to do.</summary>
    public async Task<(int Made, int Dropped)> RunAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select pg_try_advisory_lock(@LockKey)", new { LockKey },
            cancellationToken: ct))) return (0, 0);
        try
        {
            var (made, dropped) = (0, 0);
            foreach (var table in Tables)
            {
                var existing = (await connection.QueryAsync<string>(new CommandDefinition(ExistingSql, new { table = table.Table },
                    cancellationToken: ct))).ToHashSet();
                made += await MakeAsync(connection, table, existing, ct);
                dropped += await DropAsync(connection, table, existing, ct);
            }
            await connection.ExecuteAsync(new CommandDefinition(ConsentsSql, new { now = clock.GetUtcNow() }, cancellationToken: ct));
            if (made + dropped > 0) Kept(log, made, dropped);
            return (made, dropped);
        }
        finally { await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey }); }
    }

    private async Task<int> MakeAsync(NpgsqlConnection connection, Churn table, HashSet<string> existing, CancellationToken ct)
    {
        var made = 0;
        var now = clock.GetUtcNow();
        for (var from = Floor(now, table.Width); from <= now + table.Lifetime + table.Ahead; from += table.Width)
        {
            var name = NameOf(table, from);
            // Narrower ones of an earlier width may lie here; what they leave out goes to the default partition for that while.
            if (existing.Any(n => StartOf(n) >= from && StartOf(n) < from + table.Width)) continue;
            if (!await IsQuickToMoveAsync(connection, table, from, ct)) continue;
            await InTransactionAsync(connection, MakeSql(table, name, from), ct);
            made++;
        }
        return made;
    }

    // Sign-ins wait while rows move. More than a few, since no worker ran for long, stay in the default partition until they have expired.
    private static Task<bool> IsQuickToMoveAsync(NpgsqlConnection connection, Churn table, DateTimeOffset from, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition($"""
            select count(*) <= @MostMoved from (
                select 1 from openid.{table.Table}_rest where expires_at >= @from and expires_at < @to limit @MostMoved + 1) found
            """, new { MostMoved, from, to = from + table.Width }, cancellationToken: ct));

    private async Task<int> DropAsync(NpgsqlConnection connection, Churn table, HashSet<string> existing, CancellationToken ct)
    {
        var dropped = 0;
        var before = clock.GetUtcNow() - table.KeptAfterExpiry;
        foreach (var name in existing.Where(n => StartOf(n) + table.Width <= before))
        {
            await InTransactionAsync(connection, $"drop table openid.{name}", ct);
            dropped++;
        }
        await connection.ExecuteAsync(new CommandDefinition($"delete from openid.{table.Table}_rest where expires_at <= @before",
            new { before }, cancellationToken: ct));
        return dropped;
    }

    // Rows that came before their partition lie in the default one and move over. The parent is locked first and wholly: a statement that was
    // planned without the new partition would else look for a moved row where it no longer is, or put one where it may not be. It takes
    // milliseconds, and the lock is not waited for long.
    private static string MakeSql(Churn table, string name, DateTimeOffset from)
    {
        var (start, end) = (Literal(from), Literal(from + table.Width));
        return $"""
            lock table only openid.{table.Table} in access exclusive mode;
            lock table openid.{table.Table}_rest in access exclusive mode;
            create table openid.{name} (like openid.{table.Table} including all) with (fillfactor = {table.Filled});
            with moved as (delete from openid.{table.Table}_rest where expires_at >= {start} and expires_at < {end} returning *)
            insert into openid.{name} select * from moved;
            alter table openid.{table.Table} attach partition openid.{name} for values from ({start}) to ({end})
            """;
    }

    private static async Task InTransactionAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("set local lock_timeout = '2s'", transaction: transaction,
            cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, cancellationToken: ct));
        await transaction.CommitAsync(ct);
    }

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan width) =>
        new(time.UtcTicks - time.UtcTicks % width.Ticks, TimeSpan.Zero);

    private static string NameOf(Churn table, DateTimeOffset from) =>
        $"{table.Table}_{from.ToString("yyyyMMddHH", CultureInfo.InvariantCulture)}";

    private static DateTimeOffset StartOf(string name) =>
        DateTimeOffset.ParseExact(name[^10..], "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Literal(DateTimeOffset time) => $"'{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}+00'";

    [LoggerMessage(EventId = 2601, Level = LogLevel.Information, Message = "{Made} partitions of openid tables made, {Dropped} dropped")]
    private static partial void Kept(ILogger logger, int made, int dropped);

    [LoggerMessage(EventId = 2602, Level = LogLevel.Warning,
        Message = "The partitions of openid tables could not be kept this time; tried again in 10 minutes")]
    private static partial void NotNow(ILogger logger, Exception cause);
}
