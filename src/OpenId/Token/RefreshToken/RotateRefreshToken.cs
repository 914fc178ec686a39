using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.RefreshToken;

/// <summary>grant_type=refresh_token: every use spends the token and gives the next one of its family; a spent one that comes again ends
/// the family (RFC 9700 §4.14.2). A client of FAPI keeps its token, which is of no use without the client's keys (FAPI 2.0 Security Profile
/// §5.3.2.1).</summary>
internal sealed class RotateRefreshToken(
    NpgsqlDataSource source, UseProof acting, IClaimsSource site, AccessTokens accessTokens, IssueTokens tokens, RevokeGrant revoke, ProviderIdentity provider,
    OpenIdSettings settings, TimeProvider clock)
{
    // The update is both the check and the mark, so of racing requests one gets a row.
    private static string RotateSql(IClaimsSource site) => Compose(site, "null::text");
    private static string RotateWithClaimsSql(IClaimsSource site) => Compose(site, AskSite.ForIdTokenSql(site, "old", "$4"));

    private static string Compose(IClaimsSource site, string holder) => $"""
        with old as (
            update openid.refresh_token t set spent_at = case when $15 then coalesce(t.spent_at, $4) end
              from openid.client_grant g
             where t.token_hash = $1 and t.expires_at = $2 and t.provider = $3 and t.expires_at > $4 and t.client_id = $5
               and (t.spent_at is null or $6 and t.spent_at > $7)
               and g.id = t.grant_id and g.expires_at = t.grant_expires_at and g.revoked_at is null and g.expires_at > $4
               and ($8::text[] is null or g.scopes @> $8::text[]) and {Resources.CoversSql("$13", "g.resources")}
               and (t.dpop_jkt is null or t.dpop_jkt = $16::text)
            returning g.id, g.provider, g.client_id, g.subject, g.session_id, g.context, g.scopes, g.authenticated_at, g.methods,
                g.expires_at, g.offline, g.claims, g.resources, t.dpop_jkt
        ), access as (
            insert into openid.access_token (token_hash, provider, grant_id, grant_expires_at, scopes, audiences, issued_at, expires_at,
                dpop_jkt)
            select $9, provider, id, expires_at, coalesce($8::text[], scopes), {Resources.AudiencesSql("$13", "$14", "resources")}, $4, $10, $16::text
              from old where $9::bytea is not null
        ), refresh as (
            insert into openid.refresh_token (token_hash, provider, client_id, grant_id, grant_expires_at, issued_at, expires_at,
                dpop_jkt)
            select $11, provider, client_id, id, expires_at, $4, $12, coalesce(dpop_jkt, $17::text) from old where $15
        )
        select id, expires_at, subject, session_id, context, scopes, authenticated_at, methods,
               {AskSite.Sql(site.StandingSql, "old", "$4")},
               claims::text, {holder}, resources
          from old
        """;

    private const string WhySql = """
        select t.client_id, t.expires_at, t.spent_at is not null, t.grant_id, t.grant_expires_at, g.revoked_at is null and g.expires_at > $4,
               $5::text[] is null or g.scopes @> $5::text[], t.dpop_jkt is null or coalesce(t.dpop_jkt = $6::text, false)
          from openid.refresh_token t left join openid.client_grant g on g.id = t.grant_id and g.expires_at = t.grant_expires_at
         where t.token_hash = $1 and t.expires_at = $2 and t.provider = $3
        """;

    private readonly string _sql = RotateSql(site), _withClaims = RotateWithClaimsSql(site);

    public async Task<TokenOutcome> RunAsync(OpenIdClient client, RequestParameters form, DpopProof? proof, CancellationToken ct)
    {
        if (!client.Allows(GrantTypes.RefreshToken)) return Refuse(OAuthError.UnauthorizedClient("This client may not use refresh tokens."));
        if (form["refresh_token"] is not { } text) return Refuse(OAuthError.InvalidRequest("refresh_token is missing."));
        if (Handle.TryParse(text) is not { } handle) return Refuse(OAuthError.InvalidGrant("the refresh token is not of our form"));
        var asked = form["scope"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        var (resources, targetError) = Resources.Read(form, client, provider.Issuer, one: client.AccessTokenFormat == "jwt");
        if (targetError is not null) return Refuse(targetError);
        var now = clock.GetUtcNow();
        var access = accessTokens.New(client, now) with { Jkt = proof?.Thumbprint };
        var refresh = Handle.New(now, TimeSpan.FromDays(settings.RefreshTokenIdleDays), handle.NamesClaims);
        var rotates = !client.IsFapi2;
        var command = new NpgsqlBatchCommand(handle.NamesClaims ? _withClaims : _sql).Add(handle.Hash).Add(handle.ExpiresAt).Add(provider.Name).Add(now).Add(client.ClientId)
            .Add(settings.RefreshGraceSeconds > 0).Add(now - TimeSpan.FromSeconds(settings.RefreshGraceSeconds))
            .AddTexts(asked).AddBytes(access.Hash).Add(access.ExpiresAt).Add(refresh.Hash).Add(refresh.ExpiresAt)
            .AddTexts(resources).Add(Resources.Registered(client, provider.Issuer)).Add(rotates)
            .AddText(access.Jkt).AddText(client.IsPublic ? access.Jkt : null);
        var (granted, used) = await acting.ReadAsync(proof, command, reader => ReadAsync(reader, client, ct), ct);
        if (used is not null) return Refuse(used);
        if (granted is null) return Refuse(await WhyAsync(handle, client, asked, access.Jkt, now, ct));
        // The old token is spent: whether the client still listens no longer matters.
        return await tokens.RunAsync(granted, asked ?? granted.Scopes, access, resources, rotates ? refresh : null, CancellationToken.None);
    }

    private static async Task<Granted?> ReadAsync(NpgsqlDataReader reader, OpenIdClient client, CancellationToken ct) =>
        await reader.ReadAsync(ct)
            ? new Granted(client, reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3),
                reader.TextOrNull(4),
                reader.GetFieldValue<string[]>(5), reader.GetFieldValue<DateTimeOffset>(6), reader.GetFieldValue<string[]>(7)) 
            {
                Standing = reader.TextOrNull(8), Claims = reader.TextOrNull(9), Holder = reader.TextOrNull(10), Resources = reader.ArrayOrNull(11),
            }
            : null;

    private async Task<OAuthError> WhyAsync(Handle token, OpenIdClient client, string[]? asked, string? jkt, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = source.CreateCommand(WhySql);
        command.Add(token.Hash).Add(token.ExpiresAt).Add(provider.Name).Add(now).AddTexts(asked).AddText(jkt);
        (Guid Id, DateTimeOffset ExpiresAt) grant;
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            if (!await reader.ReadAsync(ct)) return OAuthError.InvalidGrant("the refresh token is unknown");
            if (reader.GetString(0) != client.ClientId)
                return OAuthError.InvalidGrant($"the refresh token belongs to client {reader.GetString(0)}");
            var (expired, spent, grantLives) = (reader.GetFieldValue<DateTimeOffset>(1) <= now, reader.GetBoolean(2), !reader.IsDBNull(5)
                && reader.GetBoolean(5));
            if (!grantLives) return OAuthError.InvalidGrant("the grant is revoked or over");
            if (!spent && !reader.GetBoolean(7)) return OAuthError.InvalidGrant("the refresh token is bound to another key");
            if (!spent)
                return expired ? OAuthError.InvalidGrant("the refresh token has expired")
                    : !reader.GetBoolean(6) ? OAuthError.InvalidScope("scope goes beyond what was granted.")
                    : OAuthError.InvalidTarget("resource goes beyond what was granted.");
            grant = (reader.GetGuid(3), reader.GetFieldValue<DateTimeOffset>(4));
        }
        await revoke.ForReuseAsync(grant.Id, grant.ExpiresAt, "refresh-token", ct);
        return OAuthError.InvalidGrant("the refresh token was spent before; its family is revoked");
    }

    private static TokenOutcome.Refused Refuse(OAuthError error) => new(error);
}
