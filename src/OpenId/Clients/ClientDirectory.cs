using System.Collections.Frozen;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.OpenId.Doors;
using Dapper;
using Npgsql;

namespace Aupd.OpenId.Clients;

/// <summary>The clients of this provider: rows in the database, a copy in memory that <see cref="ClientWatch"/> renews when they
/// change.</summary>
internal sealed class ClientDirectory(NpgsqlDataSource source, ProviderIdentity provider, SiteAddresses addresses, AuditTrail audit,
    TimeProvider clock)
    : IClients
{
    /// <summary>Channel on which a change is told; the payload is the provider's name.</summary>
    public const string Channel = "aupd_openid_client";

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile FrozenDictionary<string, OpenIdClient>? _clients;

    private const string SaveSql = """
        insert into openid.client (provider, client_id, definition, source, changed_at, registered_at)
        values (@provider, @clientId, @definition::jsonb, @source, @now, @now)
        on conflict (provider, client_id) do update set definition = excluded.definition, source = excluded.source,
            changed_at = excluded.changed_at
         where (client.definition, client.source) is distinct from (excluded.definition, excluded.source)
        """;

    // First the codes: a redemption under way holds its row, so that RemoveSql sees the grant which it made. Whoever is registered under
    // the same name later inherits neither.
    private const string CodesSql = """
        update openid.authorization_code set spent_at = @now where provider = @provider and client_id = any(@clientIds) and spent_at is null
        """;

    private const string DevicesSql = """
        update openid.device_authorization set spent_at = @now where provider = @provider and client_id = any(@clientIds) and spent_at is null
        """;

    private const string RemoveSql = """
        with gone as (delete from openid.client where provider = @provider and client_id = any(@clientIds) returning client_id),
             ended as (update openid.client_grant g set revoked_at = @now from gone
                        where g.provider = @provider and g.client_id = gone.client_id and g.revoked_at is null),
             forgotten as (delete from openid.consent c using gone where c.provider = @provider and c.client_id = gone.client_id)
        select count(*) from gone
        """;

    public async ValueTask<OpenIdClient?> FindAsync(string? clientId, CancellationToken ct)
    {
        if (clientId is null) return null;
        var clients = _clients ?? await ReloadAsync(ct);
        return clients.GetValueOrDefault(clientId);
    }

    public async Task<IReadOnlyList<OpenIdClient>> AllAsync(CancellationToken ct) =>
        [.. (_clients ?? await ReloadAsync(ct)).Values.OrderBy(c => c.ClientId, StringComparer.Ordinal)];

    public async Task<RegisterClientOutcome> RegisterAsync(string json, CancellationToken ct)
    {
        var (client, faults) = ClientJson.Read(json, addresses);
        return client is null ? new RegisterClientOutcome.Refused(faults) : await RegisterAsync(client, ct);
    }

    public async Task<RegisterClientOutcome> RegisterAsync(OpenIdClient client, CancellationToken ct)
    {
        var faults = ClientRules.Check(client);
        if (faults.Count > 0) return new RegisterClientOutcome.Refused(faults);
        await SaveAsync([client], "door", ct);
        return new RegisterClientOutcome.Registered(client);
    }

    public async Task<bool> RemoveAsync(string clientId, CancellationToken ct)
    {
        if (clientId.Contains('\0')) return false;
        await using var connection = await source.OpenConnectionAsync(ct);
        var removed = await RemoveAsync(connection, [clientId], "system", ct) > 0;
        if (removed) await TellAsync(connection, ct);
        return removed;
    }

    /// <summary>Makes the rows that came from the file equal to the file; those that came by the door stay.</summary>
    public async Task ReplaceFileAsync(IReadOnlyList<OpenIdClient> clients, CancellationToken ct)
    {
        await SaveAsync(clients, "file", ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        var left = await connection.QueryAsync<string>(new CommandDefinition("""
            select client_id from openid.client where provider = @Name and source = 'file' and client_id <> all(@kept)
            """, new { provider.Name, kept = clients.Select(c => c.ClientId).ToArray() }, cancellationToken: ct));
        if (await RemoveAsync(connection, [.. left], "system", ct) > 0) await TellAsync(connection, ct);
    }

    public async Task<FrozenDictionary<string, OpenIdClient>> ReloadAsync(CancellationToken ct)
    {
        await _loading.WaitAsync(ct);
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            var rows = await connection.QueryAsync<(string Definition, DateTime? RegisteredAt)>(new CommandDefinition(
                "select definition::text, registered_at from openid.client where provider = @Name", new { provider.Name }, cancellationToken: ct));
            return _clients = rows.Select(r => ClientJson.ReadKept(r.Definition) with { RegisteredAt = r.RegisteredAt })
                .ToFrozenDictionary(c => c.ClientId, StringComparer.Ordinal);
        }
        finally { _loading.Release(); }
    }

    private async Task SaveAsync(IReadOnlyList<OpenIdClient> clients, string origin, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var changed = false;
        foreach (var client in clients)
        {
            var rows = await connection.ExecuteAsync(new CommandDefinition(SaveSql, new
            {
                provider = provider.Name, clientId = client.ClientId, definition = ClientJson.Write(client), source = origin,
                now = clock.GetUtcNow(),
            }, transaction, cancellationToken: ct));
            if (rows == 0) continue;
            changed = true;
            await audit.WriteAsync(connection,
                new AuditLine("openid.client-registered", "system", client.ClientId, Details: new { provider = provider.Name, origin }),
                    ct);
        }
        await transaction.CommitAsync(ct);
        if (changed) await TellAsync(connection, ct);
    }

    /// <summary>Within the caller's transaction, if there is one; the caller then tells the nodes.</summary>
    public async Task<int> RemoveAsync(NpgsqlConnection connection, string[] clientIds, string actor, CancellationToken ct)
    {
        if (clientIds.Length == 0) return 0;
        var values = new { provider = provider.Name, clientIds, now = clock.GetUtcNow() };
        await connection.ExecuteAsync(new CommandDefinition(CodesSql, values, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(DevicesSql, values, cancellationToken: ct));
        var removed = await connection.ExecuteScalarAsync<int>(new CommandDefinition(RemoveSql, values, cancellationToken: ct));
        if (removed == 0) return 0;
        foreach (var clientId in clientIds)
            await audit.WriteAsync(connection,
                new AuditLine("openid.client-removed", actor, clientId, Details: new { provider = provider.Name }), ct);
        return removed;
    }

    // The others hear of it at once; this node does not wait for its own echo.
    public async Task TellAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition("select pg_notify(@Channel, @Name)", new { Channel, provider.Name },
            cancellationToken: ct));
        await ReloadAsync(ct);
    }
}
