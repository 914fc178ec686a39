using Aupd.Kernel.Audit;
using Aupd.Workplace.Delivery;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Teams;

/// <summary>A group that is due, held for one worker until its transaction ends.</summary>
internal sealed record DueGroup
{
    public string Key { get; init; } = "";
    public string DisplayName { get; init; } = "";
    public long Version { get; init; }
    public string? RemoteId { get; init; }
    public string? ToldName { get; init; }
    public DateTimeOffset? EmptySince { get; init; }
    public int Attempts { get; init; }
    /// <summary>Somebody has begun to tell Teams of it and did not come to the end: what of it was heard is not known.</summary>
    public bool IsBeingTold { get; init; }
    /// <summary>Is anybody to be in it?</summary>
    public bool IsWanted { get; init; }
}

/// <summary>Somebody whose membership Teams has not confirmed as it should be.</summary>
internal sealed record DueMember
{
    public Guid ProfileId { get; init; }
    /// <summary>The user that is to be a member; null: nobody.</summary>
    public string? WantedId { get; init; }
    /// <summary>The user that is one, as far as Teams has confirmed.</summary>
    public string? ToldId { get; init; }
}

/// <summary>Which groups Teams is to be told of: the row is the queue, as with people (decision 0055).</summary>
internal sealed class GroupQueue(NpgsqlDataSource source, TeamsSettings settings, AuditTrail audit, TimeProvider clock)
{
    // Rows are locked in one order, so that people of several common groups do not wait for one another in a ring.
    private const string WantSql = """
        insert into workplace.teams_group (key, display_name, due_at) select key, name, @now from unnest(@keys::text[], @names::text[]) as w (key, name) order by key
        on conflict (key) do nothing;
        select 1 from workplace.teams_group where key = any (@keys) or key in (select group_key from workplace.teams_member where profile_id = @profileId) order by key for update;
        with renamed as (
            select g.key from workplace.teams_group g join unnest(@keys::text[], @names::text[]) as w (key, name) on w.key = g.key and w.name <> g.display_name),
        come as (
            insert into workplace.teams_member as m (group_key, profile_id, wanted) select key, @profileId, true from unnest(@keys::text[]) as w (key)
            on conflict (group_key, profile_id) do update set wanted = true where not m.wanted or m.told_id is distinct from @remoteId
            returning group_key),
        gone as (
            update workplace.teams_member set wanted = false where profile_id = @profileId and wanted and group_key <> all (@keys) returning group_key)
        update workplace.teams_group g set version = version + 1, due_at = @now, attempts = 0, dead_at = null,
               display_name = coalesce((select w.name from unnest(@keys::text[], @names::text[]) as w (key, name) where w.key = g.key), g.display_name)
         where key in (select key from renamed union select group_key from come union select group_key from gone)
        """;

    private const string TakeSql = """
        with due as materialized (
            select key from workplace.teams_group where due_at <= @now and dead_at is null
               and not exists (select 1 from workplace.target where name = @target and paused_until > @now) order by due_at limit 100)
        select key from due where pg_try_advisory_xact_lock(@lockClass::int, hashtext(key)) limit 1
        """;

    private const string ReadSql = """
        select key, display_name, version, remote_id, told_name, empty_since, attempts, is_being_told,
               exists (select 1 from workplace.teams_member m where m.group_key = g.key and m.wanted) as is_wanted
          from workplace.teams_group g where key = @key and due_at <= @now and dead_at is null
        """;

    private const string MembersSql = """
        select m.profile_id, case when m.wanted then d.remote_id end as wanted_id, m.told_id
          from workplace.teams_member m left join workplace.delivery d on d.profile_id = m.profile_id and d.target = @target
         where m.group_key = @key and case when m.wanted then d.remote_id end is distinct from m.told_id
        """;

    private const string MemberToldSql = """
        update workplace.teams_member m set told_id = n.id from unnest(@profiles::uuid[], @ids::text[]) as n (profile_id, id) where m.group_key = @key and m.profile_id = n.profile_id;
        delete from workplace.teams_member where group_key = @key and profile_id = any (@profiles) and not wanted and told_id is null
        """;

    private const string TellingSql = "update workplace.teams_group set is_being_told = true where key = @key and not is_being_told";

    // What has changed meanwhile stays due.
    private const string DoneSql = """
        update workplace.teams_group set remote_id = @remoteId, told_name = @toldName, empty_since = @emptySince, attempts = 0, succeeded_at = @now, is_being_told = false,
               due_at = case when version = @version then @next else due_at end
         where key = @key
        """;

    private const string ForgetSql = """
        update workplace.teams_member set told_id = null where group_key = @key;
        update workplace.teams_group set remote_id = null, told_name = null where key = @key
        """;

    // Rows of people who never became members go with the group; a group that is wanted again meanwhile stays, to be made anew.
    private const string EndSql = """
        update workplace.teams_member set told_id = null where group_key = @key;
        delete from workplace.teams_member where group_key = @key and not wanted;
        delete from workplace.teams_group g where key = @key and version = @version and not exists (select 1 from workplace.teams_member m where m.group_key = g.key);
        update workplace.teams_group set remote_id = null, told_name = null, empty_since = null, due_at = @now where key = @key
        """;

    private const string RefusedSql = """
        update workplace.teams_group set attempts = @attempts, failed_at = @now, failure = @error, due_at = @due, dead_at = @dead where key = @key and version = @version
        """;

    /// <summary>"wrk3".</summary>
    private const int LockClass = 0x77726B33;

    /// <summary>In the transaction that keeps a person's delivery.</summary>
    public Task WantAsync(NpgsqlConnection connection, Guid profileId, string? remoteId, IReadOnlyList<WantedGroup> groups, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(WantSql, new
        {
            profileId, remoteId, keys = groups.Select(g => g.Key).ToArray(), names = groups.Select(g => g.Name).ToArray(), now = clock.GetUtcNow(),
        }, cancellationToken: ct));

    /// <summary>A group that is due, locked for the rest of the transaction; null when none is.</summary>
    public async Task<DueGroup?> TakeAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(TakeSql, new { now, lockClass = LockClass, target = TeamsTarget.TargetName }, cancellationToken: ct)) is { } key
            ? await connection.QuerySingleOrDefaultAsync<DueGroup>(new CommandDefinition(ReadSql, new { key, now }, cancellationToken: ct)) : null;
    }

    public async Task<IReadOnlyList<DueMember>> MembersAsync(NpgsqlConnection connection, DueGroup due, CancellationToken ct) =>
        (await connection.QueryAsync<DueMember>(new CommandDefinition(MembersSql, new { due.Key, target = TeamsTarget.TargetName }, cancellationToken: ct))).AsList();

    /// <summary>Before the first word of it: stands at once, whatever becomes of the worker.</summary>
    public async Task TellingAsync(DueGroup due, CancellationToken ct)
    {
        await using var apart = await source.OpenConnectionAsync(ct);
        await apart.ExecuteAsync(new CommandDefinition(TellingSql, new { due.Key }, cancellationToken: ct));
    }

    /// <param name="remoteId">Null where there is no such group, and need be none.</param>
    public async Task DoneAsync(NpgsqlConnection connection, DueGroup due, string? remoteId, IReadOnlyList<DueMember> told, IReadOnlyList<string> acts, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var emptySince = due.IsWanted ? (DateTimeOffset?)null : due.EmptySince ?? now;
        if (told.Count > 0)
            await connection.ExecuteAsync(new CommandDefinition(MemberToldSql,
                new { due.Key, profiles = told.Select(m => m.ProfileId).ToArray(), ids = told.Select(m => m.WantedId).ToArray() }, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(DoneSql, new
        {
            due.Key, due.Version, remoteId, toldName = remoteId is null ? null : due.DisplayName, emptySince, now, next = emptySince?.AddDays(settings.RemoveGroupAfterDays),
        }, cancellationToken: ct));
        await TellAsync(connection, due, acts, ct);
    }

    /// <summary>The group that Teams had is gone: nobody is known to be in it.</summary>
    public Task ForgetAsync(NpgsqlConnection connection, DueGroup due, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { due.Key }, cancellationToken: ct));

    /// <summary>The group is not there any more, and nobody is to be in it.</summary>
    public async Task EndAsync(NpgsqlConnection connection, DueGroup due, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(EndSql, new { due.Key, due.Version, now = clock.GetUtcNow() }, cancellationToken: ct));
        await TellAsync(connection, due, ["removed"], ct);
    }

    public Task RefusedAsync(NpgsqlConnection connection, DueGroup due, string error, CancellationToken ct)
    {
        var (attempts, now) = (due.Attempts + 1, clock.GetUtcNow());
        return connection.ExecuteAsync(new CommandDefinition(RefusedSql, new
        {
            due.Key, due.Version, attempts, now, error = error[..Math.Min(error.Length, 500)], due = AccountQueue.NextTry(now, attempts),
            dead = attempts >= AccountQueue.MaxAttempts ? now : (DateTimeOffset?)null,
        }, cancellationToken: ct));
    }

    private Task TellAsync(NpgsqlConnection connection, DueGroup due, IReadOnlyList<string> acts, CancellationToken ct) => acts.Count == 0 ? Task.CompletedTask
        : audit.WriteAsync(connection, new AuditLine("workplace.group-delivered", "system", due.Key, null, new { target = TeamsTarget.TargetName, acts }), ct);

    /// <summary>The term of an empty group is over.</summary>
    public bool IsOver(DueGroup due) => !due.IsWanted && due.EmptySince is { } since && since.AddDays(settings.RemoveGroupAfterDays) <= clock.GetUtcNow();
}
