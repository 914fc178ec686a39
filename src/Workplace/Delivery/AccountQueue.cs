using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.People;
using Dapper;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>A person whose account is due, held for one worker until its transaction ends.</summary>
internal sealed record DueAccount
{
    public Guid ProfileId { get; init; }
    public string Subject { get; init; } = "";
    public string? Desired { get; init; }
    public long Version { get; init; }
    public Guid? ObjectId { get; init; }
    public Guid? ClaimedObjectId { get; init; }
    public DateTimeOffset? LeftAt { get; init; }
    public DateTimeOffset? RemovedAt { get; init; }
    public int Attempts { get; init; }
    /// <summary>The newest password that waits for the person; null when none does.</summary>
    public long? PasswordNo { get; init; }
    public string? PasswordMessage { get; init; }

    public DesiredAccount Account => JsonSerializer.Deserialize<DesiredAccount>(Desired!, JsonSerializerOptions.Web)!;
}

/// <summary>Hands out the accounts that are due, each to one worker at a time, and keeps what came of it. Nobody who changes what is desired waits for
/// the directory: a worker holds an advisory lock, not the row.</summary>
internal sealed class AccountQueue(AuditTrail audit, DirectorySettings settings, TimeProvider clock)
{
    /// <summary>Refusals of the directory before an account is given up until a person replays it.</summary>
    public const int MaxAttempts = 8;

    // Row by row until a lock is got; passwords first, for somebody stands at a computer. As many candidates as workers can hold at once, all nodes
    // together.
    private const string TakeSql = """
        with due as materialized (
            select profile_id from (
                (select p.profile_id, 1 as turn, p.due_at from workplace.password p
                   join workplace.account a on a.profile_id = p.profile_id and a.desired is not null and a.dead_at is null and a.conflict_at is null
                  where p.due_at <= @now order by p.due_at limit 100)
                union all
                (select profile_id, 2, due_at from workplace.account where due_at <= @now and dead_at is null order by due_at limit 100)) both_kinds
             order by turn, due_at)
        select profile_id from due where pg_try_advisory_xact_lock(@lockClass::int, hashtext(profile_id::text)) limit 1
        """;

    // Under the lock: whoever held it before may have done the work. A password that was put off goes along when the account has its turn.
    private const string ReadSql = """
        select a.profile_id, a.subject, a.desired::text as desired, a.version, a.object_id, a.claimed_object_id, a.left_at, a.removed_at, a.attempts,
               p.no as password_no, p.message as password_message
          from workplace.account a
          left join lateral (select no, message from workplace.password p where p.profile_id = a.profile_id and (p.due_at <= @now or a.due_at <= @now) order by no desc limit 1) p on true
         where a.profile_id = @profileId and a.dead_at is null and (a.due_at <= @now or p.no is not null and a.conflict_at is null)
        """;

    // What has changed meanwhile stays due.
    private const string DoneSql = """
        update workplace.account set object_id = @objectId, delivered_version = @version, attempts = 0, last_error = null, conflict = null, conflict_at = null,
               claimed_object_id = null, removed_at = @removedAt, due_at = case when version = @version then @next else due_at end,
               password_at = case when @isSet then @now else password_at end,
               password_trouble = case when @isSet then null when @trouble::text is not null then @trouble::text
                                       when @lacks then coalesce(password_trouble, 'missing') else password_trouble end,
               password_trouble_number = case when @isSet then null when @trouble::text is not null then @number::int else password_trouble_number end,
               password_trouble_at = case when @isSet then null when @trouble::text is not null or @lacks then @now else password_trouble_at end
         where profile_id = @profileId;
        delete from workplace.password where profile_id = @profileId and no <= @passwordNo
        """;

    private const string ConflictSql = """
        update workplace.account set conflict = @conflict::jsonb, conflict_at = @now, attempts = 0, last_error = null,
               due_at = case when version = @version then null else due_at end
         where profile_id = @profileId
        """;

    private const string RefusedSql = """
        update workplace.account set attempts = @attempts, last_error = @error, due_at = @due, dead_at = @dead where profile_id = @profileId and version = @version;
        update workplace.password set due_at = @due where profile_id = @profileId
        """;

    /// <summary>"wrk1": keeps our advisory locks apart from those of others.</summary>
    private const int LockClass = 0x77726B31;

    /// <summary>Somebody who is due, locked for the rest of the transaction; null when nobody is.</summary>
    public Task<Guid?> TakeAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(TakeSql, new { now = clock.GetUtcNow(), lockClass = LockClass }, cancellationToken: ct));

    /// <summary>Null when another worker has done the work in between.</summary>
    public Task<DueAccount?> ReadAsync(NpgsqlConnection connection, Guid profileId, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<DueAccount>(new CommandDefinition(ReadSql, new { profileId, now = clock.GetUtcNow() }, cancellationToken: ct));

    public DeliveryOrder OrderFor(DueAccount due, string? password) =>
        new(due.ProfileId, due.Account, due.ObjectId, due.ClaimedObjectId, IsOver(due), password);

    public async Task DoneAsync(NpgsqlConnection connection, DueAccount due, string? password, DeliveryResult result, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(DoneSql, new
        {
            due.ProfileId, due.Version, result.ObjectId, removedAt = IsOver(due) ? due.RemovedAt ?? clock.GetUtcNow() : (DateTimeOffset?)null,
            now = clock.GetUtcNow(), isSet = password is not null && result is { Refusal: null, ObjectId: not null }, trouble = result.Refusal?.Word,
            number = result.Refusal?.Number, lacks = result.LacksPassword, passwordNo = due.PasswordNo ?? -1,
            next = due.LeftAt is { } left && !IsOver(due) ? left.AddDays(settings.RemoveAfterDays) : (DateTimeOffset?)null,
        }, cancellationToken: ct));
        if (result.Acts.Count > 0)
            await audit.WriteAsync(connection, new AuditLine("workplace.account-delivered", "system", due.ProfileId.ToString(), null, new { acts = result.Acts, result.ObjectId }), ct);
        if (result.Refusal is { } refusal)
            await audit.WriteAsync(connection, new AuditLine("workplace.password-refused", "system", due.ProfileId.ToString(), null, new { refusal.Word, refusal.Number }), ct);
    }

    public async Task ConflictAsync(NpgsqlConnection connection, DueAccount due, DirectoryConflict conflict, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(ConflictSql, new
        {
            due.ProfileId, due.Version, now = clock.GetUtcNow(), conflict = JsonSerializer.Serialize(conflict, JsonSerializerOptions.Web),
        }, cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("workplace.conflict", "system", due.ProfileId.ToString(), null, new { conflict.Reason, conflict.ObjectId }), ct);
    }

    public async Task RefusedAsync(NpgsqlConnection connection, DueAccount due, string error, CancellationToken ct)
    {
        var attempts = due.Attempts + 1;
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(RefusedSql, new
        {
            due.ProfileId, due.Version, attempts, error = error[..Math.Min(error.Length, 500)], due = now.AddSeconds(Math.Min(3600, Math.Pow(3, attempts))),
            dead = attempts >= MaxAttempts ? now : (DateTimeOffset?)null,
        }, cancellationToken: ct));
    }

    private bool IsOver(DueAccount due) => due.RemovedAt is not null && due.LeftAt is not null
        || due.LeftAt is { } left && left.AddDays(settings.RemoveAfterDays) <= clock.GetUtcNow();
}
