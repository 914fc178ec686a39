using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Doors;
using Aupd.Workplace.People;
using Aupd.Workplace.Teams;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

internal sealed class WorkplaceAccounts(
    NpgsqlDataSource source, RefreshPeople refresh, FindTwins twins, IEnumerable<DeliveryTarget> targets, TeamsNames names, AuditTrail audit, TimeProvider clock) : IWorkplaceAccounts
{
    private const string CountsSql = """
        select d.target, count(*) filter (where d.dead_at is null and d.conflict is null and d.delivered_version = d.version)::int as in_order,
               count(*) filter (where d.dead_at is null and d.conflict is null and d.delivered_version < d.version)::int as waiting,
               count(*) filter (where d.dead_at is not null)::int as dead, count(*) filter (where d.conflict is not null)::int as conflicts,
               count(*) filter (where a.left_at is not null)::int as "left", max(t.away_at) as away_since, max(t.reason) as away_reason
          from workplace.delivery d join workplace.account a on a.profile_id = d.profile_id left join workplace.target t on t.name = d.target
         group by d.target order by d.target
        """;

    private const string ConflictsSql = """
        select a.login, a.profile_id, d.target, d.conflict_at, d.conflict::text as conflict from workplace.delivery d join workplace.account a on a.profile_id = d.profile_id
         where d.conflict_at is not null order by d.conflict_at, a.login, d.target limit @limit
        """;

    private const string DeadSql = """
        select * from (
            select a.login, a.profile_id, d.target, d.dead_at as since, coalesce(d.failure, '') as error
              from workplace.delivery d join workplace.account a on a.profile_id = d.profile_id where d.dead_at is not null
            union all
            select key, null, 'teams', dead_at, coalesce(failure, '') from workplace.teams_group where dead_at is not null) all_dead
         order by since, login, target limit @limit
        """;

    // What a target has confirmed is not believed any more: it is looked at anew.
    private const string ReplaySql = $"""
        with again as (
            update workplace.delivery d set due_at = @now, attempts = 0, dead_at = null, acknowledged = null from workplace.account a
             where a.profile_id = d.profile_id and (lower(login) = lower(@login) or @login::text is null and (d.dead_at is not null or d.conflict_at is not null))
            returning 1),
        groups as (
            update workplace.teams_group set due_at = @now, attempts = 0, dead_at = null where @login::text is null and dead_at is not null returning 1),
        woken as (select pg_notify('{DeliveryWorker.Channel}', ''))
        select (select count(*) from again)::int + (select count(*) from groups)::int from woken
        """;

    private const string AdoptSql = $"""
        with adopted as (
            update workplace.delivery d set due_at = @now, attempts = 0, dead_at = null, claimed_id = d.conflict ->> 'objectId' from workplace.account a
             where a.profile_id = d.profile_id and lower(login) = lower(@login) and d.target = @target and d.conflict ->> 'objectId' is not null
            returning d.profile_id), woken as (select pg_notify('{DeliveryWorker.Channel}', ''))
        select profile_id from adopted, woken
        """;

    private sealed record CountsRow
    {
        public string Target { get; init; } = "";
        public int InOrder { get; init; }
        public int Waiting { get; init; }
        public int Dead { get; init; }
        public int Conflicts { get; init; }
        public int Left { get; init; }
        public DateTimeOffset? AwaySince { get; init; }
        public string? AwayReason { get; init; }
    }

    private sealed record ConflictRow
    {
        public string Target { get; init; } = "";
        public string Login { get; init; } = "";
        public Guid ProfileId { get; init; }
        public DateTimeOffset ConflictAt { get; init; }
        public string Conflict { get; init; } = "";
    }

    public async Task<IReadOnlyList<WorkplaceCounts>> CountsAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<CountsRow>(new CommandDefinition(CountsSql, cancellationToken: ct)))
            .Select(r => new WorkplaceCounts(r.Target, r.InOrder, r.Waiting, r.Dead, r.Conflicts, r.Left, r.AwaySince, r.AwayReason)).ToList();
    }

    public async Task<IReadOnlyList<ConflictLine>> ConflictsAsync(int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<ConflictRow>(new CommandDefinition(ConflictsSql, new { limit }, cancellationToken: ct));
        return rows.Select(r =>
        {
            var conflict = JsonSerializer.Deserialize<AccountConflict>(r.Conflict, JsonSerializerOptions.Web)!;
            return new ConflictLine(r.Target, r.Login, r.ProfileId, r.ConflictAt, conflict.Reason, ConflictReason.Sentence(conflict.Reason), conflict.EntryName);
        }).ToList();
    }

    public async Task<IReadOnlyList<DeadLine>> DeadAsync(int limit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<DeadRow>(new CommandDefinition(DeadSql, new { limit }, cancellationToken: ct)))
            .Select(r => new DeadLine(r.Target, r.Login, r.ProfileId, r.Since, r.Error)).ToList();
    }

    private sealed record DeadRow
    {
        public string Target { get; init; } = "";
        public string Login { get; init; } = "";
        public Guid? ProfileId { get; init; }
        public DateTimeOffset Since { get; init; }
        public string Error { get; init; } = "";
    }

    public async Task<int> ReplayAsync(string? login, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var count = await connection.ExecuteScalarAsync<int>(new CommandDefinition(ReplaySql, new { login, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (count > 0) await audit.WriteAsync(connection, new AuditLine("workplace.replayed", actor, null, null, new { count }), ct);
        await transaction.CommitAsync(ct);
        return count;
    }

    public async Task<bool> AdoptAsync(string login, string target, string actor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var profileId = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(AdoptSql, new { login, target, now = clock.GetUtcNow() }, cancellationToken: ct));
        if (profileId is null) return false;
        await audit.WriteAsync(connection, new AuditLine("workplace.adoption-decided", actor, profileId.ToString(), null, new { target }), ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    public Task<int> RefreshAsync(CancellationToken ct) => refresh.AllAsync(ct);

    public Task<int> ImportTeamsNamesAsync(TextReader lines, string actor, CancellationToken ct) => names.ImportAsync(lines, actor, ct);

    public IAsyncEnumerable<TwinGroup> TwinsAsync(CancellationToken ct) => twins.RunAsync(ct);

    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct)
    {
        var (said, faults) = (new List<string>(), new List<string>());
        foreach (var target in targets.Where(t => t.IsConfigured))
        {
            try { said.AddRange((await target.CheckAsync(ct)).Select(line => $"{target.Name}: {line}")); }
            catch (Exception e) when (e is TargetAwayException or TargetRefusalException) { faults.Add($"{target.Name}: {e.Message}"); }
        }
        if (faults.Count > 0) throw new DirectoryUnusableException(string.Join(Environment.NewLine, faults.Concat(said)));
        return said.Count > 0 ? said : throw new DirectoryUnusableException("Nothing is configured: see Workplace:Directory:Server and Workplace:Teams:Url.");
    }
}
