using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.People;
using Aupd.Workplace.Teams;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>A person as Teams should have him.</summary>
internal sealed record TeamsAccount
{
    public Guid ProfileId { get; init; }
    public string Login { get; init; } = "";
    public string Desired { get; init; } = "";
    public string? RemoteId { get; init; }
    public bool IsRemoved { get; init; }
    /// <summary>Told, and nothing waits for it: else it differs for good reason, and is listed elsewhere.</summary>
    public bool IsSettled { get; init; }

    public DesiredAccount Account => JsonSerializer.Deserialize<DesiredAccount>(Desired, JsonSerializerOptions.Web)!;
}

/// <summary>A group that Teams has confirmed.</summary>
internal sealed record TeamsGroup
{
    public string Key { get; init; } = "";
    public string RemoteId { get; init; } = "";
    public string ToldName { get; init; } = "";
    public bool IsSettled { get; init; }
    /// <summary>Members as Teams has confirmed them; filled in for settled groups.</summary>
    public IReadOnlyList<TeamsMember> Members { get; init; } = [];
}

internal sealed record TeamsMember(string GroupKey, Guid ProfileId, string Login, string ToldId);

/// <summary>How a group differs.</summary>
/// <param name="Name">Its name there; null: the group is gone.</param>
/// <param name="Lost">Members who are not there.</param>
/// <param name="Fault">Why nothing is known of it: the server does not show it. Null: it does.</param>
internal sealed record GroupDrift(TeamsGroup Group, string? Name, IReadOnlyList<TeamsMember> Lost, string? Fault = null)
{
    public bool IsSo => Fault is not null || Name != Group.ToldName || Lost.Count > 0;
    public bool IsRepairable => Fault is null;

    /// <summary>A line for the group itself, and one for each lost member. Groups have no id of the kind that people have: one is made of the key.</summary>
    public IEnumerable<Drift> Lines => Fault is not null ? [new Drift(DriftKind.NotShown, Id, Group.Key, Fault)] : Name is null ? [new Drift(DriftKind.GroupMissing, Id, Group.Key, "")]
        : (Name == Group.ToldName ? Enumerable.Empty<Drift>() : [new Drift(DriftKind.GroupName, Id, Group.Key, "")]).Concat(Lost.Select(m => new Drift(DriftKind.Groups, m.ProfileId, m.Login, Group.Key)));

    private Guid Id => new(SHA256.HashData(Encoding.UTF8.GetBytes(Group.Key)).AsSpan(0, 16));
}

/// <summary>What one step of a run with Teams is to keep.</summary>
/// <param name="Asked">Users or groups that were asked for.</param>
internal sealed record TeamsStep(IReadOnlyCollection<Drift> Found, IReadOnlyCollection<GroupDrift> Groups, int Asked, int Accounts = 0, Guid? AfterProfile = null, string? AfterGroup = null);

/// <summary>Our side of the comparison with Teams, a page at a time.</summary>
internal sealed class TeamsSide(TimeProvider clock)
{
    /// <summary>Accounts of one page; groups, which have members, are fewer.</summary>
    public const int PageSize = 200, GroupPage = 20;

    private const string AccountColumns = """
        a.profile_id, a.login, a.desired::text as desired, d.remote_id, d.removed_at is not null as is_removed,
        d.delivered_version = a.version and (d.due_at is null or d.due_at > @now::timestamptz) and d.dead_at is null and d.conflict_at is null as is_settled
        """;

    private const string PageSql = $"""
        select {AccountColumns} from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id and d.target = '{TeamsTarget.TargetName}'
         where a.desired is not null and a.profile_id > @after order by a.profile_id limit @pageSize
        """;

    private const string OfSql = $"""
        select {AccountColumns} from workplace.account a join workplace.delivery d on d.profile_id = a.profile_id and d.target = '{TeamsTarget.TargetName}'
         where a.desired is not null and a.profile_id = any (@profiles)
        """;

    private const string GroupColumns =
        "g.key, g.remote_id, g.told_name, (g.due_at is null or g.due_at > @now::timestamptz) and g.dead_at is null and not g.is_being_told as is_settled";

    private const string GroupPageSql = $"""
        select {GroupColumns} from workplace.teams_group g where g.remote_id is not null and g.told_name is not null and g.key > @after order by g.key limit @pageSize
        """;

    private const string GroupsOfSql = $"select {GroupColumns} from workplace.teams_group g where g.remote_id is not null and g.told_name is not null and g.key = any (@keys)";

    private const string MembersSql = """
        select m.group_key, m.profile_id, a.login, m.told_id from workplace.teams_member m join workplace.account a on a.profile_id = m.profile_id
         where m.group_key = any (@keys) and m.wanted and m.told_id is not null
        """;

    // A group whose version rises stays due, whatever a worker is just keeping of it; and it is read before anything is said.
    private const string KeepSql = $"""
        with found as (
            insert into workplace.drift (run_no, kind, profile_id, login, detail, found_at)
            select @run, f.kind, f.profile_id, f.login, f.detail, @now from unnest(@kinds::text[], @owners::uuid[], @logins::text[], @details::text[]) as f (kind, profile_id, login, detail)
            on conflict do nothing),
        again as (
            update workplace.delivery set due_at = @now, attempts = 0, acknowledged = null
             where target = '{TeamsTarget.TargetName}' and profile_id = any (@repair::uuid[]) and dead_at is null and conflict_at is null and (due_at is null or due_at > @now) returning 1),
        lost as (
            update workplace.teams_member m set told_id = null from unnest(@lostKeys::text[], @lostProfiles::uuid[]) as l (key, profile_id)
             where m.group_key = l.key and m.profile_id = l.profile_id),
        regrouped as (
            update workplace.teams_group g set due_at = @now, attempts = 0, version = g.version + 1, is_being_told = n.name is not null, told_name = n.name,
                   remote_id = case when n.name is not null then g.remote_id end
              from unnest(@groupKeys::text[], @groupNames::text[]) as n (key, name) where g.key = n.key and g.dead_at is null returning 1)
        update workplace.reconcile_run set progressed_at = @now, entries = entries + @asked, accounts = accounts + @accounts,
               repaired = repaired + (select count(*) from again) + (select count(*) from regrouped),
               after_profile = coalesce(@afterProfile::uuid, after_profile), after_group = coalesce(@afterGroup::text, after_group)
         where no = @run returning {ReconcileStore.Columns}
        """;

    private const string WakeSql = $"select pg_notify('{DeliveryWorker.Channel}', '')";

    public async Task<IReadOnlyList<TeamsAccount>> PageAsync(NpgsqlConnection connection, Guid? after, CancellationToken ct) =>
        (await connection.QueryAsync<TeamsAccount>(Command(PageSql, new { after = after ?? Guid.Empty, pageSize = PageSize, now = clock.GetUtcNow() }, ct))).AsList();

    public async Task<IReadOnlyList<TeamsAccount>> OfAsync(NpgsqlConnection connection, IEnumerable<Guid> profiles, CancellationToken ct) =>
        (await connection.QueryAsync<TeamsAccount>(Command(OfSql, new { profiles = profiles.ToArray(), now = clock.GetUtcNow() }, ct))).AsList();

    public async Task<IReadOnlyList<TeamsGroup>> GroupPageAsync(NpgsqlConnection connection, string? after, CancellationToken ct) => await WithMembersAsync(connection,
        (await connection.QueryAsync<TeamsGroup>(Command(GroupPageSql, new { after = after ?? "", pageSize = GroupPage, now = clock.GetUtcNow() }, ct))).AsList(), ct);

    public async Task<IReadOnlyList<TeamsGroup>> GroupsOfAsync(NpgsqlConnection connection, IEnumerable<string> keys, CancellationToken ct) => await WithMembersAsync(connection,
        (await connection.QueryAsync<TeamsGroup>(Command(GroupsOfSql, new { keys = keys.ToArray(), now = clock.GetUtcNow() }, ct))).AsList(), ct);

    public async Task<ReconcileRun> KeepAsync(NpgsqlConnection connection, ReconcileRun run, TeamsStep step, CancellationToken ct)
    {
        var lines = step.Found.Concat(step.Groups.SelectMany(g => g.Lines)).ToList();
        var (repair, groups) = run.IsReportOnly ? (Array.Empty<Guid>(), new List<GroupDrift>()) : (step.Found.Where(d => d.IsRepairable).Select(d => d.ProfileId).Distinct().ToArray(), step.Groups.Where(g => g.IsRepairable).ToList());
        var lost = groups.SelectMany(g => g.Name is null ? g.Group.Members : g.Lost).ToList();
        var kept = await connection.QuerySingleAsync<ReconcileRun>(Command(KeepSql, new
        {
            run = run.No, now = clock.GetUtcNow(), repair, step.Asked, step.Accounts, step.AfterProfile, step.AfterGroup,
            kinds = lines.ConvertAll(d => d.Kind).ToArray(), owners = lines.ConvertAll(d => d.ProfileId).ToArray(), logins = lines.ConvertAll(d => d.Login).ToArray(),
            details = lines.ConvertAll(d => d.Detail).ToArray(), lostKeys = lost.ConvertAll(m => m.GroupKey).ToArray(), lostProfiles = lost.ConvertAll(m => m.ProfileId).ToArray(),
            groupKeys = groups.Select(g => g.Group.Key).ToArray(), groupNames = groups.Select(g => g.Name).ToArray(),
        }, ct));
        if (repair.Length + groups.Count > 0) await connection.ExecuteAsync(Command(WakeSql, null, ct));
        return kept;
    }

    private static async Task<IReadOnlyList<TeamsGroup>> WithMembersAsync(NpgsqlConnection connection, List<TeamsGroup> groups, CancellationToken ct)
    {
        var settled = groups.Where(g => g.IsSettled).Select(g => g.Key).ToArray();
        var members = (await connection.QueryAsync<(string GroupKey, Guid ProfileId, string Login, string ToldId)>(Command(MembersSql, new { keys = settled }, ct)))
            .Select(m => new TeamsMember(m.GroupKey, m.ProfileId, m.Login, m.ToldId)).ToLookup(m => m.GroupKey, StringComparer.Ordinal);
        return groups.ConvertAll(g => g with { Members = [.. members[g.Key]] });
    }

    private static CommandDefinition Command(string sql, object? values, CancellationToken ct) => new(sql, values, cancellationToken: ct);
}
