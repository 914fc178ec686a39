using System.Text.Json;
using Aupd.Kernel.Secrets;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Push;

/// <summary>Which pushed request an authorization request came from, so that it gives one code and no more.</summary>
internal sealed record PushedReference(byte[] Id, DateTimeOffset ExpiresAt);

internal abstract record FindPushedOutcome
{
    private FindPushedOutcome() { }
    internal sealed record Found(RequestParameters Parameters, PushedReference Reference) : FindPushedOutcome;
    internal sealed record Refused(OAuthError Error) : FindPushedOutcome;
}

/// <summary>Keeps pushed requests in the database, sealed, for any node. A reference may be opened again until a code was given for it,
/// since people reload pages; it is spent together with the code, see <see cref="Authorize.IssueCode"/>.</summary>
internal sealed class PushedRequests(NpgsqlDataSource source, Sealer sealer, ProviderIdentity provider, OpenIdSettings settings,
    TimeProvider clock)
{
    /// <summary>RFC 9126 §2.2 suggests this form.</summary>
    public const string Prefix = "urn:ietf:params:oauth:request_uri:";
    private const string SealPurpose = "openid.request.pushed";

    private const string InsertSql = """
        insert into openid.pushed_request (id, provider, client_id, parameters_sealed, expires_at) values ($1, $2, $3, $4, $5)
        """;

    private const string ReadSql = """
        select client_id, parameters_sealed, spent_at is not null from openid.pushed_request
         where id = $1 and expires_at = $2 and provider = $3
        """;

    /// <summary>Returns the request_uri.</summary>
    public async Task<string> KeepAsync(OpenIdClient client, RequestParameters parameters, CancellationToken ct)
    {
        var id = Handle.New(clock.GetUtcNow(), TimeSpan.FromSeconds(settings.PushedRequestLifetimeSeconds));
        await using var command = source.CreateCommand(InsertSql);
        command.Add(id.Hash).Add(provider.Name).Add(client.ClientId)
            .Add(sealer.Seal(SealPurpose, JsonSerializer.SerializeToUtf8Bytes(parameters.All))).Add(id.ExpiresAt);
        await command.ExecuteNonQueryAsync(ct);
        return Prefix + id.Text;
    }

    /// <param name="requestUri">One with <see cref="Prefix"/>.</param>
    public async Task<FindPushedOutcome> FindAsync(string requestUri, string clientId, CancellationToken ct)
    {
        if (Handle.TryParse(requestUri[Prefix.Length..]) is not { } id) return Refuse("not of our form");
        if (id.ExpiresAt <= clock.GetUtcNow()) return Refuse("expired");
        await using var command = source.CreateCommand(ReadSql);
        command.Add(id.Hash).Add(id.ExpiresAt).Add(provider.Name);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return Refuse("unknown");
        if (reader.GetString(0) != clientId) return Refuse($"pushed by client {reader.GetString(0)}, brought by {clientId}");
        if (reader.GetBoolean(2)) return Refuse("a code was given for it before");
        var plain = sealer.Open(SealPurpose, reader.GetFieldValue<byte[]>(1));
        var parameters = RequestParameters.Of(JsonSerializer.Deserialize<Dictionary<string, string>>(plain)!);
        return new FindPushedOutcome.Found(parameters, new PushedReference(id.Hash, id.ExpiresAt));
    }

    private static FindPushedOutcome.Refused Refuse(string detail) => new(OAuthError.InvalidRequestUri(detail));
}
