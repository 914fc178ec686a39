using Aupd.Kernel.Data;
using Aupd.Kernel.Secrets;
using Dapper;

namespace Aupd.Portal.Authentication;

/// <param name="Wait">Too many tries; nothing is to be compared. Null: go on.</param>
internal sealed record CountedTry(TryCounter.TryBuckets Buckets, TimeSpan? Wait);

/// <summary>Counts tries of passwords and codes. A try is counted before it is made and given back when it succeeds, so that a hundred at
/// once do not get past the limit. See docs/decisions/0011-lock-out.md.</summary>
internal sealed class TryCounter(Sealer sealer, AttemptSettings settings, HotPath hot, TimeProvider clock)
{
    // A try that one's own place has used up must not count against everyone: else one network could slow an account down for all others.
    private const string CountSql = """
        with place as (
            insert into portal.attempt (bucket, window_start, hits, expires_at) values (@place, @start, 1, @end)
            on conflict (bucket, window_start) do update set hits = portal.attempt.hits + 1 returning hits
        ), everyone as (
            insert into portal.attempt (bucket, window_start, hits, expires_at)
            select @everyone, @hourStart, 1, @hourEnd from place where hits <= @perPlaceAndAccount and not @isKnown
            on conflict (bucket, window_start) do update set hits = portal.attempt.hits + 1 returning hits
        ), network as (
            insert into portal.attempt (bucket, window_start, hits, expires_at)
            select @network, @start, 1, @end from everyone
            on conflict (bucket, window_start) do update set hits = portal.attempt.hits + 1 returning hits
        ), pace as (
            insert into portal.attempt (bucket, window_start, hits, expires_at)
            select @pace, @paceStart, 1, @paceEnd from everyone where hits > @perHour
            on conflict (bucket, window_start) do update set hits = portal.attempt.hits + 1 returning hits
        )
        select (select hits from place) as place, (select hits from everyone) as everyone,
               (select hits from network) as network, (select hits from pace) as pace
        """;

    // Row by row in the order in which counting takes them, each part waiting for the one before it: two presses of one person, of which one counts and
    // the other gives back, would meet crosswise else.
    private const string GiveBackSql = """
        with place as (
            update portal.attempt set hits = case when @all then 0 else greatest(hits - 1, 0) end where bucket = @place and window_start = @start returning 1
        ), everyone as (
            update portal.attempt set hits = greatest(hits - 1, 0) from (select count(*) as done from place) before
             where not @isKnown and bucket = @everyone and window_start = @hourStart and before.done >= 0 returning 1
        )
        update portal.attempt set hits = greatest(hits - 1, 0) from (select count(*) as done from everyone) before
         where not @isKnown and bucket = @network and window_start = @start and before.done >= 0
        """;

    private sealed record Hits(int? Place, int? Everyone, int? Network, int? Pace);

    /// <summary>Counts one try that is about to be made.</summary>
    /// <param name="key">What is tried: one account's password, one account's codes.</param>
    public async Task<CountedTry> CountAsync(string key, TryPlace place, CancellationToken ct)
    {
        var b = Buckets(key, place);
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        var hits = await connection.QuerySingleAsync<Hits>(new CommandDefinition(CountSql, b, cancellationToken: ct));
        if (hits.Place > b.PerPlaceAndAccount) return new(b, b.End - b.Now);
        if (hits.Network > settings.PerPlace) return new(b, b.End - b.Now);
        return new(b, hits.Pace > 1 ? b.PaceEnd - b.Now : null);
    }

    /// <summary>Takes the try back: it was not made, or it succeeded.</summary>
    /// <param name="all">It succeeded: also the wrong ones before it, in this place, are forgotten.</param>
    public async Task GiveBackAsync(CountedTry counted, bool all, CancellationToken ct)
    {
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        var parameters = new DynamicParameters(counted.Buckets);
        parameters.Add("all", all);
        await connection.ExecuteAsync(new CommandDefinition(GiveBackSql, parameters, cancellationToken: ct));
    }

    private TryBuckets Buckets(string key, TryPlace place)
    {
        var now = clock.GetUtcNow();
        var (start, end) = Window(now, TimeSpan.FromMinutes(settings.WindowMinutes));
        var (hourStart, hourEnd) = Window(now, TimeSpan.FromHours(1));
        var (paceStart, paceEnd) = Window(now, TimeSpan.FromSeconds(settings.SlowPaceSeconds));
        return new TryBuckets(
            Bucket($"place\n{key}\n{place.Name}"), Bucket($"everyone\n{key}"), Bucket($"network\n{place.Network ?? place.Name}"), Bucket($"pace\n{key}"),
                place.IsKnown,
            settings.PerAccountAndPlace, settings.PerAccountPerHour, now, start, end, hourStart, hourEnd, paceStart, paceEnd);
    }

    private byte[] Bucket(string name) => sealer.Index("attempt", name);

    private static (DateTimeOffset Start, DateTimeOffset End) Window(DateTimeOffset now, TimeSpan length)
    {
        var start = new DateTimeOffset(now.Ticks - now.Ticks % length.Ticks, TimeSpan.Zero);
        return (start, start + length);
    }

    internal sealed record TryBuckets(
        byte[] Place, byte[] Everyone, byte[] Network, byte[] Pace, bool IsKnown, int PerPlaceAndAccount, int PerHour, DateTimeOffset Now,
        DateTimeOffset Start, DateTimeOffset End, DateTimeOffset HourStart, DateTimeOffset HourEnd, DateTimeOffset PaceStart,
            DateTimeOffset PaceEnd);
}
