using Aupd.Kernel.Secrets;
using Aupd.Portal.Accounts;
using Aupd.Portal.Passwords;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Aupd.Portal.Authentication;

/// <summary>Where a password is tried from.</summary>
/// <param name="Name">A network, a device or a client; wrong passwords for one account are counted per place.</param>
/// <param name="IsKnown">The person has proved who he is from here before: strangers' tries elsewhere do not count against him.</param>
internal sealed record TryPlace(string Name, bool IsKnown);

internal abstract record TryOutcome
{
    private TryOutcome() { }
    internal sealed record Correct : TryOutcome;
    internal sealed record Wrong : TryOutcome;
    /// <summary>Too many tries; nothing was compared.</summary>
    internal sealed record MustWait(TimeSpan For) : TryOutcome;
    /// <summary>Too many people are waiting for a hash; nothing was compared or counted.</summary>
    internal sealed record Busy(TimeSpan RetryAfter) : TryOutcome;
}

/// <summary>Compares a password and counts the tries, the same way for an account that is there and one that is not. A try is counted
/// before it is made and given back when it succeeds, so that a hundred at once do not get past the limit. See
/// docs/decisions/0011-lock-out.md.</summary>
internal sealed class PasswordTries(
    PasswordHashing hashing, HashGate gate, UserManager<PortalAccount> accounts, AccountStore store, Sealer sealer,
        AttemptSettings settings,
    NpgsqlDataSource source, TimeProvider clock)
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

    private const string GiveBackSql = """
        update portal.attempt set hits = case when @all and bucket = @place then 0 else greatest(hits - 1, 0) end
         where (bucket = @place and window_start = @start)
            or (not @isKnown and ((bucket = @everyone and window_start = @hourStart) or (bucket = @network and window_start = @start)))
        """;

    private sealed record Hits(int? Place, int? Everyone, int? Network, int? Pace);

    /// <param name="key">The account's id; for an unknown account what was typed, in one spelling.</param>
    public async Task<TryOutcome> TryAsync(PortalAccount? account, string key, string password, TryPlace place,
        CancellationToken ct = default)
    {
        var buckets = Buckets(key, place);
        if (await CountAsync(buckets, ct) is { } wait) return new TryOutcome.MustWait(wait);
        switch (await hashing.VerifyAsync(account?.PasswordHash, password, ct))
        {
            case PasswordVerdict.Busy:
                await GiveBackAsync(buckets, all: false, ct);
                return new TryOutcome.Busy(gate.RetryAfter);
            case PasswordVerdict.Wrong:
                return new TryOutcome.Wrong();
            default:
                await GiveBackAsync(buckets, all: true, ct);
                await RehashIfStaleAsync(account!, password, ct);
                return new TryOutcome.Correct();
        }
    }

    private async Task<TimeSpan?> CountAsync(TryBuckets b, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var hits = await connection.QuerySingleAsync<Hits>(new CommandDefinition(CountSql, b, cancellationToken: ct));
        if (hits.Place > b.PerPlaceAndAccount) return b.End - b.Now;
        if (hits.Network > settings.PerPlace) return b.End - b.Now;
        return hits.Pace > 1 ? b.PaceEnd - b.Now : null;
    }

    private async Task GiveBackAsync(TryBuckets b, bool all, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var parameters = new DynamicParameters(b);
        parameters.Add("all", all);
        await connection.ExecuteAsync(new CommandDefinition(GiveBackSql, parameters, cancellationToken: ct));
    }

    // Only here is the password in hand. A person in a crowd is not kept waiting for it: the next sign-in will do.
    private async Task RehashIfStaleAsync(PortalAccount account, string password, CancellationToken ct)
    {
        if (account.PasswordHash is not { } old || !hashing.IsStale(old) || await hashing.HashAsync(password, ct) is not { } fresh) return;
        account.PasswordHash = fresh;
        var result = await accounts.UpdateAsync(account);
        // Someone changed the account meanwhile: his change stands, and this one is made at the next sign-in.
        if (!result.Succeeded && await store.FindAsync(account.Id, ct) is { } current) (account.PasswordHash, account.Version) =
            (current.PasswordHash, current.Version);
    }

    private TryBuckets Buckets(string key, TryPlace place)
    {
        var now = clock.GetUtcNow();
        var (start, end) = Window(now, TimeSpan.FromMinutes(settings.WindowMinutes));
        var (hourStart, hourEnd) = Window(now, TimeSpan.FromHours(1));
        var (paceStart, paceEnd) = Window(now, TimeSpan.FromSeconds(settings.SlowPaceSeconds));
        return new TryBuckets(
            Bucket($"place\n{key}\n{place.Name}"), Bucket($"everyone\n{key}"), Bucket($"network\n{place.Name}"), Bucket($"pace\n{key}"),
                place.IsKnown,
            settings.PerAccountAndPlace, settings.PerAccountPerHour, now, start, end, hourStart, hourEnd, paceStart, paceEnd);
    }

    private byte[] Bucket(string name) => sealer.Index("attempt", name);

    private static (DateTimeOffset Start, DateTimeOffset End) Window(DateTimeOffset now, TimeSpan length)
    {
        var start = new DateTimeOffset(now.Ticks - now.Ticks % length.Ticks, TimeSpan.Zero);
        return (start, start + length);
    }

    private sealed record TryBuckets(
        byte[] Place, byte[] Everyone, byte[] Network, byte[] Pace, bool IsKnown, int PerPlaceAndAccount, int PerHour, DateTimeOffset Now,
        DateTimeOffset Start, DateTimeOffset End, DateTimeOffset HourStart, DateTimeOffset HourEnd, DateTimeOffset PaceStart,
            DateTimeOffset PaceEnd);
}
