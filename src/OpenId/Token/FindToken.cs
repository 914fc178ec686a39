using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Authorize;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token.TokenExchange;
using Npgsql;

namespace Aupd.OpenId.Token;

/// <summary>A token that lives at this moment.</summary>
/// <param name="Client">Whose it is.</param>
/// <param name="Audiences">For whom; never empty. A refresh token is for this provider.</param>
internal sealed record FoundToken(OpenIdClient Client, IReadOnlyList<string> Scopes, IReadOnlyList<string> Audiences, DateTimeOffset ExpiresAt)
{
    public bool IsRefresh { get; init; }
    public DateTimeOffset? IssuedAt { get; init; }
    public string? JwtId { get; init; }
    /// <summary>The grant of a person; null: the token is the client's own.</summary>
    public GrantKey? Grant { get; init; }
    public DateTimeOffset? AuthenticatedAt { get; init; }
    /// <summary>What to ask the site with, in the name of the client that the person signed in to.</summary>
    public ClaimsAsk? Ask { get; init; }
    /// <summary>What the site's fragment said; null: the person may have no token.</summary>
    public string? Site { get; init; }
    public JsonElement? Actor { get; init; }
    /// <summary>The claims that the client asked for one by one.</summary>
    public ClaimsRequest? Claims { get; init; }
    /// <summary>Thumbprint of the key that it is good with (RFC 9449 §6); null: a bearer's.</summary>
    public string? Jkt { get; init; }

    /// <summary>May the person still have it, for the client they signed in to and for the one that acts for them?</summary>
    public bool IsAllowed(IClaimsSource site) =>
        Ask is not { } ask || Site is { } standing && site.Admits(standing, ask)
        && (Client.ClientId == ask.Client.ClientId || site.Admits(standing, ask with { Client = Client }));

    public string Subject => Ask?.Subject ?? Client.ClientId;
}

/// <summary>What is done with an access token that is found: a statement that begins with <see cref="FindToken.StandingSql"/> (or
/// <see cref="FindToken.StandingWithoutRowSql"/>) and its parameters, gives back those columns first, and more behind them.</summary>
/// <param name="Add">Adds its own parameters; it is told when the token expires.</param>
/// <param name="Read">Reads its own columns. Not called when there is no such token.</param>
internal sealed record TokenUse(string Sql, string WithoutRowSql, Action<NpgsqlBatchCommand, DateTimeOffset> Add, Action<NpgsqlDataReader> Read);

/// <summary>Looks a token up, with the grant it rests on and the site's word about the person: one round trip.</summary>
internal sealed class FindToken(
    UseProof acting, ClientDirectory clients, IClaimsSource site, AccessTokens tokens, GrantHandles handles, ProviderIdentity provider, TimeProvider clock)
{
    /// <summary>Names for the columns of the statements below, for a statement that goes on from them.</summary>
    public const string Columns = """
        token_client, scopes, audiences, issued_at, actor, refresh, grant_id, grant_expires_at, grant_client, subject, session_id, context,
        offline, grant_scopes, authenticated_at, claims, dpop_jkt, site
        """;
    /// <summary>How many columns and parameters those have: $4 is the moment.</summary>
    public const int ColumnCount = 18, Parameters = 4, WithoutRowParameters = 9;

    private const string GrantColumns = """
        g.id, g.expires_at, g.client_id, g.subject, g.session_id, g.context, g.offline, g.scopes, g.authenticated_at,
        g.claims::text
        """;

    private const string OpaqueTokens = """
        select t.client_id, t.scopes, t.audiences, t.issued_at, t.actor::text as actor, false as refresh, t.dpop_jkt, t.grant_id, t.grant_expires_at
          from openid.access_token t
         where t.token_hash = $1 and t.expires_at = $2 and t.provider = $3 and t.expires_at > $4 and t.revoked_at is null
        """;

    private const string RefreshToken = """
        select r.client_id, null::text[] as scopes, null::text[] as audiences, null::timestamptz as issued_at, null::text as actor, true as refresh,
               r.refresh_jkt as dpop_jkt, r.id as grant_id, r.expires_at as grant_expires_at
          from openid.client_grant r
         where r.id = $5 and r.expires_at = $2 and $1 = any(r.refresh_hashes)
        """;

    // A JWT brings what it says, and an opaque token of a grant says what that says; a row only knows whether one was revoked alone.
    private const string WithoutRow = """
        select null::text as client_id, $7::text[] as scopes, $8::text[] as audiences, null::timestamptz as issued_at,
               $9::text as actor, false as refresh, null::text as dpop_jkt, $5::uuid as grant_id, $6::timestamptz as grant_expires_at
         where not exists (select from openid.access_token t
                            where t.token_hash = $1 and t.expires_at = $2 and t.provider = $3 and t.revoked_at is not null)
        """;

    private static string Compose(string tokens, string fragment) => $"""
        select t.client_id, t.scopes, t.audiences, t.issued_at, t.actor, t.refresh, {GrantColumns},
               t.dpop_jkt, case when g.id is not null then {AskSite.Sql(fragment, "g", "$4")} end
          from ({tokens}) t
          left join openid.client_grant g on g.id = t.grant_id and g.expires_at = t.grant_expires_at and g.provider = $3
                and g.revoked_at is null and g.expires_at > $4
         where t.grant_id is null or g.id is not null
        """;

    public static string StandingSql(IClaimsSource site) => Compose(OpaqueTokens, site.StandingSql);
    private static string StandingOfRefreshSql(IClaimsSource site) => Compose(RefreshToken, site.StandingSql);
    public static string StandingWithoutRowSql(IClaimsSource site) => Compose(WithoutRow, site.StandingSql);
    private static string HolderSql(IClaimsSource site) => Compose(OpaqueTokens, site.HolderSql);
    private static string HolderWithoutRowSql(IClaimsSource site) => Compose(WithoutRow, site.HolderSql);

    private readonly string _standing = StandingSql(site), _standingOfRefresh = StandingOfRefreshSql(site), _standingWithoutRow = StandingWithoutRowSql(site),
        _holder = HolderSql(site), _holderWithoutRow = HolderWithoutRowSql(site);

    /// <summary>An access token, with all that claims are made of; or that the proof which came with it was used before.</summary>
    public ValueTask<(FoundToken? Token, OAuthError? Error)> WithHolderAsync(string token, DpopProof? proof, CancellationToken ct) =>
        FindAsync(token, _holder, _holderWithoutRow, proof, ct);

    /// <summary>An access token, with the person's standing.</summary>
    public async ValueTask<FoundToken?> AccessTokenAsync(string token, CancellationToken ct) =>
        (await FindAsync(token, _standing, _standingWithoutRow, null, ct)).Token;

    /// <summary>An access or a refresh token, with the person's standing.</summary>
    public async ValueTask<FoundToken?> AnyAsync(string token, CancellationToken ct)
    {
        if (handles.TryRead(GrantHandleKind.RefreshToken, token) is not { } given) return await AccessTokenAsync(token, ct);
        var now = clock.GetUtcNow();
        if (given.ExpiresAt <= now) return null;
        var command = new NpgsqlBatchCommand(_standingOfRefresh).Add(given.Hash).Add(given.Grant.ExpiresAt).Add(provider.Name).Add(now).Add(given.Grant.Id);
        return (await acting.ReadAsync(null, command, reader => ReadAsync(reader, given.ExpiresAt, given.IssuedAt, null, null, ct), ct)).Result;
    }

    /// <summary>An access token, with the person's standing, and what is done with it in the same statement.</summary>
    public ValueTask<(FoundToken? Token, OAuthError? Error)> AccessTokenAsync(string token, TokenUse use, DpopProof? proof, CancellationToken ct) =>
        FindAsync(token, use.Sql, use.WithoutRowSql, proof, ct, use);

    private async ValueTask<(FoundToken? Token, OAuthError? Error)> FindAsync(string token, string sql, string withoutRowSql, DpopProof? proof,
        CancellationToken ct, TokenUse? use = null)
    {
        var now = clock.GetUtcNow();
        if (handles.TryRead(GrantHandleKind.AccessToken, token) is { } given)
        {
            if (given.ExpiresAt <= now) return (null, null);
            var ofGrant = new NpgsqlBatchCommand(withoutRowSql).Add(given.Hash).Add(given.ExpiresAt).Add(provider.Name).Add(now)
                .AddId(given.Grant.Id).AddTime(given.Grant.ExpiresAt).AddTexts(null).AddTexts(null).AddText(null);
            use?.Add(ofGrant, given.ExpiresAt);
            return await acting.ReadAsync(proof, ofGrant, reader => ReadAsync(reader, given.ExpiresAt, given.IssuedAt, null, use, ct), ct);
        }
        if (Handle.TryParse(token) is { } handle)
        {
            var command = new NpgsqlBatchCommand(sql).Add(handle.Hash).Add(handle.ExpiresAt).Add(provider.Name).Add(now);
            use?.Add(command, handle.ExpiresAt);
            return await acting.ReadAsync(proof, command, reader => ReadAsync(reader, handle.ExpiresAt, null, null, use, ct), ct);
        }
        if (!token.Contains('.') || await tokens.ReadJwtAsync(token, now, ct) is not { } claims) return (null, null);
        var grant = GrantKey.TryParse(claims.Text("grant"));
        if (grant is null && claims.Has("grant")) return (null, null);
        var byJwt = new NpgsqlBatchCommand(withoutRowSql).Add(AccessTokens.HashOf(claims.Id!)).Add(claims.ExpiresAt!.Value).Add(provider.Name).Add(now)
            .AddId(grant?.Id).AddTime(grant?.ExpiresAt).AddTexts(Words(claims.Text("scope"))).AddTexts(claims.Audiences).AddText(Actor(claims));
        use?.Add(byJwt, claims.ExpiresAt.Value);
        return await acting.ReadAsync(proof, byJwt, reader => ReadAsync(reader, claims.ExpiresAt.Value, claims.IssuedAt, claims, use, ct), ct);
    }

    private async Task<FoundToken?> ReadAsync(NpgsqlDataReader reader, DateTimeOffset expiresAt, DateTimeOffset? issuedAt, JwtClaims? jwt, TokenUse? use,
        CancellationToken ct)
    {
        if (!await reader.ReadAsync(ct)) return null;
        var hasGrant = !reader.IsDBNull(6);
        var grantClient = hasGrant ? await clients.FindAsync(reader.GetString(8), ct) : null;
        if (hasGrant && grantClient is null) return null;
        // A token is good while its grant is, which may end sooner.
        if (hasGrant && reader.GetFieldValue<DateTimeOffset>(7) is var grantEnds && grantEnds < expiresAt) expiresAt = grantEnds;
        var clientId = jwt?.Text("client_id") ?? reader.TextOrNull(0) ?? grantClient?.ClientId;
        issuedAt ??= reader.TimeOrNull(3);
        // Of a client that has been removed nothing is good, for one registered later under its name neither.
        if (await clients.FindAsync(clientId, ct) is not { } client || issuedAt < Second(client.RegisteredAt)) return null;
        var actor = Json(reader.TextOrNull(4));
        foreach (var earlier in ActClaim.Of(actor))
            if (await clients.FindAsync(earlier, ct) is not { } one || issuedAt < Second(one.RegisteredAt)) return null;
        var authenticatedAt = reader.TimeOrNull(14);
        // What ends with the grant for the client that it was made for, ends here for the one that acts.
        if (actor is not null && authenticatedAt is { } at && GrantLimits.Until(client, at) is { } until && until < expiresAt) expiresAt = until;
        if (expiresAt <= clock.GetUtcNow()) return null;
        // What was taken from a registration since is in no token; of one that was exchanged, from neither registration.
        var scopes = AskedScopes.Still(client, reader.ArrayOrNull(1) ?? (hasGrant ? reader.GetFieldValue<string[]>(13) : []));
        if (hasGrant) scopes = AskedScopes.Still(grantClient!, scopes);
        var audiences = reader.ArrayOrNull(2) ?? [provider.Issuer];
        use?.Read(reader);
        return new FoundToken(client, scopes, audiences, expiresAt)
        {
            IsRefresh = reader.GetBoolean(5), IssuedAt = issuedAt, JwtId = jwt?.Id,
            Grant = hasGrant ? new GrantKey(reader.GetGuid(6), reader.GetFieldValue<DateTimeOffset>(7)) : null,
            AuthenticatedAt = authenticatedAt,
            Ask = hasGrant ? new ClaimsAsk(reader.GetString(9), reader.GetBoolean(12) ? null : reader.GetString(10), reader.TextOrNull(11),
                grantClient!, scopes) : null,
            Claims = reader.TextOrNull(15) is { } asked ? ClaimsRequest.ReadKept(asked) : null,
            Jkt = jwt is not null ? Thumbprint(jwt) : reader.TextOrNull(16), Site = reader.TextOrNull(17), Actor = actor,
        };
    }

    // The times in a JWT are whole seconds.
    private static DateTimeOffset? Second(DateTimeOffset? time) =>
        time is { } at ? DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()) : null;

    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string? Thumbprint(JwtClaims jwt) => jwt.Root.TryGetProperty("cnf", out var cnf) ? cnf.Text("jkt") : null;

    private static string? Actor(JwtClaims jwt) => jwt.Root.TryGetProperty("act", out var actor) ? actor.GetRawText() : null;

    private static JsonElement? Json(string? kept) => kept is null ? null : JsonDocument.Parse(kept).RootElement;
}
