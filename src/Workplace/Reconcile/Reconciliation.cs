using Aupd.Kernel.Audit;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>Compares all accounts with one target: one run at a time over all nodes, kept so far as it has come after every page. It writes nothing to the
/// target: what differs becomes due for the workers that deliver.</summary>
internal abstract class Reconciliation(NpgsqlDataSource source, ReconcileStore store, AuditTrail audit, TimeProvider clock)
{
    /// <summary>What an older run has seen is believed no more.</summary>
    private static readonly TimeSpan LongestBreak = TimeSpan.FromDays(1);
    private const string LockSql = "select pg_try_advisory_lock(@lockKey::bigint)";
    private const string UnlockSql = "select pg_advisory_unlock(@lockKey::bigint)";

    /// <summary>As it stands in workplace.delivery and in the commands.</summary>
    public abstract string Target { get; }
    public abstract bool IsConfigured { get; }
    /// <summary>What is not set, as a sentence.</summary>
    protected abstract string NotConfigured { get; }
    /// <summary>Of the session: a run lasts longer than a transaction should.</summary>
    protected abstract long LockKey { get; }

    /// <summary>The whole comparison, from where a run that was broken off has come.</summary>
    protected abstract Task<ReconcileRun> CompareAsync(NpgsqlConnection connection, bool isReportOnly, IProgress<ReconcileProgress>? progress, CancellationToken ct);

    /// <inheritdoc cref="IReconcile.RunAsync"/>
    public Task<ReconcileReport?> RunAsync(bool isReportOnly, string actor, IProgress<ReconcileProgress>? progress, CancellationToken ct) =>
        RunAsync(isReportOnly, actor, unlessSince: null, progress, ct);

    public async Task<IReadOnlyList<DriftLine>> FindingsAsync(long run, int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await store.FindingsAsync(connection, run, limit, ct);
    }

    /// <param name="unlessSince">Nothing is done, and null told, where a run that began since then has ended.</param>
    internal async Task<ReconcileReport?> RunAsync(bool isReportOnly, string actor, DateTimeOffset? unlessSince, IProgress<ReconcileProgress>? progress, CancellationToken ct)
    {
        if (!IsConfigured) throw new DirectoryUnusableException(NotConfigured);
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(LockSql, new { lockKey = LockKey }, cancellationToken: ct))) return null;
        try
        {
            if (unlessSince is { } since && await store.HasRunAsync(connection, Target, since, isReportOnly, ct)) return null;
            return await EndAsync(connection, await CompareAsync(connection, isReportOnly, progress, ct), actor, ct);
        }
        catch (TargetAwayException e) { throw new DirectoryUnusableException(e.Message, e); }
        catch (TargetRefusalException e) { throw new DirectoryUnusableException($"The {Target} refused: {e.Message}", e); }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open) await connection.ExecuteAsync(UnlockSql, new { lockKey = LockKey });
        }
    }

    /// <summary>The rest of a run that was broken off, or another.</summary>
    protected async Task<ReconcileRun> BeginAsync(NpgsqlConnection connection, string server, long lastUsn, bool isReportOnly, CancellationToken ct)
    {
        var open = await store.OpenAsync(connection, Target, ct);
        var goesOn = open is not null && open.Server == server && open.IsReportOnly == isReportOnly && clock.GetUtcNow() - open.ProgressedAt < LongestBreak;
        return goesOn ? open! : await store.BeginAsync(connection, Target, server, lastUsn, isReportOnly, ct);
    }

    private async Task<ReconcileReport> EndAsync(NpgsqlConnection connection, ReconcileRun run, string actor, CancellationToken ct)
    {
        var kinds = await store.KindsAsync(connection, run.No, ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        run = await store.EndAsync(connection, run.No, ct);
        await audit.WriteAsync(connection, new AuditLine("workplace.reconciled", actor, null, null, new
        {
            run = run.No, target = Target, entries = run.Entries, accounts = run.Accounts, repaired = run.Repaired, reportOnly = run.IsReportOnly, drift = kinds.Sum(k => k.Count),
        }), ct);
        await transaction.CommitAsync(ct);
        return new ReconcileReport(run.No, clock.GetUtcNow() - run.BeganAt, run.Entries, run.Accounts, run.Repaired, kinds);
    }
}

/// <summary>The comparisons by the names of their targets.</summary>
internal sealed class Reconciles(IEnumerable<Reconciliation> all) : IReconcile
{
    public Task<ReconcileReport?> RunAsync(string target, bool isReportOnly, string actor, IProgress<ReconcileProgress>? progress, CancellationToken ct) =>
        all.Single(r => r.Target == target).RunAsync(isReportOnly, actor, progress, ct);

    public Task<IReadOnlyList<DriftLine>> FindingsAsync(long run, int limit, CancellationToken ct) => all.First().FindingsAsync(run, limit, ct);
}
