using Aupd.Kernel.Audit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Doors;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>The comparison with the directory.</summary>
internal sealed class RunReconcile(
    NpgsqlDataSource source, ReconcileStore store, ReconcileSteps steps, DirectorySide directory, DirectorySettings settings, TrustedFolder trusted, AuditTrail audit, TimeProvider clock)
    : Reconciliation(source, store, audit, clock)
{
    private readonly ReconcileStore _store = store;

    public override string Target => DirectoryTarget.TargetName;
    public override bool IsConfigured => settings.IsConfigured;
    protected override string NotConfigured => "No directory is configured: see Workplace:Directory:Server.";
    /// <summary>"recn".</summary>
    protected override long LockKey => 0x7265636E;

    protected override async Task<ReconcileRun> CompareAsync(NpgsqlConnection connection, bool isReportOnly, IProgress<ReconcileProgress>? progress, CancellationToken ct)
    {
        using var link = await Task.Run(() => DirectoryLink.Open(settings, trusted), ct);
        var (server, lastUsn) = await Task.Run(() => DirectorySide.Read(link), CancellationToken.None);
        var run = await EntriesAsync(connection, link, await BeginAsync(connection, server, lastUsn, isReportOnly, ct), progress, ct);
        return await AccountsAsync(connection, link, run, progress, ct);
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
                run = await _store.KeepAsync(connection, run, await steps.EntriesAsync(connection, link, pages.Current, ct), ct);
            }
            directory.Learn(entries);
            run = await _store.KeepAsync(connection, run, new ReconcileStep([], [], NextUsn: to + 1), ct);
            progress?.Report(new ReconcileProgress(run.No, (int)(80 * run.NextUsn / (run.LastUsn + 1)), run.Entries, run.Accounts));
        }
        return run;
    }

    private async Task<ReconcileRun> AccountsAsync(NpgsqlConnection connection, DirectoryLink link, ReconcileRun run, IProgress<ReconcileProgress>? progress, CancellationToken ct)
    {
        var total = await _store.TotalAsync(connection, ct);
        while (await steps.AccountsAsync(connection, link, run, ct) is { } step)
        {
            run = await _store.KeepAsync(connection, run, step, ct);
            progress?.Report(new ReconcileProgress(run.No, 80 + (int)Math.Min(20, 20 * run.Accounts / Math.Max(1, total)), run.Entries, run.Accounts));
        }
        return run;
    }
}
