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
    NpgsqlDataSource source, UseProof acting, RotateTogether together, IClaimsSource site, AccessTokens accessTokens, GrantHandles handles, IssueTokens tokens,
    RevokeGrant revoke, ProviderIdentity provider, OpenIdSettings settings, TimeProvider clock)
{
    // With RefreshGraceSeconds a client that repeats itself may hold a few tokens of one family; the oldest beyond these is forgotten.
    internal const int MostAtOnce = 8;

    // The update is both the check and the mark, so of racing requests one gets a row.
    private static string RotateSql(IClaimsSource site) => Compose(site, named: false, row: false);
    private static string RotateWithRowSql(IClaimsSource site) => Compose(site, named: false, row: true);
    private static string RotateWithClaimsSql(IClaimsSource site) => Compose(site, named: true, row: false);
    private static string RotateWithClaimsAndRowSql(IClaimsSource site) => Compose(site, named: true, row: true);

    private static readonly string AccessSql = $"""
        , access as (
            insert into openid.access_token (token_hash, provider, grant_id, grant_expires_at, scopes, audiences, issued_at, expires_at,
                dpop_jkt)
            select $15, provider, id, expires_at, coalesce($8::text[], scopes), {Resources.AudiencesSql("$11", "$17", "resources")}, $4, $16, $12::text
              from old
        )
        """;

    /// <param name="named">Single claims were asked for.</param>
    /// <param name="row">The access token needs one.</param>
    private static string Compose(IClaimsSource site, bool named, bool row) => $"""
        with old as (
            update openid.client_grant g set
                   refresh_hashes = case when $10 then (array[$9::bytea] || array_remove(refresh_hashes, $1))[1:{MostAtOnce}] else refresh_hashes end,
                   refresh_jkt = coalesce(refresh_jkt, $13::text),
                   refresh_spent_hash = case when $6 and $10 then $1 end,
                   refresh_spent_at = case when refresh_spent_hash = $1 then refresh_spent_at when $6 and $10 then $4 end
             where id = $14 and expires_at = $2 and provider = $3 and client_id = $5 and revoked_at is null and expires_at > $4
               and ($1 = any(refresh_hashes) or $6 and refresh_spent_hash = $1 and refresh_spent_at > $7)
               and ($8::text[] is null or scopes @> $8::text[]) and {Resources.CoversSql("$11", "resources")}
               and (refresh_jkt is null or refresh_jkt = $12::text)
            returning id, provider, client_id, subject, session_id, context, scopes, authenticated_at, methods, expires_at, offline, claims, resources
        ){(row ? AccessSql : "")}
        select id, expires_at, subject, session_id, context, scopes, authenticated_at, methods,
               {AskSite.Sql(site.StandingSql, "old", "$4")},
               claims::text, {(named ? AskSite.ForIdTokenSql(site, "old", "$4") : "null::text")}, resources
          from old
        """;

    private const string WhySql = """
        select client_id, $1 = any(refresh_hashes), revoked_at is null and expires_at > $4, $5::text[] is null or scopes @> $5::text[],
               refresh_jkt is null or coalesce(refresh_jkt = $6::text, false)
          from openid.client_grant
         where id = $7 and expires_at = $2 and provider = $3
        """;

    private readonly string _sql = RotateSql(site), _withRow = RotateWithRowSql(site), _withClaims = RotateWithClaimsSql(site),
        _withClaimsAndRow = RotateWithClaimsAndRowSql(site);

    public async Task<TokenOutcome> RunAsync(OpenIdClient client, RequestParameters form, DpopProof? proof, CancellationToken ct)
    {
        if (!client.Allows(GrantTypes.RefreshToken)) return Refuse(OAuthError.UnauthorizedClient("This client may not use refresh tokens."));
        if (form["refresh_token"] is not { } text) return Refuse(OAuthError.InvalidRequest("refresh_token is missing."));
        if (handles.TryRead(GrantHandleKind.RefreshToken, text) is not { } given) return Refuse(OAuthError.InvalidGrant("the refresh token is unknown"));
        var asked = form["scope"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        var (resources, targetError) = Resources.Read(form, client, provider.Issuer, one: client.AccessTokenFormat == "jwt");
        if (targetError is not null) return Refuse(targetError);
        var now = clock.GetUtcNow();
        var access = accessTokens.OfGrant(client, now, proof, differs: asked is not null || resources is not null || given.Marks.HasFlag(Marks.NamesResources));
        if (given.ExpiresAt <= now) return Refuse(await WhyAsync(given, client, asked, access.Jkt, now, ct));
        var next = client.IsFapi2 ? null : GrantHandles.New(GrantHandleKind.RefreshToken, now, TimeSpan.FromDays(settings.RefreshTokenIdleDays), given.Marks);
        var isPlain = proof is null && asked is null && resources is null && access.Hash is null && !given.Marks.HasFlag(Marks.NamesClaims);
        var granted = isPlain && next is not null ? await together.RunAsync(new PlainRefresh(client, given, next), ct) : null;
        if (granted is null)
        {
            (granted, var used) = await acting.ReadAsync(proof, Command(given, client, asked, resources, access, next, now), reader => ReadAsync(reader, client, ct), ct);
            if (used is not null) return Refuse(used);
        }
        if (granted is null) return Refuse(await WhyAsync(given, client, asked, access.Jkt, now, ct));
        // The old token is spent: whether the client still listens no longer matters.
        return await tokens.RunAsync(granted, asked ?? granted.Scopes, access, resources, next, CancellationToken.None);
    }

    private NpgsqlBatchCommand Command(GrantHandle given, OpenIdClient client, string[]? asked, string[]? resources, NewAccessToken access,
        NewGrantHandle? next, DateTimeOffset now)
    {
        var named = given.Marks.HasFlag(Marks.NamesClaims);
        var command = new NpgsqlBatchCommand(access.Hash is null ? named ? _withClaims : _sql : named ? _withClaimsAndRow : _withRow)
            .Add(given.Hash).Add(given.Grant.ExpiresAt).Add(provider.Name).Add(now).Add(client.ClientId)
            .Add(settings.RefreshGraceSeconds > 0).Add(now - TimeSpan.FromSeconds(settings.RefreshGraceSeconds))
            .AddTexts(asked).AddBytes(next?.Hash).Add(next is not null).AddTexts(resources)
            .AddText(access.Jkt).AddText(client.IsPublic ? access.Jkt : null).Add(given.Grant.Id);
        return access.Hash is null ? command : command.Add(access.Hash).Add(access.ExpiresAt).Add(Resources.Registered(client, provider.Issuer));
    }

    private static async Task<Granted?> ReadAsync(NpgsqlDataReader reader, OpenIdClient client, CancellationToken ct) =>
        await reader.ReadAsync(ct) ? Granted.Read(reader, client) : null;

    private async Task<OAuthError> WhyAsync(GrantHandle given, OpenIdClient client, string[]? asked, string? jkt, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = source.CreateCommand(WhySql);
        command.Add(given.Hash).Add(given.Grant.ExpiresAt).Add(provider.Name).Add(now).AddTexts(asked).AddText(jkt).Add(given.Grant.Id);
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            if (!await reader.ReadAsync(ct)) return OAuthError.InvalidGrant("the refresh token's grant is over");
            if (reader.GetString(0) != client.ClientId)
                return OAuthError.InvalidGrant($"the refresh token belongs to client {reader.GetString(0)}");
            if (!reader.GetBoolean(2)) return OAuthError.InvalidGrant("the grant is revoked or over");
            if (reader.GetBoolean(1))
                return !reader.GetBoolean(4) ? OAuthError.InvalidGrant("the refresh token is bound to another key")
                    : given.ExpiresAt <= now ? OAuthError.InvalidGrant("the refresh token has expired")
                    : !reader.GetBoolean(3) ? OAuthError.InvalidScope("scope goes beyond what was granted.")
                    : OAuthError.InvalidTarget("resource goes beyond what was granted.");
        }
        await revoke.ForReuseAsync(given.Grant.Id, given.Grant.ExpiresAt, "refresh-token", ct);
        return OAuthError.InvalidGrant("the refresh token was spent before; its family is revoked");
    }

    private static TokenOutcome.Refused Refuse(OAuthError error) => new(error);
}
