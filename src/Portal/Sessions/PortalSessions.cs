using System.Security.Cryptography;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Data;
using Aupd.Kernel.Http;
using Aupd.OpenId.Doors;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.Portal.Sessions;

/// <summary>Who is signed in on a browser. The cookie carries a secret of 256 random bits, the row its SHA-256: neither the table nor the
/// id of a session lets anyone in. Every sign-in makes a new secret, so a planted cookie is worth nothing.</summary>
internal sealed class PortalSessions(NpgsqlDataSource source, HotPath hot, SiteIdentity site, ForeignDevice foreign, SessionSettings settings, TimeProvider clock,
    IGrants grants, KnownDevices devices, AuditTrail audit)
{
    private static readonly object ItemKey = new();
    private static readonly TimeSpan SeenStep = TimeSpan.FromMinutes(1);
    private const int SecretLength = 32;
    private string CookieName => site.CookieName("session");

    private sealed record Row
    {
        public Guid Id { get; init; }
        public Guid AccountId { get; init; }
        public string[] Methods { get; init; } = [];
        public string DeviceLabel { get; init; } = "";
        public string AddressPrefix { get; init; } = "";
        public DateTime CreatedAt { get; init; }
        public DateTime AuthenticatedAt { get; init; }
        public DateTime LastSeenAt { get; init; }
        public DateTime ExpiresAt { get; init; }
        public DateTime? ProvedAt { get; init; }
        public bool MustSetUpFactor { get; init; }
        public bool MustChangePassword { get; init; }

        public PortalSession Open() => new(Id, AccountId, Methods, DeviceLabel, AddressPrefix, At(CreatedAt), At(AuthenticatedAt),
            At(LastSeenAt), At(ExpiresAt)) { ProvedAt = ProvedAt is { } at ? At(at) : null, MustSetUpFactor = MustSetUpFactor, MustChangePassword = MustChangePassword };
        private static DateTimeOffset At(DateTime utc) => new(utc, TimeSpan.Zero);
    }

    private const string Columns =
        "s.id, s.account_id, s.methods, s.device_label, s.address_prefix, s.created_at, s.authenticated_at, s.last_seen_at, s.expires_at, s.proved_at";

    private const string FindSql = $"""
        select {Columns}, exists (select from portal.administrator d where d.account_id = a.id)
               and not exists (select from portal.totp t where t.account_id = a.id)
               and not exists (select from portal.passkey p where p.account_id = a.id) as must_set_up_factor,
               {FirstPasswords.FirstPasswordRows.InForce} as must_change_password
          from portal.session s join portal.account a on a.id = s.account_id
         where s.secret_hash = @secretHash and s.expires_at > @now and s.last_seen_at > @idleSince and a.disabled_at is null and s.security_stamp = a.security_stamp
        """;

    /// <summary>The session of this browser, or null; asked of the database once per request.</summary>
    public async ValueTask<PortalSession?> CurrentAsync(HttpContext http, CancellationToken ct = default)
    {
        if (http.Items.TryGetValue(ItemKey, out var known)) return (PortalSession?)known;
        PortalSession? found = null;
        if (SecretHash(http.Request.Cookies[CookieName]) is { } secretHash)
        {
            var now = clock.GetUtcNow();
            await using var connection = await hot.Source.OpenConnectionAsync(ct);
            var row = await connection.QueryFirstOrDefaultAsync<Row>(
                new CommandDefinition(FindSql, new { secretHash, now, idleSince = IdleSince(now) }, cancellationToken: ct));
            found = row?.Open();
            // A write per request would cost more than the read; a minute is exact enough for "last seen".
            if (found is not null && now - found.LastSeenAt > SeenStep)
                await connection.ExecuteAsync(new CommandDefinition("update portal.session set last_seen_at = @now where id = @Id",
                    new { now, found.Id }, cancellationToken: ct));
        }
        http.Items[ItemKey] = found;
        return found;
    }

    private const string StartSql = """
        insert into portal.session (secret_hash, id, account_id, methods, device_label, address_prefix, created_at, authenticated_at,
                                    last_seen_at, expires_at, security_stamp)
        values (@secretHash, @Id, @AccountId, @methods, @DeviceLabel, @AddressPrefix, @CreatedAt, @AuthenticatedAt,
                @LastSeenAt, @ExpiresAt, @SecurityStamp)
        """;

    /// <summary>Signs a person in on this browser, which is known to be theirs from then on. A session that was here before ends: its cookie
    /// cannot come alive again.</summary>
    /// <param name="by">How, for the trail.</param>
    public async Task<PortalSession> StartAsync(HttpContext http, PortalAccount account, IReadOnlyList<string> methods, string by,
        CancellationToken ct = default)
    {
        await EndRowAsync(http, ct);
        var now = clock.GetUtcNow();
        var isForeign = foreign.Take(http);
        if (isForeign) methods = [.. methods, ForeignDevice.Method];
        var longest = isForeign ? TimeSpan.FromMinutes(settings.ForeignMinutes) : TimeSpan.FromHours(settings.AbsoluteHours);
        var session = new PortalSession(Guid.CreateVersion7(), account.Id, methods, DeviceLabel.From(http.Request.Headers.UserAgent),
            AddressPrefix.Of(http), now, now, now, now + longest);
        var secret = RandomNumberGenerator.GetBytes(SecretLength);
        await using var connection = await source.OpenConnectionAsync(ct);
        await audit.ActAsync(connection, StartSql, new
        {
            secretHash = SHA256.HashData(secret), session.Id, session.AccountId, methods = methods.ToArray(), session.DeviceLabel,
            session.AddressPrefix, session.CreatedAt, session.AuthenticatedAt, session.LastSeenAt, session.ExpiresAt, account.SecurityStamp,
        }, new AuditLine("portal.signed-in", account.Id.ToString(),
            Details: new { session = session.Id, by, known = devices.PlaceOf(http, account.Id).IsKnown }), ct);
        devices.Remember(http, account.Id);
        Give(http, secret);
        http.Items[ItemKey] = session;
        return session;
    }

    /// <summary>A new secret for the session of this browser; whoever held the old cookie is out. After a change of password.</summary>
    public async Task RenewAsync(HttpContext http, CancellationToken ct = default)
    {
        if (await CurrentAsync(http, ct) is not { } session) return;
        var secret = RandomNumberGenerator.GetBytes(SecretLength);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("update portal.session set secret_hash = @secretHash where id = @Id",
            new { secretHash = SHA256.HashData(secret), session.Id }, cancellationToken: ct));
        Give(http, secret);
    }

    /// <summary>The person in this session has just proved anew who he is.</summary>
    public async Task ProvedAsync(HttpContext http, CancellationToken ct = default)
    {
        if (await CurrentAsync(http, ct) is not { } session) return;
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("update portal.session set proved_at = @now where id = @Id", new { now, session.Id },
            cancellationToken: ct));
        http.Items[ItemKey] = session with { ProvedAt = now };
    }

    /// <summary>Signs out on this browser: cookie, row, and the grants made under it.</summary>
    public async Task EndAsync(HttpContext http, CancellationToken ct = default)
    {
        await EndRowAsync(http, ct);
        http.Response.Cookies.Delete(CookieName, CookieLook());
        http.Items[ItemKey] = null;
    }

    private async Task EndRowAsync(HttpContext http, CancellationToken ct)
    {
        if (await CurrentAsync(http, ct) is { } session) await EndAsync(session.AccountId, [session.Id], session.AccountId.ToString(), ct);
    }

    /// <summary>Live sessions of an account, last seen first.</summary>
    public async Task<IReadOnlyList<PortalSession>> ListAsync(Guid accountId, CancellationToken ct = default)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition($"""
            select {Columns} from portal.session s where s.account_id = @accountId and s.expires_at > @now and s.last_seen_at > @idleSince
             order by s.last_seen_at desc, s.id desc limit 200
            """, new { accountId, now, idleSince = IdleSince(now) }, cancellationToken: ct));
        return rows.Select(r => r.Open()).ToList();
    }

    /// <summary>Ends sessions of one account by their ids; ids of other accounts are left alone. Returns how many ended.</summary>
    public async Task<int> EndAsync(Guid accountId, IReadOnlyCollection<Guid> sessionIds, string actor, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var own = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from portal.session where account_id = @accountId and id = any(@ids)",
                new { accountId, ids = sessionIds.ToArray() }, cancellationToken: ct))).AsList();
        if (own.Count == 0) return 0;
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await grants.EndSessionsAsync(connection, own.Select(id => id.ToString()).ToList(), ct);
        await connection.ExecuteAsync(new CommandDefinition("delete from portal.session where id = any(@ids)", new { ids = own.ToArray() },
            cancellationToken: ct));
        await audit.WriteAsync(connection, new AuditLine("portal.signed-out", actor, accountId.ToString(),
            Details: new { sessions = own }), ct);
        await transaction.CommitAsync(ct);
        return own.Count;
    }

    /// <summary>Ends all sessions of an account; its grants that outlive sessions stay. Returns how many ended.</summary>
    public async Task<int> EndAllAsync(Guid accountId, string actor, CancellationToken ct = default)
    {
        List<Guid> ids;
        await using (var connection = await source.OpenConnectionAsync(ct))
            ids = (await connection.QueryAsync<Guid>(new CommandDefinition("select id from portal.session where account_id = @accountId", new { accountId },
                cancellationToken: ct))).AsList();
        return ids.Count == 0 ? 0 : await EndAsync(accountId, ids, actor, ct);
    }

    /// <summary>Ends every session of an account but one (or none), in the transaction that changed its stamp; the one goes on with the new
    /// stamp, its person having just proved who he is. Grants end first, as above.</summary>
    public async Task EndOthersAsync(NpgsqlConnection connection, PortalAccount account, Guid? keep, string actor,
        CancellationToken ct = default)
    {
        var others = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from portal.session where account_id = @Id and id is distinct from @keep", new { account.Id, keep },
                cancellationToken: ct))).AsList();
        if (others.Count > 0)
        {
            await grants.EndSessionsAsync(connection, others.Select(id => id.ToString()).ToList(), ct);
            await connection.ExecuteAsync(new CommandDefinition("delete from portal.session where id = any(@ids)",
                new { ids = others.ToArray() }, cancellationToken: ct));
            await audit.WriteAsync(connection, new AuditLine("portal.signed-out", actor, account.Id.ToString(),
                Details: new { sessions = others }), ct);
        }
        await grants.EndOfflineAsync(connection, account.Id.ToString(), authenticatedBefore: null, ct);
        // Where two proofs signed in, a password alone does not make them new.
        await connection.ExecuteAsync(new CommandDefinition("""
            update portal.session set security_stamp = @SecurityStamp,
                   authenticated_at = case when 'mfa' = any(methods) then authenticated_at else @now end
             where id = @keep and account_id = @Id
            """,
            new { account.SecurityStamp, now = clock.GetUtcNow(), keep, account.Id }, cancellationToken: ct));
    }

    private DateTimeOffset IdleSince(DateTimeOffset now) => now.AddMinutes(-settings.IdleMinutes);

    private void Give(HttpContext http, byte[] secret) => http.Response.Cookies.Append(CookieName, Base64Url(secret), CookieLook());

    // No MaxAge: a shared computer forgets the person when its browser is closed.
    private CookieOptions CookieLook() => new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = site.IsHttps,
        IsEssential = true };

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[]? SecretHash(string? cookie) =>
        cookie is not null && System.Buffers.Text.Base64Url.IsValid(cookie, out var length) && length == SecretLength
            ? SHA256.HashData(System.Buffers.Text.Base64Url.DecodeFromChars(cookie)) : null;
}
