using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.Revocation;

/// <summary><c>POST /connect/revoke</c> (RFC 7009): a client gives a token back. A refresh token takes its whole grant along. Whatever is
/// not a living token of this client is answered the same, and nothing happens. One round trip.</summary>
internal sealed partial class RevocationEndpoint(
    NpgsqlDataSource source, AuthenticateClient authenticate, AccessTokens tokens, GrantHandles handles, ProviderIdentity provider, TimeProvider clock,
    ILogger<RevocationEndpoint> log)
{
    public const string Path = "/connect/revoke";

    // A token says itself what it is, so token_type_hint is not needed (§2.1).
    private const string OpaqueSql = """
        update openid.access_token t set revoked_at = $4
         where t.token_hash = $1 and t.expires_at = $2 and t.provider = $3 and t.revoked_at is null
           and case when t.client_id is not null then t.client_id = $5 else exists (
               select from openid.client_grant g where g.id = t.grant_id and g.expires_at = t.grant_expires_at and g.client_id = $5) end
        """;

    // A spent one will do: it was given to this client, who wants no more of it.
    private const string RefreshSql = """
        update openid.client_grant set revoked_at = $4
         where id = $1 and expires_at = $2 and provider = $3 and client_id = $5 and revoked_at is null
        """;

    // An opaque token of a grant has no row until it is revoked; a JWT neither.
    private const string OfGrantSql = """
        insert into openid.access_token (token_hash, provider, client_id, scopes, expires_at, revoked_at)
        select $1::bytea, $2::text, $3::text, '{}', $4::timestamptz, $5::timestamptz from openid.client_grant
         where id = $6 and expires_at = $7 and provider = $2 and client_id = $3 and $4::timestamptz > $5::timestamptz
            on conflict do nothing
        """;

    private const string JwtSql = """
        insert into openid.access_token (token_hash, provider, client_id, scopes, expires_at, revoked_at)
        values ($1, $2, $3, '{}', $4, $5) on conflict do nothing
        """;

    public async Task PostAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var form = await RequestParameters.FromFormAsync(http.Request, ct);
        if (form.Fault is { } fault) { await RefuseAsync(http, null, fault); return; }
        switch (await authenticate.RunAsync(http, form, ct))
        {
            case AuthenticateClientOutcome.Refused refused: await RefuseAsync(http, null, refused.Error); return;
            case AuthenticateClientOutcome.Authenticated { Client: var client }:
                if (form["token"] is not { } token) { await RefuseAsync(http, client, OAuthError.InvalidRequest("token is missing.")); return; }
                // Once it is asked, it is done, whether the client still listens or not.
                await RevokeAsync(client, token);
                Answers.NotKept(http);
                return;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task RevokeAsync(OpenIdClient client, string token)
    {
        var now = clock.GetUtcNow();
        if (handles.TryRead(GrantHandleKind.RefreshToken, token) is { } given)
        {
            await using var command = source.CreateCommand(RefreshSql);
            command.Add(given.Grant.Id).Add(given.Grant.ExpiresAt).Add(provider.Name).Add(now).Add(client.ClientId);
            Revoked(log, provider.Name, client.ClientId, 0, await command.ExecuteNonQueryAsync());
            return;
        }
        if (handles.TryRead(GrantHandleKind.AccessToken, token) is { } ofGrant)
        {
            await using var command = source.CreateCommand(OfGrantSql);
            command.Add(ofGrant.Hash).Add(provider.Name).Add(client.ClientId).Add(ofGrant.ExpiresAt).Add(now).Add(ofGrant.Grant.Id).Add(ofGrant.Grant.ExpiresAt);
            Revoked(log, provider.Name, client.ClientId, await command.ExecuteNonQueryAsync(), 0);
            return;
        }
        if (Handle.TryParse(token) is { } handle)
        {
            await using var command = source.CreateCommand(OpaqueSql);
            command.Add(handle.Hash).Add(handle.ExpiresAt).Add(provider.Name).Add(now).Add(client.ClientId);
            Revoked(log, provider.Name, client.ClientId, await command.ExecuteNonQueryAsync(), 0);
            return;
        }
        if (!token.Contains('.') || await tokens.ReadJwtAsync(token, now, CancellationToken.None) is not { } claims) return;
        if (claims.Text("client_id") != client.ClientId) return;
        await using var mark = source.CreateCommand(JwtSql);
        mark.Add(AccessTokens.HashOf(claims.Id!)).Add(provider.Name).Add(client.ClientId).Add(claims.ExpiresAt!.Value).Add(now);
        Revoked(log, provider.Name, client.ClientId, await mark.ExecuteNonQueryAsync(), 0);
    }

    private Task RefuseAsync(HttpContext http, OpenIdClient? client, OAuthError error)
    {
        Refused(log, provider.Name, client?.ClientId ?? "(unauthenticated)", error.Code, error.Detail);
        return Answers.ClientErrorAsync(http, error, provider.Issuer);
    }

    [LoggerMessage(EventId = 2304, Level = LogLevel.Information,
        Message = "{Provider}: {ClientId} gave back {AccessTokens} access tokens and {Grants} grants")]
    private static partial void Revoked(ILogger logger, string provider, string clientId, int accessTokens, int grants);

    [LoggerMessage(EventId = 2305, Level = LogLevel.Information,
        Message = "{Provider}: revocation request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
