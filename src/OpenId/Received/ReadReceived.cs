using Aupd.OpenId.Clients;
using Aupd.OpenId.Consents;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Dapper;
using Npgsql;

namespace Aupd.OpenId.Received;

/// <summary>What is gathered, and what the grants kept say that has not been gathered yet.</summary>
internal sealed class ReadReceived(
    NpgsqlDataSource source, ClientDirectory clients, ScopeTexts texts, IClaimsSource site, ProviderIdentity provider) : IReceivedData
{
    private const string Sql = """
        select client_id, scopes, claims, first_at, last_at from openid.received where provider = @provider and subject = @subject
        union all
        select client_id, array_agg(distinct scope), '{}', min(granted_at), max(granted_at)
          from openid.client_grant cross join lateral unnest(scopes) scope where provider = @provider and subject = @subject group by client_id
        union all
        select client_id, '{}', array_agg(distinct claim), min(granted_at), max(granted_at) from openid.client_grant
          cross join lateral (select jsonb_object_keys(coalesce(claims -> 'userinfo', '{}')) as claim
                               union all select jsonb_object_keys(coalesce(claims -> 'id_token', '{}'))) asked
         where provider = @provider and subject = @subject and claims is not null group by client_id
        """;

    private sealed record Row
    {
        public string ClientId { get; init; } = "";
        public string[] Scopes { get; init; } = [];
        public string[] Claims { get; init; } = [];
        public DateTimeOffset FirstAt { get; init; }
        public DateTimeOffset LastAt { get; init; }
    }

    public async Task<IReadOnlyList<ReceivedByClient>> OfAsync(string subject, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(Sql, new { provider = provider.Name, subject }, cancellationToken: ct));
        var received = new List<ReceivedByClient>();
        foreach (var of in rows.GroupBy(r => r.ClientId, StringComparer.Ordinal))
            received.Add(Read(of.Key, await clients.FindAsync(of.Key, ct), [.. of]));
        return [.. received.OrderByDescending(r => r.LastAt)];
    }

    private ReceivedByClient Read(string clientId, OpenIdClient? client, IReadOnlyList<Row> rows)
    {
        var scopes = rows.SelectMany(r => r.Scopes).Distinct(StringComparer.Ordinal).ToList();
        // In the order in which the site tells its claims.
        var asked = rows.SelectMany(r => r.Claims).ToHashSet(StringComparer.Ordinal);
        var claims = site.ClaimsOfScopes.SelectMany(of => of.Value.Where(c => scopes.Contains(of.Key) || asked.Contains(c)))
            .Where(c => client is null || ClaimsFor.MayHave(client, c)).Distinct(StringComparer.Ordinal).ToList();
        return new ReceivedByClient(clientId, client, client is null ? [.. scopes.Select(s => texts[s])] : texts.Of(client, scopes), claims,
            rows.Min(r => r.FirstAt), rows.Max(r => r.LastAt));
    }
}
