using Aupd.Kernel.Audit;
using Aupd.Kernel.Facts;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Logout;
using Dapper;
using Npgsql;

namespace Aupd.OpenId.Consents;

/// <summary>A person's own consents: to see, and to take back.</summary>
internal sealed class OwnConsents(
    NpgsqlDataSource source, ClientDirectory clients, ScopeTexts texts, FactLog facts, AuditTrail audit, ProviderIdentity provider,
    TimeProvider clock) : IConsents
{
    private const string ListSql = """
        select client_id, array_agg(scope) as scopes, max(given_at) as given_at, max(expires_at) as expires_at
          from openid.consent where provider = @provider and subject = @subject and expires_at > @now
         group by client_id order by max(given_at) desc
        """;

    // In this order: a redemption holds its code, then the consent; see ConsentStore.Stands. The last statement sees the grants that both let
    // through.
    private const string CodesSql = """
        update openid.authorization_code set spent_at = @now
         where provider = @provider and subject = @subject and client_id = @clientId and needs_consent and spent_at is null
        """;

    private const string DevicesSql = """
        update openid.device_authorization set spent_at = @now
         where provider = @provider and subject = @subject and client_id = @clientId and needs_consent and spent_at is null
        """;

    private const string ConsentSql = "delete from openid.consent where provider = @provider and subject = @subject and client_id = @clientId";

    private const string GrantsSql = """
        update openid.client_grant set revoked_at = @now, session_ended_at = coalesce(session_ended_at, @now)
         where provider = @provider and subject = @subject and client_id = @clientId and revoked_at is null and expires_at > @now
        returning session_id
        """;

    private sealed record Row
    {
        public string ClientId { get; init; } = "";
        public string[] Scopes { get; init; } = [];
        public DateTimeOffset GivenAt { get; init; }
        public DateTimeOffset ExpiresAt { get; init; }
    }

    public async Task<IReadOnlyList<Consent>> OfAsync(string subject, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(ListSql,
            new { provider = provider.Name, subject, now = clock.GetUtcNow() }, cancellationToken: ct));
        var consents = new List<Consent>();
        foreach (var row in rows)
            if (await clients.FindAsync(row.ClientId, ct) is { } client)
                consents.Add(new Consent(client, texts.Of(client, row.Scopes), row.GivenAt, row.ExpiresAt));
        return consents;
    }

    public async Task<bool> RevokeAsync(string subject, string clientId, CancellationToken ct)
    {
        var values = new { provider = provider.Name, subject, clientId, now = clock.GetUtcNow() };
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        CommandDefinition With(string sql) => new(sql, values, transaction, cancellationToken: ct);
        await connection.ExecuteAsync(With(CodesSql));
        await connection.ExecuteAsync(With(DevicesSql));
        if (await connection.ExecuteAsync(With(ConsentSql)) == 0) return false;
        var sessions = (await connection.QueryAsync<string>(With(GrantsSql))).Distinct().ToList();
        if (await clients.FindAsync(clientId, ct) is { BackchannelLogoutUri: not null })
            foreach (var session in sessions)
                await facts.AddAsync(connection, new Fact(SendLogoutToken.TopicName, $"{clientId}/{session}",
                    new SessionEnded(clientId, subject, session)), ct);
        await audit.WriteAsync(connection, new AuditLine("openid.consent-revoked", subject, clientId,
            Details: new { provider = provider.Name, grants = sessions.Count }), ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
