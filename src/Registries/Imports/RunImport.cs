using Aupd.Kernel.Audit;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.Registries.Files;
using Dapper;
using Npgsql;

namespace Aupd.Registries.Imports;

/// <summary>Takes the registry files of a folder in: stage, compare, guard, apply, all in one transaction. However it ends, the
/// database has the old state or the new one; whom it concerns is matched anew afterwards, by the worker.</summary>
internal sealed class RunImport(NpgsqlDataSource source, Sealer sealer, AuditTrail audit, TimeProvider clock, RegistriesSettings settings) : IImport
{
    private const long OneImportAtATime = 0x41555044_0401;
    private const int DuePercentOfAnalysis = 10;

    private sealed record Difference(RegistryTable Table, long Present, long Staged, long Added, long Changed, long Removed)
    {
        public RegistryCount Count => new(Table.Registry, Added, Changed, Removed, Staged - Added - Changed);
    }

    public async Task<ImportOutcome> RunAsync(ImportOrder order, IProgress<string> progress, CancellationToken ct)
    {
        if (!Directory.Exists(order.Folder)) return new ImportOutcome.Unreadable($"There is no folder {Path.GetFullPath(order.Folder)}.");
        var (report, unwritable) = AsideReport.Create(settings.ReportFolder.Length > 0 ? settings.ReportFolder : order.Folder);
        if (report is null) return new ImportOutcome.Unreadable(unwritable!);
        using var aside = report;
        using var known = new KnownRecords(source);
        var (opened, unusable) = RegistryFiles.Open(order.Folder, aside.Add, order.Changes ? known.Ask : KnownElsewhere.Nothing, mayLack: order.Changes);
        if (opened is null) return new ImportOutcome.Unreadable(unusable!);
        using var files = opened;
        if (!(files.HasOrganisations || files.HasStaff || files.HasPupils || files.HasGuardians))
            return new ImportOutcome.Unreadable($"{Path.GetFullPath(order.Folder)} holds none of {string.Join(", ", RegistryTable.All.Select(t => t.Registry + ".csv"))}.");
        foreach (var line in files.UnknownColumns) progress.Report($"Columns not known and not read, {line}");
        try
        {
            var outcome = await TakeInAsync(order, files, aside, progress, ct);
            aside.Finish();
            return outcome;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ImportOutcome.Unreadable($"A file cannot be read to its end: {e.Message}");
        }
    }

    private async Task<ImportOutcome> TakeInAsync(ImportOrder order, RegistryFiles files, AsideReport aside, IProgress<string> progress, CancellationToken ct)
    {
        var startedAt = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await WaitForOthersAsync(connection, progress, ct);
        await connection.RunAsync("set local work_mem = '256MB'; set local maintenance_work_mem = '256MB'", ct);
        var tables = await new StageFiles(connection, sealer, files, aside, progress).RunAsync(ct);

        var differences = new List<Difference>();
        foreach (var table in tables) differences.Add(await CompareAsync(connection, table, order, progress, ct));
        if (!order.AllowLargeRemoval && differences.Find(RemovesTooMuch) is { } much)
        {
            await transaction.RollbackAsync(ct);
            return await RefuseAsync(order, much, ct);
        }

        var counts = differences.ConvertAll(d => d.Count);
        if (!order.DryRun && differences.Exists(d => d.Added + d.Changed + d.Removed > 0))
            await ApplyAsync(connection, order, startedAt, differences, aside.Rows, progress, ct);
        if (order.DryRun) await transaction.RollbackAsync(ct);
        else await CommitAsync(connection, transaction, order, counts, aside.Rows, ct);
        if (!order.DryRun) await AnalyseAsync(connection, differences, ct);
        return new ImportOutcome.Applied(order.DryRun, counts, aside.FullPath, aside.Rows);
    }

    private static async Task WaitForOthersAsync(NpgsqlConnection connection, IProgress<string> progress, CancellationToken ct)
    {
        if (await connection.ExecuteScalarAsync<bool>("select pg_try_advisory_xact_lock(@OneImportAtATime)", new { OneImportAtATime })) return;
        progress.Report("Another import is running; this one waits until it has ended.");
        await connection.RunAsync("select pg_advisory_xact_lock(@key)", ct, ("key", OneImportAtATime));
    }

    private static async Task<Difference> CompareAsync(
        NpgsqlConnection connection, RegistryTable table, ImportOrder order, IProgress<string> progress, CancellationToken ct)
    {
        await connection.RunAsync(table.CompareSql(isWhole: !order.Changes), ct);
        var (present, staged, added, changed, removed) = await connection.QuerySingleAsync<(long, long, long, long, long)>(
            new CommandDefinition(table.CountSql, commandTimeout: 0, cancellationToken: ct));
        progress.Report($"{table.Registry}: {added:N0} to add, {changed:N0} to change, {removed:N0} to remove");
        return new Difference(table, present, staged, added, changed, removed);
    }

    private bool RemovesTooMuch(Difference d) => d.Present > 0 && d.Removed * 100.0 > d.Present * settings.MaxRemovalPercent;

    private async Task<ImportOutcome> RefuseAsync(ImportOrder order, Difference much, CancellationToken ct)
    {
        if (!order.DryRun)
            await audit.WriteAsync(new AuditLine("registries.import-refused", order.Actor, Details: new
            {
                registry = much.Table.Registry, present = much.Present, removed = much.Removed, limitPercent = settings.MaxRemovalPercent,
            }), ct);
        return new ImportOutcome.TooManyRemovals(much.Table.Registry, much.Present, much.Removed, settings.MaxRemovalPercent);
    }

    private async Task ApplyAsync(NpgsqlConnection connection, ImportOrder order, DateTimeOffset startedAt, List<Difference> differences, int asideRows,
        IProgress<string> progress, CancellationToken ct)
    {
        var no = await connection.ExecuteScalarAsync<long>(new CommandDefinition("""
            insert into registries.import (started_at, applied_at, actor, is_whole, aside_rows) values (@startedAt, @now, @Actor, @isWhole, @asideRows)
            returning no
            """, new { startedAt, now = clock.GetUtcNow(), order.Actor, isWhole = !order.Changes, asideRows }, cancellationToken: ct));
        foreach (var d in differences)
        {
            if (d.Present == 0 && d.Staged >= FillTable.WorthIt) await FillTable.RunAsync(connection, d.Table, no, ct);
            else if (d.Added + d.Changed + d.Removed > 0) await connection.RunAsync(d.Table.ApplySql, ct, ("no", no));
            await connection.ExecuteAsync(new CommandDefinition("""
                insert into registries.import_count (import_no, registry, added, changed, removed, unchanged)
                values (@no, @Registry, @Added, @Changed, @Removed, @Unchanged)
                """, new { no, d.Count.Registry, d.Added, d.Changed, d.Removed, d.Count.Unchanged }, cancellationToken: ct));
            progress.Report($"{d.Table.Registry}: applied");
        }
    }

    private async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, ImportOrder order, List<RegistryCount> counts, int asideRows, CancellationToken ct)
    {
        await audit.WriteAsync(connection, new AuditLine("registries.imported", order.Actor, Details: new
        {
            mode = order.Changes ? "changes" : "whole", largeRemovalAllowed = order.AllowLargeRemoval, asideRows, counts,
        }), ct);
        await transaction.CommitAsync(ct);
    }

    // The matching that follows joins on these tables: after a large change the planner must know their new size at once.
    private static async Task AnalyseAsync(NpgsqlConnection connection, List<Difference> differences, CancellationToken ct)
    {
        foreach (var d in differences)
            if ((d.Added + d.Changed + d.Removed) * 100 > d.Present * DuePercentOfAnalysis)
                await connection.RunAsync($"analyze {d.Table.Table}", ct);
    }
}
