using System.Security.Cryptography;
using System.Text.Json;
using Aupd.Kernel.Secrets;
using Dapper;
using Npgsql;

namespace Aupd.Demo.Services;

/// <summary>What a service keeps of a sign-in. Holds tokens: ToString shows none.</summary>
/// <param name="Claims">JSON of UserInfo.</param>
internal sealed record HeldTokens(string IdToken, string Claims, string? RefreshToken)
{
    public override string ToString() => "tokens";
}

/// <param name="ProviderSession"><c>sid</c> of the ID token: by it the gateway ends this session.</param>
internal sealed record ServiceSession(
    byte[] IdHash, string Service, string Subject, string? ProviderSession, DateTimeOffset SignedInAt, DateTimeOffset CheckedAt,
        HeldTokens Held)
{
    public override string ToString() => $"session of {Service}";
}

/// <summary>Sessions of the services, in PostgreSQL: any node knows every browser. The cookie's value is stored as its hash.</summary>
internal sealed class SessionStore(NpgsqlDataSource source, Sealer sealer, DemoSettings settings, TimeProvider clock)
{
    private const string SealPurpose = "demo-session";

    private const string InsertSql = """
        with gone as (delete from demo.session where expires_at <= @now)
        insert into demo.session (id_hash, service, subject, provider_session, signed_in_at, checked_at, expires_at, held_sealed)
        values (@idHash, @service, @subject, @providerSession, @now, @now, @expires, @held)
        """;

    private const string FindSql = """
        select id_hash, service, subject, provider_session, signed_in_at, checked_at, held_sealed from demo.session
         where id_hash = @idHash and service = @service and expires_at > @now
        """;

    private const string EndSql = "delete from demo.session where id_hash = @idHash and service = @service";

    // A logout token names the session, the person or both; with both the session is meant.
    private const string EndNamedSql = """
        delete from demo.session
         where service = @service and case when @providerSession::text is not null then provider_session = @providerSession else subject = @subject end
        """;

    private const string FirstSeenSql = """
        with gone as (delete from demo.logout_token_seen where expires_at <= @now)
        insert into demo.logout_token_seen (service, token_id, expires_at) values (@service, @tokenId, @expires) on conflict do nothing
        """;

    // Only one of several tabs may spend the refresh token, as it stands at that moment; the others show what
    // they know.
    private const string TakeForCheckSql = """
        update demo.session set checking_until = @until
         where id_hash = @idHash and service = @service and checked_at = @checkedAt and (checking_until is null or checking_until <= @now)
        returning held_sealed
        """;

    // The tab that took the session keeps it until it is done: checking_until stays.
    private const string KeepTokensSql = "update demo.session set held_sealed = @held where id_hash = @idHash and service = @service";

    private const string KeepSql = """
        update demo.session set held_sealed = @held, checked_at = @checkedAt, checking_until = null where id_hash = @idHash and service = @service
        """;

    private sealed record Row(
        byte[] IdHash, string Service, string Subject, string? ProviderSession, DateTime SignedInAt, DateTime CheckedAt, byte[] HeldSealed);

    /// <summary>The value for the cookie: 256 random bits.</summary>
    public async Task<string> StartAsync(DemoService service, string subject, string? providerSession, HeldTokens held,
        CancellationToken ct)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        await ExecuteAsync(InsertSql, new
        {
            idHash = Hash(id), service = service.Key, subject, providerSession, now, expires = now.AddMinutes(settings.SessionMinutes),
            held = Seal(held),
        }, ct);
        return id;
    }

    public async Task<ServiceSession?> FindAsync(DemoService service, string id, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(FindSql, new { idHash = Hash(id), service = service.Key, now = clock.GetUtcNow() },
                cancellationToken: ct));
        return row is null ? null
            : new ServiceSession(row.IdHash, row.Service, row.Subject, row.ProviderSession, row.SignedInAt, row.CheckedAt,
                Open(row.HeldSealed));
    }

    public Task EndAsync(ServiceSession session, CancellationToken ct) =>
        ExecuteAsync(EndSql, new { idHash = session.IdHash, service = session.Service }, ct);

    /// <summary>Ends what a logout token names; returns how many sessions that were.</summary>
    public Task<int> EndNamedAsync(DemoService service, string? subject, string? providerSession, CancellationToken ct) =>
        ExecuteAsync(EndNamedSql, new { service = service.Key, subject, providerSession }, ct);

    /// <summary>False when this logout token was taken before.</summary>
    public async Task<bool> FirstSeenAsync(DemoService service, string tokenId, DateTimeOffset expires, CancellationToken ct) =>
        await ExecuteAsync(FirstSeenSql, new { service = service.Key, tokenId, expires, now = clock.GetUtcNow() }, ct) == 1;

    /// <summary>Null when another tab is at it, or has just been.</summary>
    public async Task<HeldTokens?> TakeForCheckAsync(ServiceSession session, TimeSpan atMost, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        var held = await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(TakeForCheckSql, new
        {
            idHash = session.IdHash, service = session.Service, checkedAt = session.CheckedAt, now, until = now + atMost,
        }, cancellationToken: ct));
        return held is null ? null : Open(held);
    }

    public Task KeepTokensAsync(ServiceSession session, HeldTokens held, CancellationToken ct) =>
        ExecuteAsync(KeepTokensSql, new { idHash = session.IdHash, service = session.Service, held = Seal(held) }, ct);

    /// <summary>The check is done; the next may begin when it is due.</summary>
    public Task KeepCheckedAsync(ServiceSession session, CancellationToken ct) => ExecuteAsync(KeepSql,
        new { idHash = session.IdHash, service = session.Service, held = Seal(session.Held), checkedAt = session.CheckedAt }, ct);

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: ct));
    }

    private static byte[] Hash(string id) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id));

    private byte[] Seal(HeldTokens held) => sealer.Seal(SealPurpose, JsonSerializer.SerializeToUtf8Bytes(held));

    private HeldTokens Open(byte[] sealedBytes) => JsonSerializer.Deserialize<HeldTokens>(sealer.Open(SealPurpose, sealedBytes))!;
}
