using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>A run as far as it has come.</summary>
internal sealed record ReconcileRun
{
    public long No { get; init; }
    public string Server { get; init; } = "";
    public bool IsReportOnly { get; init; }
    public DateTimeOffset BeganAt { get; init; }
    public DateTimeOffset ProgressedAt { get; init; }
    public long NextUsn { get; init; }
    public long LastUsn { get; init; }
    public Guid? AfterProfile { get; init; }
    public string? AfterGroup { get; init; }
    public long Entries { get; init; }
    public long Accounts { get; init; }
    public long Repaired { get; init; }

    public bool HasReadEntries => NextUsn > LastUsn;
}

/// <summary>What one step of a run is to keep. Its findings, repairs and progress are one statement: a step that dies has not been.</summary>
internal sealed record ReconcileStep(IReadOnlyCollection<MarkedEntry> Met, IReadOnlyCollection<Drift> Found, int Accounts = 0, long? NextUsn = null, Guid? AfterProfile = null);

/// <summary>An entry of the directory with a mark of ours.</summary>
internal sealed record MarkedEntry(Guid ObjectId, Guid? ProfileId, string? SnilsMark);

/// <summary>Keeps runs and reads accounts for them, a page at a time.</summary>
internal sealed class ReconcileStore(TimeProvider clock)
{
    public const int PageSize = 500;
    /// <summary>Runs whose findings are kept.</summary>
    private const int KeptRuns = 10;

    internal const string Columns = "no, server, is_report_only, began_at, progressed_at, next_usn, last_usn, after_profile, after_group, entries, accounts, repaired";

    private const string SettledColumns = """
        a.profile_id, a.login, a.desired::text as desired, d.remote_id::uuid as object_id, d.removed_at is not null as is_removed,
        d.delivered_version = a.version and (d.due_at is null or d.due_at > @now::timestamptz) and d.dead_at is null and d.conflict_at is null
            and not exists (select 1 from workplace.password p where p.profile_id = a.profile_id) as is_settled
        """;

    private const string OpenSql = $"select {Columns} from workplace.reconcile_run where target = @target and ended_at is null order by no desc limit 1";

    private const string HasRunSql = """
        select exists (select 1 from workplace.reconcile_run
          where target = @target and began_at >= @since and ended_at is not null and not is_abandoned and (is_report_only = @isReportOnly or not is_report_only))
        """;

    private const string BeginSql = $"""
        with over as (update workplace.reconcile_run set ended_at = @now, is_abandoned = true where target = @target and ended_at is null),
             forgotten as (delete from workplace.reconcile_run where no in (
                select no from workplace.reconcile_run where target = @target order by no desc offset @keptRuns - 1))
        insert into workplace.reconcile_run (target, server, is_report_only, began_at, progressed_at, next_usn, last_usn) values (@target, @server, @isReportOnly, @now, @now, 0, @lastUsn)
        returning {Columns}
        """;

    private const string NamedSql = $"""
        select {SettledColumns} from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id and d.target = '{DirectoryTarget.TargetName}'
         where a.desired is not null and a.profile_id = any (@profiles)
        union
        select {SettledColumns} from workplace.delivery d join workplace.account a on a.profile_id = d.profile_id
         where a.desired is not null and d.target = '{DirectoryTarget.TargetName}' and d.remote_id = any (@objects::text[])
        """;

    private const string PageSql = $"""
        select {SettledColumns},
               exists (select 1 from workplace.reconcile_seen s where s.run_no = @run and s.object_id = d.remote_id::uuid) as is_met,
               (select count(*)::int from workplace.reconcile_seen s
                 where s.run_no = @run and (s.profile_id = a.profile_id or s.snils_mark = @snilsMark || (a.desired ->> 'snilsKey'))) as marked
          from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id and d.target = '{DirectoryTarget.TargetName}'
         where a.desired is not null and a.profile_id > @after order by a.profile_id limit @pageSize
        """;

    private const string KeepSql = $"""
        with met as (
            insert into workplace.reconcile_seen (run_no, object_id, profile_id, snils_mark)
            select @run, m.* from unnest(@objects::uuid[], @profiles::uuid[], @marks::text[]) as m (object_id, profile_id, snils_mark) on conflict do nothing returning 1),
        found as (
            insert into workplace.drift (run_no, kind, profile_id, login, detail, found_at)
            select @run, f.kind, f.profile_id, f.login, f.detail, @now from unnest(@kinds::text[], @owners::uuid[], @logins::text[], @details::text[]) as f (kind, profile_id, login, detail)
            on conflict do nothing),
        again as (
            update workplace.delivery set due_at = @now, attempts = 0
             where target = '{DirectoryTarget.TargetName}' and profile_id = any (@repair::uuid[]) and dead_at is null and conflict_at is null and (due_at is null or due_at > @now) returning 1)
        update workplace.reconcile_run set progressed_at = @now, entries = entries + (select count(*) from met), accounts = accounts + @accounts,
               repaired = repaired + (select count(*) from again), next_usn = coalesce(@nextUsn::bigint, next_usn), after_profile = coalesce(@afterProfile::uuid, after_profile)
         where no = @run returning {Columns}
        """;

    private const string WakeSql = $"select pg_notify('{DeliveryWorker.Channel}', '')";

    private const string EndSql = $"""
        with gone as (delete from workplace.reconcile_seen where run_no = @run)
        update workplace.reconcile_run set ended_at = @now, progressed_at = @now where no = @run returning {Columns}
        """;

    private const string KindsSql = "select kind, count(*) from workplace.drift where run_no = @run group by kind order by count(*) desc, kind";

    private const string FindingsSql = "select kind, login, profile_id, detail from workplace.drift where run_no = @run order by kind, login, profile_id limit @limit";

    private const string TotalSql = "select count(*) from workplace.account where desired is not null";

    public Task<ReconcileRun?> OpenAsync(NpgsqlConnection connection, string target, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<ReconcileRun>(Command(OpenSql, new { target }, ct));

    public Task<bool> HasRunAsync(NpgsqlConnection connection, string target, DateTimeOffset since, bool isReportOnly, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(Command(HasRunSql, new { target, since, isReportOnly }, ct));

    public Task<ReconcileRun> BeginAsync(NpgsqlConnection connection, string target, string server, long lastUsn, bool isReportOnly, CancellationToken ct) =>
        connection.QuerySingleAsync<ReconcileRun>(Command(BeginSql, new { target, server, lastUsn, isReportOnly, keptRuns = KeptRuns, now = clock.GetUtcNow() }, ct));

    /// <summary>The accounts of these people and those known under these ids of the directory.</summary>
    public async Task<List<ComparedAccount>> NamedAsync(NpgsqlConnection connection, IEnumerable<Guid> profiles, IEnumerable<Guid> objects, CancellationToken ct) =>
        (await connection.QueryAsync<ComparedAccount>(Command(NamedSql, new { profiles = profiles.ToArray(), objects = objects.Select(o => o.ToString()).ToArray(), now = clock.GetUtcNow() }, ct))).AsList();

    public async Task<List<ComparedAccount>> PageAsync(NpgsqlConnection connection, ReconcileRun run, CancellationToken ct) =>
        (await connection.QueryAsync<ComparedAccount>(Command(PageSql, new
        {
            run = run.No, after = run.AfterProfile ?? Guid.Empty, snilsMark = EntryTemplate.SnilsMark(""), pageSize = PageSize, now = clock.GetUtcNow(),
        }, ct))).AsList();

    public async Task<ReconcileRun> KeepAsync(NpgsqlConnection connection, ReconcileRun run, ReconcileStep step, CancellationToken ct)
    {
        var repair = run.IsReportOnly ? [] : step.Found.Where(d => d.IsRepairable).Select(d => d.ProfileId).Distinct().ToArray();
        var kept = await connection.QuerySingleAsync<ReconcileRun>(Command(KeepSql, new
        {
            run = run.No, now = clock.GetUtcNow(), repair, step.Accounts, step.NextUsn, step.AfterProfile,
            objects = step.Met.Select(m => m.ObjectId).ToArray(), profiles = step.Met.Select(m => m.ProfileId).ToArray(), marks = step.Met.Select(m => m.SnilsMark).ToArray(),
            kinds = step.Found.Select(d => d.Kind).ToArray(), owners = step.Found.Select(d => d.ProfileId).ToArray(), logins = step.Found.Select(d => d.Login).ToArray(),
            details = step.Found.Select(d => d.Detail).ToArray(),
        }, ct));
        if (repair.Length > 0) await connection.ExecuteAsync(Command(WakeSql, null, ct));
        return kept;
    }

    public Task<ReconcileRun> EndAsync(NpgsqlConnection connection, long run, CancellationToken ct) =>
        connection.QuerySingleAsync<ReconcileRun>(Command(EndSql, new { run, now = clock.GetUtcNow() }, ct));

    public Task<long> TotalAsync(NpgsqlConnection connection, CancellationToken ct) => connection.ExecuteScalarAsync<long>(Command(TotalSql, null, ct));

    public async Task<IReadOnlyList<DriftCount>> KindsAsync(NpgsqlConnection connection, long run, CancellationToken ct) =>
        [.. (await connection.QueryAsync<(string Kind, long Count)>(Command(KindsSql, new { run }, ct))).Select(k => new DriftCount(k.Kind, DriftKind.Sentence(k.Kind), k.Count))];

    public async Task<IReadOnlyList<DriftLine>> FindingsAsync(NpgsqlConnection connection, long run, int limit, CancellationToken ct) =>
        [.. (await connection.QueryAsync<(string Kind, string Login, Guid ProfileId, string Detail)>(Command(FindingsSql, new { run, limit }, ct)))
            .Select(f => new DriftLine(f.Kind, f.Login, f.ProfileId, f.Detail))];

    private static CommandDefinition Command(string sql, object? values, CancellationToken ct) => new(sql, values, cancellationToken: ct);
}
