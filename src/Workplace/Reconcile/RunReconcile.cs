using Aupd.Kernel.Audit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>One run at a time over all nodes, kept so far as it has come after every page. It writes nothing to the directory: what differs becomes due
/// for the workers that deliver.</summary>
internal sealed class RunReconcile(
    NpgsqlDataSource source, ReconcileStore store, ReconcileSteps steps, DirectorySide directory, DirectorySettings settings, TrustedFolder trusted, AuditTrail audit, TimeProvider clock) : IReconcile
{
    /// <summary>"recn", of the session: a run lasts longer than a transaction should.</summary>
    private const long LockKey = 0x7265636E;
    /// <summary>What an older run has seen is believed no more.</summary>
    private static readonly TimeSpan LongestBreak = TimeSpan.FromDays(1);
    private const string LockSql = "select pg_try_advisory_lock(@lockKey::bigint)";
    private const string UnlockSql = "select pg_advisory_unlock(@lockKey::bigint)";

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
        if (!settings.IsConfigured) throw new DirectoryUnusableException("No directory is configured: see Workplace:Directory:Server.");
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(LockSql, new { lockKey = LockKey }, cancellationToken: ct))) return null;
        try
        {
            if (unlessSince is { } since && await store.HasRunAsync(connection, since, isReportOnly, ct)) return null;
            using var link = await Task.Run(() => DirectoryLink.Open(settings, trusted), ct);
            var run = await EntriesAsync(connection, link, await BeginAsync(connection, link, isReportOnly, ct), progress, ct);
            run = await AccountsAsync(connection, link, run, progress, ct);
            return await EndAsync(connection, run, actor, ct);
        }
        catch (TargetAwayException e) { throw new DirectoryUnusableException(e.Message, e); }
        catch (TargetRefusalException e) { throw new DirectoryUnusableException($"The directory refused: {e.Message}", e); }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open) await connection.ExecuteAsync(UnlockSql, new { lockKey = LockKey });
        }
    }

    private async Task<ReconcileRun> BeginAsync(NpgsqlConnection connection, DirectoryLink link, bool isReportOnly, CancellationToken ct)
    {
        var (server, lastUsn) = await Task.Run(() => DirectorySide.Read(link), CancellationToken.None);
        var open = await store.OpenAsync(connection, ct);
        var goesOn = open is not null && open.Server == server && open.IsReportOnly == isReportOnly && clock.GetUtcNow() - open.ProgressedAt < LongestBreak;
        return goesOn ? open! : await store.BeginAsync(connection, server, lastUsn, isReportOnly, ct);
    }

    private async Task<ReconcileRun> EntriesAsync(NpgsqlConnection connection, DirectoryLink link, ReconcileRun run, IProgress<ReconcileProgress>? progress, CancellationToken ct)
    {
        while (!run.HasReadEntries)
        {
            var (to, entries) = (directory.EndOf(run.NextUsn, run.LastUsn), 0);
            using var pages = directory.Entries(link, run.NextUsn, to).Chunk(ReconcileStore.PageSize).GetEnumerator();
            while (await Task.Run(pages.MoveNext, ct))
            {
                entries += pages.Current.Length;
                run = await store.KeepAsync(connection, run, await steps.EntriesAsync(connection, link, pages.Current, ct), ct);
            }
            directory.Learn(entries);
            run = await store.KeepAsync(connection, run, new ReconcileStep([], [], NextUsn: to + 1), ct);
            progress?.Report(new ReconcileProgress(run.No, (int)(80 * run.NextUsn / (run.LastUsn + 1)), run.Entries, run.Accounts));
        }
        return run;
    }

    private async Task<ReconcileRun> AccountsAsync(NpgsqlConnection connection, DirectoryLink link, ReconcileRun run, IProgress<ReconcileProgress>? progress, CancellationToken ct)
    {
        var total = await store.TotalAsync(connection, ct);
        while (await steps.AccountsAsync(connection, link, run, ct) is { } step)
        {
            run = await store.KeepAsync(connection, run, step, ct);
            progress?.Report(new ReconcileProgress(run.No, 80 + (int)Math.Min(20, 20 * run.Accounts / Math.Max(1, total)), run.Entries, run.Accounts));
        }
        return run;
    }

    private async Task<ReconcileReport> EndAsync(NpgsqlConnection connection, ReconcileRun run, string actor, CancellationToken ct)
    {
        var kinds = await store.KindsAsync(connection, run.No, ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        run = await store.EndAsync(connection, run.No, ct);
        await audit.WriteAsync(connection, new AuditLine("workplace.reconciled", actor, null, null, new
        {
            run = run.No, entries = run.Entries, accounts = run.Accounts, repaired = run.Repaired, reportOnly = run.IsReportOnly, drift = kinds.Sum(k => k.Count),
        }), ct);
        await transaction.CommitAsync(ct);
        return new ReconcileReport(run.No, clock.GetUtcNow() - run.BeganAt, run.Entries, run.Accounts, run.Repaired, kinds);
    }
}
