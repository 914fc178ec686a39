using Aupd.Kernel.Audit;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Dapper;
using Npgsql;

namespace Aupd.OpenId.Consents;

/// <summary>What people have allowed third parties, scope by scope; with its lines in the audit trail.</summary>
internal sealed class ConsentStore(NpgsqlDataSource source, AuditTrail audit, ProviderIdentity provider, TimeProvider clock)
{
    private const string UntilSql = """
        select min(expires_at) from openid.consent
         where provider = $1 and subject = $2 and client_id = $3 and owner = $4 and scope = any($5) and expires_at > $6
            and ($7::timestamptz is null or given_at >= $7)
        having count(*) = cardinality($5)
        """;

    private const string GiveSql = """
        insert into openid.consent (provider, subject, client_id, scope, owner, given_at, expires_at)
        select @provider, @subject, @clientId, scope, @owner, @now, @until from unnest(@scopes::text[]) scope
        on conflict (provider, subject, client_id, scope) do update
            set owner = excluded.owner, given_at = excluded.given_at, expires_at = excluded.expires_at
        """;

    /// <summary>Whether what a code was given for still stands. The lock makes a consent that is being taken back wait for the grant, which it
    /// then ends, or the grant wait for it, which is then not made.</summary>
    /// <param name="row">Name of a table with the columns needs_consent, provider, subject and client_id.</param>
    public static string Stands(string row) => $"""
        (not {row}.needs_consent or exists (
            select 1 from openid.consent c where c.provider = {row}.provider and c.subject = {row}.subject and c.client_id = {row}.client_id
                and c.scope = 'openid' for key share))
        """;

    /// <summary>Until when this person allows the client all of these scopes; null: must be asked.</summary>
    /// <param name="givenAfter">Older ones do not count; null: all do.</param>
    public async Task<DateTimeOffset?> UntilAsync(string subject, OpenIdClient client, IReadOnlyCollection<string> scopes,
        DateTimeOffset? givenAfter, CancellationToken ct)
    {
        await using var command = source.CreateCommand(UntilSql);
        command.Add(provider.Name).Add(subject).Add(client.ClientId).AddText(client.Owner).Add(scopes.ToArray()).Add(clock.GetUtcNow())
            .AddTime(givenAfter);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    /// <summary>Writes a consent down; returns until when it is good.</summary>
    public async Task<DateTimeOffset> GiveAsync(string subject, OpenIdClient client, IReadOnlyCollection<string> scopes, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var until = now + TimeSpan.FromDays(client.ConsentDays);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(GiveSql, new
        {
            provider = provider.Name, subject, clientId = client.ClientId, owner = client.Owner, scopes = scopes.ToArray(), now, until,
        }, transaction, cancellationToken: ct));
        await audit.WriteAsync(connection, Line("openid.consent-given", subject, client, scopes), ct);
        await transaction.CommitAsync(ct);
        return until;
    }

    public Task RefusedAsync(string subject, OpenIdClient client, IReadOnlyCollection<string> scopes, CancellationToken ct) =>
        audit.WriteAsync(Line("openid.consent-refused", subject, client, scopes), ct);

    private AuditLine Line(string act, string subject, OpenIdClient client, IReadOnlyCollection<string> scopes) =>
        new(act, subject, client.ClientId, Details: new { provider = provider.Name, scopes = string.Join(' ', scopes) });
}
