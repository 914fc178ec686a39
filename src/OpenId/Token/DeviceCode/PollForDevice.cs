using Aupd.OpenId.Consents;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.DeviceCode;

/// <summary>grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 §3.4): a device asks whether a person has let it in, until one
/// has.</summary>
internal sealed class PollForDevice(
    NpgsqlDataSource source, UseProof acting, IClaimsSource site, AccessTokens accessTokens, IssueTokens tokens, RevokeGrant revoke, ProviderIdentity provider,
    OpenIdSettings settings, TimeProvider clock)
{
    // One statement counts the question and, once a person has said yes, spends the code and makes the grant with its tokens: of thirty
    // racing requests one gets a row. Another client's question changes nothing. Whoever asks too soon waits 5 s longer from then on (§3.5).
    private static string PollSql(IClaimsSource site) => $"""
        with polled as (
            update openid.device_authorization set polled_at = $4,
                polled_early = allowed is null and coalesce($4 < polled_at + make_interval(secs => poll_seconds), false),
                poll_seconds = poll_seconds
                    + case when allowed is null and $4 < polled_at + make_interval(secs => poll_seconds) then 5 else 0 end,
                spent_at = case when allowed and expires_at > $4 then $4::timestamptz end
             where device_code_hash = $1 and expires_at = $2 and provider = $3 and client_id = $5 and spent_at is null
            returning *, 'offline_access' = any(scopes) as offline, least($6, date_trunc('second', grant_until)) as grant_expires_at,
                {ConsentStore.Stands("device_authorization")} as consented
        ), good as (
            select * from polled where spent_at is not null and consented
        ), granted as (
            insert into openid.client_grant (id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at,
                methods, granted_at, expires_at, refresh_hashes, refresh_jkt)
            select grant_id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at, methods,
                $4, grant_expires_at, array_remove(array[$9::bytea], null), $10::text from good
        ), access as (
            insert into openid.access_token (token_hash, provider, grant_id, grant_expires_at, scopes, audiences, issued_at, expires_at,
                dpop_jkt)
            select $7, provider, grant_id, grant_expires_at, scopes, $11::text[], $4, $8, $12::text from good where $7::bytea is not null
        )
        select spent_at is not null, expires_at > $4, allowed, polled_early, poll_seconds, grant_id, grant_expires_at, subject, session_id,
               context, scopes, authenticated_at, methods,
               case when spent_at is not null then {AskSite.Sql(site.StandingSql, "polled", "$4")} end, consented
          from polled
        """;

    private const string SpentSql = """
        select grant_id from openid.device_authorization
         where device_code_hash = $1 and expires_at = $2 and provider = $3 and client_id = $4 and spent_at is not null
        """;

    private readonly string _sql = PollSql(site);

    public async Task<TokenOutcome> RunAsync(OpenIdClient client, RequestParameters form, DpopProof? proof, CancellationToken ct)
    {
        if (!client.Allows(GrantTypes.DeviceCode)) return Refuse(OAuthError.UnauthorizedClient("This client signs in no devices."));
        if (form["device_code"] is not { } code) return Refuse(OAuthError.InvalidRequest("device_code is missing."));
        if (Handle.TryParse(code) is not { } handle) return Refuse(OAuthError.InvalidGrant("the device code is not of our form"));
        var (resources, targetError) = Resources.Read(form, client, provider.Issuer, one: client.AccessTokenFormat == "jwt");
        if (targetError is not null) return Refuse(targetError);
        var now = clock.GetUtcNow();
        var access = accessTokens.OfGrant(client, now, proof, differs: resources is not null);
        var refresh = client.Allows(GrantTypes.RefreshToken) ? GrantHandles.New(GrantHandleKind.RefreshToken, now, TimeSpan.FromDays(settings.RefreshTokenIdleDays)) : null;
        var longest = DateTimeOffset.FromUnixTimeSeconds((now + TimeSpan.FromDays(settings.GrantLifetimeDays)).ToUnixTimeSeconds());
        var command = new NpgsqlBatchCommand(_sql).Add(handle.Hash).Add(handle.ExpiresAt).Add(provider.Name).Add(now).Add(client.ClientId).Add(longest).AddBytes(access.Hash)
            .Add(access.ExpiresAt).AddBytes(refresh?.Hash).AddText(client.IsPublic ? access.Jkt : null).AddTexts(resources).AddText(access.Jkt);
        var ((granted, error), used) = await acting.ReadAsync(proof, command, reader => ReadAsync(reader, client, ct), ct);
        if ((used ?? error) is { } fault) return Refuse(fault);
        if (granted is null) return await RefuseReuseAsync(handle, client, ct);
        // The code is spent: whether the device still listens no longer matters.
        return await tokens.RunAsync(granted, granted.Scopes, access, resources, refresh, CancellationToken.None);
    }

    private static async Task<(Granted?, OAuthError?)> ReadAsync(NpgsqlDataReader reader, OpenIdClient client, CancellationToken ct)
    {
        if (!await reader.ReadAsync(ct)) return (null, null);
        var (spent, inTime, early) = (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(3));
        if (!inTime) return (null, OAuthError.ExpiredToken());
        if (!spent && !reader.IsDBNull(2)) return (null, OAuthError.DeviceRefused());
        if (!spent) return (null, early ? OAuthError.SlowDown(reader.GetInt32(4)) : OAuthError.AuthorizationPending());
        if (!reader.GetBoolean(14)) return (null, OAuthError.InvalidGrant("the person took the consent back"));
        return (new Granted(client, reader.GetGuid(5), reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7), reader.GetString(8),
            reader.TextOrNull(9), reader.GetFieldValue<string[]>(10), reader.GetFieldValue<DateTimeOffset>(11),
            reader.GetFieldValue<string[]>(12)) { Standing = reader.TextOrNull(13) }, null);
    }

    // As with an authorization code (RFC 6749 §4.1.2): a code that comes twice has been seen by two; what the first one got is taken back.
    private async Task<TokenOutcome> RefuseReuseAsync(Handle code, OpenIdClient client, CancellationToken ct)
    {
        await using var command = source.CreateCommand(SpentSql);
        command.Add(code.Hash).Add(code.ExpiresAt).Add(provider.Name).Add(client.ClientId);
        if (await command.ExecuteScalarAsync(ct) is not Guid grantId)
            return Refuse(OAuthError.InvalidGrant("the device code is unknown, or another client's"));
        await revoke.ForReuseAsync(grantId, null, "device-code", ct);
        return Refuse(OAuthError.InvalidGrant("the device code was spent before; what was issued for it is revoked"));
    }

    private static TokenOutcome.Refused Refuse(OAuthError error) => new(error);
}
