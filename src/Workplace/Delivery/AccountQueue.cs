using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Workplace.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>A person whose account at one target is due, held for one worker until its transaction ends.</summary>
internal sealed record DueAccount
{
    public Guid ProfileId { get; init; }
    public string Subject { get; init; } = "";
    public string Login { get; init; } = "";
    public string? Desired { get; init; }
    public long Version { get; init; }
    public string? RemoteId { get; init; }
    public string? RemoteName { get; init; }
    public string? Acknowledged { get; init; }
    public string? ClaimedId { get; init; }
    public DateTimeOffset? LeftAt { get; init; }
    public DateTimeOffset? RemovedAt { get; init; }
    public int Attempts { get; init; }
    /// <summary>The newest password that waits for the person; null when none does.</summary>
    public long? PasswordNo { get; init; }
    public string? PasswordMessage { get; init; }

    public DesiredAccount Account => JsonSerializer.Deserialize<DesiredAccount>(Desired!, JsonSerializerOptions.Web)!;

    public override string ToString() => $"due {ProfileId}";
}

/// <summary>Hands out the accounts that are due to a target, each to one worker at a time, and keeps what came of it. Nobody who changes what is desired
/// waits for a target: a worker holds an advisory lock, not the row.</summary>
internal sealed class AccountQueue(AuditTrail audit, TimeProvider clock)
{
    /// <summary>Refusals of a target before an account is given up until a person replays it.</summary>
    public const int MaxAttempts = 8;

    // Row by row until a lock is got; passwords first, for somebody stands at a computer. As many candidates as workers can hold at once, all nodes
    // together.
    private const string TakeSql = """
        with due as materialized (
            select profile_id from (
                (select p.profile_id, 1 as turn, p.due_at from workplace.password p
                   join workplace.delivery d on d.profile_id = p.profile_id and d.target = @target and d.dead_at is null and d.conflict_at is null
                  where @takesPasswords::boolean and p.due_at <= @now order by p.due_at limit 100)
                union all
                (select profile_id, 2, due_at from workplace.delivery where target = @target and due_at <= @now and dead_at is null order by due_at limit 100)) both_kinds
             where not exists (select 1 from workplace.target where name = @target and paused_until > @now)
             order by turn, due_at)
        select profile_id from due where pg_try_advisory_xact_lock(@lockClass::int, hashtext(profile_id::text)) limit 1
        """;

    // Under the lock: whoever held it before may have done the work. A password that was put off goes along when the account has its turn.
    private const string ReadSql = """
        select a.profile_id, a.subject, a.login, a.desired::text as desired, d.version, d.remote_id, d.remote_name, d.acknowledged::text as acknowledged, d.claimed_id,
               a.left_at, d.removed_at, d.attempts, p.no as password_no, p.message as password_message
          from workplace.delivery d
          join workplace.account a on a.profile_id = d.profile_id
          left join lateral (select no, message from workplace.password p
                              where @takesPasswords::boolean and p.profile_id = a.profile_id and (p.due_at <= @now or d.due_at <= @now) order by no desc limit 1) p on true
         where d.profile_id = @profileId and d.target = @target and d.dead_at is null and (d.due_at <= @now or p.no is not null and d.conflict_at is null)
        """;

    // Before the delivery's row: whoever changes what is desired locks in this order too.
    private const string PasswordDoneSql = """
        update workplace.account set
               password_at = case when @isSet then @now else password_at end,
               password_trouble = case when @isSet then null when @trouble::text is not null then @trouble::text
                                       when @lacks then coalesce(password_trouble, 'missing') else password_trouble end,
               password_trouble_number = case when @isSet then null when @trouble::text is not null then @number::int else password_trouble_number end,
               password_trouble_at = case when @isSet then null when @trouble::text is not null or @lacks then @now else password_trouble_at end
         where profile_id = @profileId;
        delete from workplace.password where profile_id = @profileId and no <= @passwordNo
        """;

    // What has changed meanwhile stays due. A target that has answered is not away, whatever another node has seen.
    private const string DoneSql = """
        update workplace.delivery set remote_id = @remoteId, remote_name = coalesce(@remoteName, remote_name), acknowledged = @acknowledged::jsonb, delivered_version = @version,
               attempts = 0, conflict = null, conflict_at = null, claimed_id = null, removed_at = @removedAt, succeeded_at = @now,
               due_at = case when version = @version then @next else due_at end
         where profile_id = @profileId and target = @target;
        update workplace.target set away_at = null, reason = null, paused_until = null where name = @target and away_at is not null and @wasAsked
        """;

    private const string ConflictSql = """
        update workplace.delivery set conflict = @conflict::jsonb, conflict_at = @now, attempts = 0, failed_at = @now, failure = @reason,
               due_at = case when version = @version then null else due_at end
         where profile_id = @profileId and target = @target
        """;

    private const string RefusedSql = """
        update workplace.delivery set attempts = @attempts, failed_at = @now, failure = @error, due_at = @due, dead_at = @dead
         where profile_id = @profileId and target = @target and version = @version;
        update workplace.password set due_at = @due where profile_id = @profileId and @takesPasswords::boolean
        """;

    /// <summary>Somebody who is due, locked for the rest of the transaction; null when nobody is.</summary>
    public Task<Guid?> TakeAsync(NpgsqlConnection connection, DeliveryTarget target, CancellationToken ct) =>
        connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(TakeSql,
            new { now = clock.GetUtcNow(), lockClass = target.LockClass, target = target.Name, target.TakesPasswords }, cancellationToken: ct));

    /// <summary>Null when another worker has done the work in between.</summary>
    public Task<DueAccount?> ReadAsync(NpgsqlConnection connection, DeliveryTarget target, Guid profileId, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<DueAccount>(new CommandDefinition(ReadSql,
            new { profileId, now = clock.GetUtcNow(), target = target.Name, target.TakesPasswords }, cancellationToken: ct));

    public async Task DoneAsync(NpgsqlConnection connection, DeliveryTarget target, DueAccount due, string? password, Delivered result, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (target.TakesPasswords)
            await connection.ExecuteAsync(new CommandDefinition(PasswordDoneSql, new
            {
                due.ProfileId, now, isSet = password is not null && result is { Refusal: null, RemoteId: not null }, trouble = result.Refusal?.Word,
                number = result.Refusal?.Number, lacks = result.LacksPassword, passwordNo = due.PasswordNo ?? -1,
            }, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(DoneSql, new
        {
            due.ProfileId, due.Version, target = target.Name, result.RemoteId, result.RemoteName, result.Acknowledged, result.WasAsked, now,
            removedAt = IsOver(target, due) ? due.RemovedAt ?? now : (DateTimeOffset?)null,
            next = due.LeftAt is { } left && !IsOver(target, due) ? left.AddDays(target.RemoveAfterDays) : (DateTimeOffset?)null,
        }, cancellationToken: ct));
        await target.KeepAsync(connection, due, result, ct);
        if (result.Acts.Count > 0)
            await audit.WriteAsync(connection, new AuditLine("workplace.account-delivered", "system", due.ProfileId.ToString(), null,
                new { target = target.Name, acts = result.Acts, objectId = result.RemoteId }), ct);
        if (result.Refusal is { } refusal)
            await audit.WriteAsync(connection, new AuditLine("workplace.password-refused", "system", due.ProfileId.ToString(), null, new { refusal.Word, refusal.Number }), ct);
    }

    public async Task ConflictAsync(NpgsqlConnection connection, DeliveryTarget target, DueAccount due, AccountConflict conflict, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(ConflictSql, new
        {
            due.ProfileId, due.Version, target = target.Name, now = clock.GetUtcNow(), reason = ConflictReason.Sentence(conflict.Reason),
            conflict = JsonSerializer.Serialize(conflict, JsonSerializerOptions.Web),
        }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("workplace.conflict", "system", due.ProfileId.ToString(), null,
            new { target = target.Name, conflict.Reason, conflict.ObjectId }), ct);
    }

    public async Task RefusedAsync(NpgsqlConnection connection, DeliveryTarget target, DueAccount due, string error, CancellationToken ct)
    {
        var attempts = due.Attempts + 1;
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(RefusedSql, new
        {
            due.ProfileId, due.Version, target = target.Name, target.TakesPasswords, attempts, error = error[..Math.Min(error.Length, 500)], now,
            due = NextTry(now, attempts), dead = attempts >= MaxAttempts ? now : (DateTimeOffset?)null,
        }, cancellationToken: ct));
    }

    /// <summary>When to try again after so many refusals: seconds first, an hour at last.</summary>
    public static DateTimeOffset NextTry(DateTimeOffset now, int attempts) => now.AddSeconds(Math.Min(3600, Math.Pow(3, attempts)));

    /// <summary>The term of a leaver is over: the account goes.</summary>
    public bool IsOver(DeliveryTarget target, DueAccount due) => due.RemovedAt is not null && due.LeftAt is not null
        || due.LeftAt is { } left && left.AddDays(target.RemoveAfterDays) <= clock.GetUtcNow();
}
