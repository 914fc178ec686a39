using Aupd.Kernel.Http;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.Kernel.Secrets;
using Aupd.Registries.Doors;
using Aupd.SignIn.Family;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.SignIn.Sessions;

/// <summary>Server-side sessions: begun at each sign-in under a new id, found by the hash of the cookie's id.</summary>
internal sealed class Sessions(
    NpgsqlDataSource source, HotPath hot, SessionCookie cookie, Sealer sealer, Places places, AuditTrail audit, SignInSettings settings, TimeProvider clock)
{
    internal const string IdTokenPurpose = "portal-id-token";
    // A page view moves the idle limit at most once a minute: reading stays cheap.
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    /// <summary>Of a session <c>s</c> looked up by its id, said so that no index of the open ones fits (<see cref="HotPath"/>).</summary>
    internal const string NotEnded = "coalesce(s.ended_at, 'infinity') = 'infinity'";

    private const string CurrentSql = $"""
        select s.id_hash, s.sid, s.account_id, a.subject, a.last_name, a.first_name, a.middle_name, p.id as profile_id, s.created_at, s.authenticated_at,
               s.methods, s.kind, s.expires_at, s.seen_at, s.active_role, s.roles_used, s.portal_sid, s.trace as trace_digits, p.activated_at, p.disabled_at, p.last_role, p.last_service, l.login,
               (select ({RoleFragments.AllOfHolder}) from (select a.subject as account_id) holder) as held_roles,
               {TrustedRoles.All} as trusted_roles
          from signin.session s join signin.account a on a.id = s.account_id
          left join signin.profile p on p.account_id = a.id left join signin.login l on l.profile_id = p.id and l.retired_at is null
         where s.id_hash = @idHash and {NotEnded} and s.idle_until > @now and s.expires_at > @now
        """;

    private const string TouchSql = $"""
        update signin.session s set seen_at = @now, idle_until = @now + make_interval(mins => coalesce(idle_minutes, @idleMinutes))
         where id_hash = @IdHash and {NotEnded} and idle_until > @now and expires_at > @now and seen_at < @stale
        """;

    private const string BeginSql = """
        insert into signin.session (id_hash, sid, account_id, created_at, authenticated_at, seen_at, idle_until, expires_at, methods, portal_sid,
               id_token_sealed, device, trace, kind, idle_minutes, place, active_role, roles_used)
        values (@idHash, @sid, @accountId, @now, @authenticatedAt, @now, @now + make_interval(mins => coalesce(@idleMinutes::int, @usualIdleMinutes::int)),
               @expiresAt, @methods, @portalSid, @idToken, @device, @trace, @kind, @idleMinutes::int, @place, @role::text,
               array_remove(array[@role::text], null))
        """;

    // The same person proved himself again in the same browser: the services' grants go on, the cookie's id changes.
    private const string RenewSql = """
        update signin.session set id_hash = @idHash, created_at = @now, authenticated_at = @authenticatedAt, seen_at = @now,
               idle_until = @now + make_interval(mins => coalesce(@idleMinutes::int, @usualIdleMinutes::int)), expires_at = @expiresAt, methods = @methods,
               portal_sid = @portalSid, id_token_sealed = @idToken, device = @device, trace = @trace, kind = @kind, idle_minutes = @idleMinutes::int,
               place = @place, active_role = coalesce(@role::text, active_role),
               roles_used = case when @role::text is null or @role = any(roles_used) then roles_used else roles_used || @role::text end
         where id_hash = @oldHash and account_id = @accountId and ended_at is null
        """;

    private const string UseRoleSql = """
        update signin.session set active_role = @role, roles_used = case when @role = any(roles_used) then roles_used else roles_used || @role end
         where sid = @sid and (active_role is distinct from @role or not @role = any(roles_used))
        """;

    /// <summary>The live session of this browser, or null.</summary>
    internal async Task<Visitor?> CurrentAsync(HttpContext http, CancellationToken ct)
    {
        if (cookie.ReadSession(http) is not { } idHash) return null;
        var now = clock.GetUtcNow();
        await using var connection = await hot.Source.OpenConnectionAsync(ct);
        var visitor = await connection.QuerySingleOrDefaultAsync<Visitor>(new CommandDefinition(CurrentSql, new { idHash, now }, cancellationToken: ct));
        if (visitor?.SeenAt < now - TouchEvery) await TouchAsync(connection, visitor, now, ct);
        return visitor;
    }

    // Apart from the question: an update makes each of its partitions ready, also when there is nothing to update.
    private Task TouchAsync(NpgsqlConnection connection, Visitor visitor, DateTimeOffset now, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(TouchSql,
            new { visitor.IdHash, now, stale = now - TouchEvery, idleMinutes = settings.SessionIdleMinutes }, cancellationToken: ct));

    /// <summary>Begins a session under a new id; one of the same account in this browser is renewed and keeps its grants.</summary>
    /// <param name="line">Goes into the trail with it, or neither does.</param>
    internal async Task BeginAsync(HttpContext http, NewSession begin, Visitor? before, AuditLine line, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var values = new
        {
            idHash = cookie.SetSession(http), sid = Guid.CreateVersion7(now).ToString("N"), accountId = begin.AccountId, now,
            authenticatedAt = begin.AuthenticatedAt, begin.IdleMinutes, usualIdleMinutes = settings.SessionIdleMinutes,
            expiresAt = now + (begin.Longest ?? TimeSpan.FromHours(settings.SessionHours)), begin.Kind, place = places.Of(http), begin.Role,
            methods = begin.Methods.ToArray(), portalSid = begin.PortalSid, idToken = sealer.SealText(IdTokenPurpose, begin.IdToken),
            device = DeviceLabel.From(http.Request.Headers.UserAgent), trace = begin.Trace.Digits, oldHash = before?.IdHash,
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        if (before?.AccountId == begin.AccountId && await RenewAsync(connection, values, line, ct)) return;
        await audit.ActAsync(connection, BeginSql, values, line, ct);
    }

    private async Task<bool> RenewAsync(NpgsqlConnection connection, object values, AuditLine line, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition(RenewSql, values, transaction, cancellationToken: ct)) == 0) return false;
        await audit.WriteAsync(connection, line, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Marks the role as the one in use; no round trip when it is already.</summary>
    internal async Task UseRoleAsync(Visitor visitor, string role, CancellationToken ct)
    {
        if (visitor.ActiveRole == role && visitor.RolesUsed.Contains(role)) return;
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(UseRoleSql, new { visitor.Sid, role }, cancellationToken: ct));
    }

    /// <summary>The portal's ID token of the session, for its logout.</summary>
    internal async Task<string?> IdTokenAsync(Visitor visitor, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return sealer.OpenText(IdTokenPurpose, await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
            "select id_token_sealed from signin.session where sid = @Sid", new { visitor.Sid }, cancellationToken: ct)));
    }

    internal async Task<Guid?> ProfileIdAsync(Guid accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select id from signin.profile where account_id = @accountId", new { accountId }, cancellationToken: ct));
    }

    /// <summary>The person's live sessions, the newest first.</summary>
    internal async Task<IReadOnlyList<SessionLine>> OfAccountAsync(Guid accountId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<SessionLine>(new CommandDefinition("""
            select sid, kind, device, place, created_at, seen_at from signin.session
             where account_id = @accountId and ended_at is null and idle_until > @now and expires_at > @now order by seen_at desc limit 50
            """, new { accountId, now = clock.GetUtcNow() }, cancellationToken: ct))).AsList();
    }
}

/// <param name="IdToken">The portal's, for its logout; null for a session that the portal knows nothing of.</param>
internal sealed record NewSession(
    Guid AccountId, DateTimeOffset AuthenticatedAt, IReadOnlyList<string> Methods, string? PortalSid, string? IdToken, TraceNumber Trace)
{
    /// <summary>One of <see cref="SessionKind"/>.</summary>
    public string Kind { get; init; } = SessionKind.Usual;
    /// <summary>The role it begins in; null: to be chosen.</summary>
    public string? Role { get; init; }
    /// <summary>How long nobody may be there; null: as the setting says.</summary>
    public int? IdleMinutes { get; init; }
    /// <summary>How long it lasts at most; null: as the setting says.</summary>
    public TimeSpan? Longest { get; init; }
}

/// <summary>What a session began as.</summary>
internal static class SessionKind
{
    internal const string Usual = "usual";
    /// <summary>A screen that a phone has let in.</summary>
    internal const string Qr = "qr";
    /// <summary>The same on a panel in a classroom, for a lesson.</summary>
    internal const string Panel = "panel";
    /// <summary>On somebody else's computer or phone, for a short while.</summary>
    internal const string Foreign = "foreign";
    /// <summary>A child's, with a printed badge and pictures: the pupil's role and nothing else, for a day at school.</summary>
    internal const string Badge = "badge";
}

internal sealed record SessionLine
{
    public string Sid { get; init; } = "";
    /// <summary>One of <see cref="SessionKind"/>.</summary>
    public string Kind { get; init; } = SessionKind.Usual;
    public string Device { get; init; } = "";
    /// <summary>Where it began, for <see cref="Places.Shown"/>.</summary>
    public string Place { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset SeenAt { get; init; }
}
