using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.SignIn.Badges;

internal enum ShowOutcome { Pictures, Locked, NoGood }

/// <summary>A badge shown to a browser, until the pictures are right. Each question is one statement; an unknown badge, one that was voided and one
/// that ran out take the same way and have the same answer.</summary>
internal sealed class BadgeEntries(
    NpgsqlDataSource source, BadgeCookie cookie, PupilOfBadge pupils, Sealer sealer, Places places, SignInSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan QuietBetweenRefusals = TimeSpan.FromMinutes(1);
    private const int PruneBatch = 5000;

    private const string BySecret = "select b.*, null::uuid as code_id, false as is_over from signin.badge b where b.secret_hash = @key::bytea";
    private const string ByNumber = "select b.*, null::uuid as code_id, false as is_over from signin.badge b where b.number_index = @key::bytea";
    private const string ByCode = """
        select b.*, c.id as code_id, c.ended_at is not null or c.expires_at <= @now as is_over
          from signin.badge_code c join signin.badge b on b.id = c.badge_id where c.number_index = @key::bytea
        """;

    // What is shown in vain is told to the child's history, once a minute at most.
    private const string Enter = $"""
        , good as (select * from known k where k.voided_at is null and k.locked_at is null and k.expires_at > @now and not k.is_over),
        entered as (
            insert into signin.badge_entry (state_hash, badge_id, code_id, way, request_id, trace, expires_at)
            select @state::bytea, g.id, g.code_id, @way::text, @requestId::text, @trace::text, @until::timestamptz from good g),
        noted as (
            update signin.badge b set refused_at = @now from known k
             where b.id = k.id and not exists (select 1 from good) and (b.refused_at is null or b.refused_at < @quietSince::timestamptz)
            returning b.id, b.account_id,
                      case when b.voided_at is not null then 'voided' when b.expires_at <= @now then 'expired' when b.locked_at is not null then 'locked' else 'code-over' end as why),
        told as (
            insert into kernel.audit (at, act, actor, subject, journey, details)
            select @now, 'signin.badge-refused', 'visitor', n.account_id::text, @trace::text,
                   jsonb_build_object('why', n.why, 'badge', n.id, 'device', @device::text, 'place', @place::text) from noted n)
        select k.id, k.pupil_record_id, k.org_nsi_id, exists (select 1 from good) as is_good,
               k.locked_at is not null and k.voided_at is null and k.expires_at > @now and not k.is_over as is_locked, {PupilOfBadge.Roles}
          from known k join signin.account a on a.id = k.account_id
        """;

    private const string EnterBySecretSql = $"with known as ({BySecret}){Enter}";
    private const string EnterByNumberSql = $"with known as ({ByNumber}){Enter}";
    private const string EnterByCodeSql = $"with known as ({ByCode}){Enter}";

    // The count, the lock and the mark on the entry are one: of racing tries each sees what the one before has written.
    private const string TrySql = $"""
        with tried as (
            update signin.badge b set
                   fails = case when b.pin_index = @pin then 0 else b.fails + 1 end,
                   locked_at = case when b.pin_index <> @pin and b.fails + 1 >= @most then @now end,
                   used_at = case when b.pin_index = @pin then @now else b.used_at end
              from signin.badge_entry e left join signin.badge_code c on c.id = e.code_id
             where e.state_hash = @state and e.spent_at is null and e.expires_at > @now and b.id = e.badge_id
               and b.voided_at is null and b.locked_at is null and b.expires_at > @now and (e.code_id is null or c.ended_at is null and c.expires_at > @now)
            returning b.id, b.account_id, b.pupil_record_id, b.org_nsi_id, b.pin_index = @pin as is_right, b.fails, b.locked_at is not null as is_locked,
                      e.state_hash, e.way, e.request_id, e.trace),
        spent as (
            update signin.badge_entry e set spent_at = @now from tried t where t.is_right and e.state_hash = t.state_hash and e.spent_at is null
            returning e.state_hash)
        select t.id, t.account_id, t.pupil_record_id, t.org_nsi_id, t.is_right, t.fails, t.is_locked, t.way, t.request_id, t.trace,
               exists (select 1 from spent) as is_spent, p.id as profile_id, p.activated_at is not null as is_activated, p.disabled_at is not null as is_disabled,
               {PupilOfBadge.Roles}
          from tried t join signin.account a on a.id = t.account_id left join signin.profile p on p.account_id = a.id
        """;

    private const string PruneEntriesSql = """
        delete from signin.badge_entry where state_hash in (
            select state_hash from signin.badge_entry where expires_at < @now limit @PruneBatch for update skip locked)
        """;
    // As long as somebody may wonder about them in the history.
    private const string PruneCodesSql = """
        delete from signin.badge_code where id in (select id from signin.badge_code where expires_at < @longAgo limit @PruneBatch for update skip locked)
        """;
    private const string PruneBadgesSql = """
        delete from signin.badge where id in (
            select id from signin.badge where expires_at < @longAgo limit @PruneBatch for update skip locked)
        """;
    private const string PruneClassesSql = """
        delete from signin.class_teacher where id in (
            select id from signin.class_teacher where expires_at < @longAgo limit @PruneBatch for update skip locked)
        """;

    internal Task<ShowOutcome> ShowAsync(HttpContext http, BadgeSecret secret, string? requestId, CancellationToken ct) =>
        ShowAsync(http, EnterBySecretSql, secret.Hash, "qr", requestId, ct);

    internal Task<ShowOutcome> ShowAsync(HttpContext http, BadgeNumber number, string? requestId, CancellationToken ct) =>
        ShowAsync(http, number.IsCode ? EnterByCodeSql : EnterByNumberSql, BadgeIndex.Of(sealer, number), number.IsCode ? "code" : "number", requestId, ct);

    /// <summary>Null when the browser must show the badge anew: the time is over, or the badge is no longer good.</summary>
    internal async Task<TriedBadge?> TryAsync(BadgeState state, PicturePin pin, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<TriedBadge>(new CommandDefinition(TrySql, new
        {
            state = state.Hash, pin = BadgeIndex.Of(sealer, state.Badge, pin), most = settings.Badges.WrongPictures, now = clock.GetUtcNow(),
        }, cancellationToken: ct));
    }

    /// <summary>What nobody can use any more goes: entries at once, badges, codes and named classes a month after their end.</summary>
    internal async Task PruneAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var sql in (string[])[PruneEntriesSql, PruneCodesSql, PruneBadgesSql, PruneClassesSql])
            for (var rows = PruneBatch; rows == PruneBatch;)
                rows = await connection.ExecuteAsync(new CommandDefinition(sql, new { now, longAgo = now.AddDays(-30), PruneBatch }, cancellationToken: ct));
    }

    private sealed record Shown
    {
        public Guid Id { get; init; }
        public string PupilRecordId { get; init; } = "";
        public string OrgNsiId { get; init; } = "";
        public bool IsGood { get; init; }
        public bool IsLocked { get; init; }
        public string HeldRoles { get; init; } = "[]";
    }

    private async Task<ShowOutcome> ShowAsync(HttpContext http, string sql, byte[] key, string way, string? requestId, CancellationToken ct)
    {
        var (now, entry) = (clock.GetUtcNow(), BadgeCookie.New());
        await using var connection = await source.OpenConnectionAsync(ct);
        var shown = await connection.QuerySingleOrDefaultAsync<Shown>(new CommandDefinition(sql, new
        {
            key, state = entry.Hash, way, requestId, trace = TraceNumber.New().Digits, until = now.AddMinutes(settings.Badges.PicturesMinutes), now,
            quietSince = now - QuietBetweenRefusals, device = DeviceLabel.From(http.Request.Headers.UserAgent), place = places.Of(http),
        }, cancellationToken: ct));
        // The role may be lost, the grade too high, or the school another by now.
        if (shown is null || pupils.Find(shown.HeldRoles, shown.PupilRecordId, shown.OrgNsiId) is null) return ShowOutcome.NoGood;
        if (shown.IsLocked) return ShowOutcome.Locked;
        if (!shown.IsGood) return ShowOutcome.NoGood;
        cookie.Set(http, entry.Secret, shown.Id);
        return ShowOutcome.Pictures;
    }
}

/// <summary>What came of the pictures.</summary>
internal sealed record TriedBadge
{
    public Guid Id { get; init; }
    public Guid AccountId { get; init; }
    public string PupilRecordId { get; init; } = "";
    public string OrgNsiId { get; init; } = "";
    public bool IsRight { get; init; }
    /// <summary>Wrong ones in a row, with this one.</summary>
    public int Fails { get; init; }
    /// <summary>By this try.</summary>
    public bool IsLocked { get; init; }
    /// <summary>The entry is spent by this very try; of several right ones that is so for one.</summary>
    public bool IsSpent { get; init; }
    /// <summary><c>qr</c>, <c>number</c> or <c>code</c>.</summary>
    public string Way { get; init; } = "";
    public string? RequestId { get; init; }
    public string Trace { get; init; } = "";
    public Guid? ProfileId { get; init; }
    public bool IsActivated { get; init; }
    public bool IsDisabled { get; init; }
    public string HeldRoles { get; init; } = "[]";
}

/// <summary>The pupil's role that a badge is for, as the registries have it at this moment.</summary>
internal sealed class PupilOfBadge(RoleFragments held, ClassTeachers classes)
{
    /// <summary>Column <c>held_roles</c> of a statement with signin.account as <c>a</c>.</summary>
    internal const string Roles = $"(select ({RoleFragments.AllOfHolder}) from (select a.subject as account_id) holder) as held_roles";

    /// <summary>Null when the pupil has left the school, or is in a grade without badges.</summary>
    internal HeldRole.Pupil? Find(string heldRoles, string recordId, string orgNsiId) => held.Read(heldRoles).OfType<HeldRole.Pupil>()
        .FirstOrDefault(r => r.RecordId == recordId && r.School.NsiId == orgNsiId && classes.HasBadges(r.ClassName));
}
