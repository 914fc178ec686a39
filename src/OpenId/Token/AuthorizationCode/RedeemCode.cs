using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aupd.Kernel.Data;
using Aupd.OpenId.Consents;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.AuthorizationCode;

/// <summary>grant_type=authorization_code.</summary>
internal sealed partial class RedeemCode(
    NpgsqlDataSource source, UseProof acting, RedeemTogether together, IClaimsSource site, AccessTokens accessTokens, IssueTokens tokens, RevokeGrant revoke,
    ProviderIdentity provider, OpenIdSettings settings, TimeProvider clock)
{
    // One statement spends the code and makes the grant with its tokens: of thirty racing requests one gets a row. The code is spent by
    // whoever brings it, also with a wrong verifier, URI or client: a code that went astray must not be guessed at (RFC 9700 §4.5.2).
    private static string RedeemSql(IClaimsSource site) => Compose(site, named: false, row: false);
    private static string RedeemWithRowSql(IClaimsSource site) => Compose(site, named: false, row: true);
    private static string RedeemWithClaimsSql(IClaimsSource site) => Compose(site, named: true, row: false);
    private static string RedeemWithClaimsAndRowSql(IClaimsSource site) => Compose(site, named: true, row: true);

    private static readonly string AccessSql = $"""
        , access as (
            insert into openid.access_token (token_hash, provider, grant_id, grant_expires_at, scopes, audiences, issued_at, expires_at,
                dpop_jkt)
            select $13, provider, grant_id, grant_expires_at, scopes, {Resources.AudiencesSql("$10", "$15", "resources")}, $4, $14, $11::text
              from good
        )
        """;

    /// <summary>Said so that no index of unspent codes fits (<see cref="HotPath"/>).</summary>
    internal static string Unspent(string code) => $"coalesce({code}.spent_at, 'infinity') = 'infinity'";

    /// <param name="named">Single claims were asked for.</param>
    /// <param name="row">The access token needs one.</param>
    private static string Compose(IClaimsSource site, bool named, bool row) => $"""
        with code as (
            update openid.authorization_code set spent_at = $4
             where code_hash = $1 and expires_at = $2 and provider = $3 and {Unspent("authorization_code")}
            returning *, 'offline_access' = any(scopes) as offline, least($8, date_trunc('second', grant_until)) as grant_expires_at,
                {ConsentStore.Stands("authorization_code")} as consented
        ), good as (
            select * from code
             where client_id = $5 and redirect_uri = $6 and code_challenge = $7 and expires_at > $4 and consented
               and {Resources.CoversSql("$10", "resources")} and (dpop_jkt is null or dpop_jkt = $11::text)
        ), granted as (
            insert into openid.client_grant (id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at,
                methods, granted_at, expires_at, claims, resources, refresh_hashes, refresh_jkt)
            select grant_id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at, methods,
                $4, grant_expires_at, claims, resources, array_remove(array[$9::bytea], null), $12::text from good
        ){(row ? AccessSql : "")}
        select grant_id, grant_expires_at, subject, session_id, context, scopes, authenticated_at, methods, {AskSite.Sql(site.StandingSql, "code", "$4")},
               claims::text, {(named ? AskSite.ForIdTokenSql(site, "code", "$4") : "null::text")}, resources, nonce,
               client_id = $5, expires_at > $4, redirect_uri = $6, consented, code_challenge = $7, dpop_jkt is null or coalesce(dpop_jkt = $11::text, false),
               {Resources.CoversSql("$10", "resources")}
          from code
        """;

    private const int FirstFault = 13;

    // The columns behind those of the grant, from FirstFault on, each with what is wrong when it is false.
    private static readonly OAuthError?[] Faults =
    [
        OAuthError.InvalidGrant("the code was issued to another client; it is spent now"),
        OAuthError.InvalidGrant("the code has expired"),
        OAuthError.InvalidGrant("redirect_uri differs from the authorization request; the code is spent now"),
        OAuthError.InvalidGrant("the person took the consent back"),
        OAuthError.InvalidGrant("code_verifier does not fit; the code is spent now"),
        OAuthError.InvalidGrant("the code is bound to another key; it is spent now"),
        OAuthError.InvalidTarget("resource goes beyond the authorization request; the code is spent now."),
    ];

    private const string SpentSql = """
        select grant_id from openid.authorization_code where code_hash = $1 and expires_at = $2 and provider = $3 and spent_at is not null
        """;

    private readonly string _sql = RedeemSql(site), _withRow = RedeemWithRowSql(site), _withClaims = RedeemWithClaimsSql(site),
        _withClaimsAndRow = RedeemWithClaimsAndRowSql(site);

    public async Task<TokenOutcome> RunAsync(OpenIdClient client, RequestParameters form, DpopProof? proof, CancellationToken ct)
    {
        // It may have been taken from the registration since the person signed in.
        if (!client.Allows(GrantTypes.AuthorizationCode)) return Refuse(OAuthError.UnauthorizedClient("This client does not sign people in here."));
        // RFC 6749 §4.1.3, RFC 7636 §4.5.
        if (form["code"] is not { } code) return Refuse(OAuthError.InvalidRequest("code is missing."));
        if (form["redirect_uri"] is not { } redirectUri) return Refuse(OAuthError.InvalidRequest("redirect_uri is missing."));
        if (form["code_verifier"] is not { } verifier) return Refuse(OAuthError.InvalidRequest("code_verifier is missing."));
        if (Handle.TryParse(code) is not { } handle) return Refuse(OAuthError.InvalidGrant("the code is not of our form"));
        var (resources, targetError) = Resources.Read(form, client, provider.Issuer, one: client.AccessTokenFormat == "jwt");
        if (targetError is not null) return Refuse(targetError);
        var now = clock.GetUtcNow();
        var access = accessTokens.OfGrant(client, now, proof, differs: resources is not null || handle.Marks.HasFlag(Marks.NamesResources));
        var refresh = client.Allows(GrantTypes.RefreshToken) ? GrantHandles.New(GrantHandleKind.RefreshToken, now, TimeSpan.FromDays(settings.RefreshTokenIdleDays), handle.Marks) : null;
        var redemption = new Redemption(client, handle, redirectUri, Challenge(verifier), refresh,
            DateTimeOffset.FromUnixTimeSeconds((now + TimeSpan.FromDays(settings.GrantLifetimeDays)).ToUnixTimeSeconds()));
        var isPlain = proof is null && resources is null && access.Hash is null && !handle.Marks.HasFlag(Marks.NamesClaims);
        var granted = isPlain ? await together.RunAsync(redemption, ct) : null;
        if (granted is null)
        {
            ((granted, var error), var used) = await acting.ReadAsync(proof, Command(redemption, resources, access, now), reader => ReadAsync(reader, client, ct), ct);
            if ((used ?? error) is { } fault) return Refuse(fault);
        }
        if (granted is null) return await RefuseReuseAsync(handle, ct);
        // The code is spent: whether the client still listens no longer matters.
        return await tokens.RunAsync(granted, granted.Scopes, access, resources, refresh, CancellationToken.None);
    }

    private NpgsqlBatchCommand Command(Redemption asked, string[]? resources, NewAccessToken access, DateTimeOffset now)
    {
        var named = asked.Code.Marks.HasFlag(Marks.NamesClaims);
        var command = new NpgsqlBatchCommand(access.Hash is null ? named ? _withClaims : _sql : named ? _withClaimsAndRow : _withRow)
            .Add(asked.Code.Hash).Add(asked.Code.ExpiresAt).Add(provider.Name).Add(now).Add(asked.Client.ClientId).Add(asked.RedirectUri).Add(asked.Challenge)
            .Add(asked.Longest).AddBytes(asked.Refresh?.Hash).AddTexts(resources).AddText(access.Jkt).AddText(asked.Client.IsPublic ? access.Jkt : null);
        return access.Hash is null ? command : command.Add(access.Hash).Add(access.ExpiresAt).Add(Resources.Registered(asked.Client, provider.Issuer));
    }

    private static async Task<(Granted?, OAuthError?)> ReadAsync(NpgsqlDataReader reader, OpenIdClient client, CancellationToken ct)
    {
        if (!await reader.ReadAsync(ct)) return (null, null);
        var fault = Faults.Where((_, i) => !reader.GetBoolean(FirstFault + i)).FirstOrDefault();
        return fault is null ? (Granted.Read(reader, client) with { Nonce = reader.TextOrNull(12) }, null) : (null, fault);
    }

    // RFC 6749 §4.1.2: a code that comes twice has been seen by two; what the first one got is taken back.
    private async Task<TokenOutcome> RefuseReuseAsync(Handle code, CancellationToken ct)
    {
        await using var command = source.CreateCommand(SpentSql);
        command.Add(code.Hash).Add(code.ExpiresAt).Add(provider.Name);
        if (await command.ExecuteScalarAsync(ct) is not Guid grantId) return Refuse(OAuthError.InvalidGrant("the code is unknown"));
        await revoke.ForReuseAsync(grantId, null, "code", ct);
        return Refuse(OAuthError.InvalidGrant("the code was spent before; what was issued for it is revoked"));
    }

    // RFC 7636 §4.1: 43 to 128 unreserved characters; anything else fits no challenge.
    private static string Challenge(string verifier) =>
        Verifier().IsMatch(verifier) ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) : "";

    private static TokenOutcome.Refused Refuse(OAuthError error) => new(error);

    [GeneratedRegex(@"\A[A-Za-z0-9._~-]{43,128}\z")] private static partial Regex Verifier();
}
