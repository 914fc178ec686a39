using System.Text.Json;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.TokenExchange;

/// <summary>grant_type=urn:ietf:params:oauth:grant-type:token-exchange (RFC 8693), for one thing alone: a service that was called with a
/// person's token goes on to another service for that person. What it gets says no more than what it had, ends no later, rests on the same
/// grant, and names the service as the one who acts. One round trip.</summary>
internal sealed class ExchangeToken(FindToken find, AccessTokens tokens, IClaimsSource site, ProviderIdentity provider, TimeProvider clock)
{
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token", JwtType = "urn:ietf:params:oauth:token-type:jwt";
    private const int MaxAudiences = 20;
    private static readonly string[] NotHandedOn = ["openid", Granted.OfflineAccess];

    /// <summary>What the request asks for, as far as it can be judged without the token that it brings.</summary>
    private sealed class Exchange(OpenIdClient caller, RequestParameters form)
    {
        public OpenIdClient Caller { get; } = caller;
        public RequestParameters Form { get; } = form;
        public string[] Audiences { get; set; } = [];
        /// <summary>Null: all that there is.</summary>
        public string[]? Scopes { get; set; }
    }

    /// <summary>What the statement says of the token that was brought.</summary>
    private sealed record Verdict(string? Fault, string[] Scopes, JsonElement Actor);

    private delegate OAuthError? Check(ExchangeToken self, Exchange exchange);

    private static readonly Check[] Table =
    [
        (_, e) => MayExchange(e),
        (_, e) => Kinds(e),
        (s, e) => s.Target(e),
        (_, e) => Scope(e),
    ];

    // The token is judged and the new one is stored in one statement: what was revoked before is not exchanged, and a refusal leaves nothing.
    private static string Compose(string find, int own)
    {
        string P(int number) => $"${own + number}";
        var (hash, expires, caller, audiences, most, asked, target, oldest, jkt) = (P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9));
        return $"""
            with subject ({FindToken.Columns}) as ({find}),
            judged as (
                select s.*, {ActClaim.WithSql("s.actor::jsonb", caller)} as act,
                       coalesce({asked}::text[], array(select x from unnest(s.scopes) x where x = any({most}::text[]))) as handed,
                       case when s.grant_id is null then 'person'
                            when not coalesce(s.audiences && {audiences}::text[], false) then 'audience'
                            when {ActClaim.IsFullSql("s.actor::jsonb")} then 'chain'
                            when s.authenticated_at <= {oldest}::timestamptz then 'age'
                            when not {asked}::text[] <@ s.scopes then 'scope' end as fault
                  from subject s
            ), issued as (
                insert into openid.access_token (token_hash, provider, grant_id, grant_expires_at, client_id, scopes, audiences, issued_at,
                                                 expires_at, actor, dpop_jkt)
                select {hash}::bytea, $3, grant_id, grant_expires_at, {caller}::text, handed, {target}::text[], $4, {expires}::timestamptz, act,
                       {jkt}::text
                  from judged where fault is null and site is not null and {hash}::bytea is not null
            )
            select {FindToken.Columns}, fault, handed, act::text from judged
            """;
    }

    private static string ExchangeSql(IClaimsSource site) => Compose(FindToken.StandingSql(site), FindToken.Parameters);
    private static string ExchangeWithoutRowSql(IClaimsSource site) => Compose(FindToken.StandingWithoutRowSql(site), FindToken.WithoutRowParameters);

    private readonly string _sql = ExchangeSql(site), _withoutRowSql = ExchangeWithoutRowSql(site);

    public async Task<TokenOutcome> RunAsync(OpenIdClient caller, RequestParameters form, DpopProof? proof, CancellationToken ct)
    {
        var exchange = new Exchange(caller, form);
        foreach (var check in Table)
            if (check(this, exchange) is { } error) return Refuse(error);
        NewAccessToken? token = null;
        Verdict? verdict = null;
        var use = new TokenUse(_sql, _withoutRowSql, (statement, until) => Add(statement, exchange, token = New(caller, until, proof)), r => verdict = Read(r));
        var (subject, used) = await find.AccessTokenAsync(form["subject_token"]!, use, proof, ct);
        if (used is not null) return Refuse(used);
        if (subject is null) return Refuse(Unacceptable("no living access token"));
        if (Fault(verdict!, subject, caller) is { } fault) return Refuse(fault);
        return await AnswerAsync(exchange, subject, verdict!, token!, ct);
    }

    // A third party would need the person's consent, and nobody can be asked here.
    private static OAuthError? MayExchange(Exchange exchange) =>
        exchange.Caller is { IsPublic: false, ThirdParty: false } caller && caller.Allows(GrantTypes.TokenExchange) ? null
            : OAuthError.UnauthorizedClient("This client may not exchange tokens.");

    // RFC 8693 §2.1. The caller is the one who acts, and has proved it already; nobody acts for anybody else, or as the person.
    private static OAuthError? Kinds(Exchange exchange)
    {
        var form = exchange.Form;
        if (form["actor_token"] is not null || form["actor_token_type"] is not null)
            return OAuthError.InvalidRequest("actor_token is not taken: the client that asks is the one who acts.");
        if (form["subject_token"] is not { } token) return OAuthError.InvalidRequest("subject_token is missing.");
        if (form["subject_token_type"] is not (AccessTokenType or JwtType))
            return OAuthError.InvalidRequest($"subject_token_type must be {AccessTokenType} or {JwtType}.");
        if (form["subject_token_type"] == JwtType && !token.Contains('.')) return Unacceptable("no JWT");
        return form["requested_token_type"] is null or AccessTokenType ? null
            : OAuthError.InvalidRequest($"requested_token_type must be {AccessTokenType}.");
    }

    // Both parameters name the same identifiers. Not this provider: whoever acts for a person does not look them up. One service at a time
    // for a JWT, as everywhere.
    private OAuthError? Target(Exchange exchange)
    {
        var (caller, form) = (exchange.Caller, exchange.Form);
        string[] registered = [.. caller.Resources.Where(r => r != provider.Issuer)];
        string[] asked = [.. form.AllOf("resource").Union(form.AllOf("audience"), StringComparer.Ordinal)];
        if (asked.Length == 0 && registered is [var only]) asked = [only];
        if (asked.Length is 0 or > MaxAudiences) return OAuthError.InvalidTarget("resource or audience must name the service that the token is for.");
        if (asked.Except(registered, StringComparer.Ordinal).Any())
            return OAuthError.InvalidTarget("resource or audience is not registered for this client.");
        if (asked.Length > 1 && caller.AccessTokenFormat == "jwt")
            return OAuthError.InvalidTarget("A JWT access token is for one resource: name one.");
        exchange.Audiences = asked;
        return null;
    }

    private static OAuthError? Scope(Exchange exchange)
    {
        exchange.Scopes = exchange.Form["scope"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        return exchange.Scopes?.Except(MayHandOn(exchange.Caller)).Any() == true ? TooWide() : null;
    }

    private static IEnumerable<string> MayHandOn(OpenIdClient caller) => caller.Scopes.Except(NotHandedOn);

    private NewAccessToken New(OpenIdClient caller, DateTimeOffset until, DpopProof? proof) =>
        tokens.New(caller, clock.GetUtcNow(), until) with { Jkt = proof?.Thumbprint };

    // A token that was not meant for the caller must not become one of its own, wherever the caller has it from.
    private void Add(NpgsqlBatchCommand statement, Exchange exchange, NewAccessToken token)
    {
        var caller = exchange.Caller;
        statement.AddBytes(token.Hash).Add(token.ExpiresAt).Add(caller.ClientId).Add(caller.Audiences.Where(a => a != provider.Issuer).ToArray())
            .Add(MayHandOn(caller).ToArray()).AddTexts(exchange.Scopes).Add(exchange.Audiences)
            .AddTime(GrantLimits.AuthenticatedAfter(caller, token.IssuedAt)).AddText(token.Jkt);
    }

    private static Verdict Read(NpgsqlDataReader reader)
    {
        const int first = FindToken.ColumnCount;
        return new Verdict(reader.TextOrNull(first), reader.GetFieldValue<string[]>(first + 1),
            JsonDocument.Parse(reader.GetString(first + 2)).RootElement);
    }

    private OAuthError? Fault(Verdict verdict, FoundToken subject, OpenIdClient caller) => verdict.Fault switch
    {
        "scope" => TooWide(),
        { } other => Unacceptable(other),
        // The person must be one whom the client they signed in to, the one that brings the token, and the caller may have.
        null => subject.IsAllowed(site) && site.Admits(subject.Site!, subject.Ask! with { Client = caller }) ? null
            : Unacceptable("the site refuses this person"),
    };

    private async Task<TokenOutcome> AnswerAsync(Exchange exchange, FoundToken subject, Verdict verdict, NewAccessToken token, CancellationToken ct)
    {
        var caller = exchange.Caller;
        DateTimeOffset?[] ends = [token.ExpiresAt, subject.ExpiresAt, GrantLimits.Until(caller, subject.AuthenticatedAt!.Value)];
        token = token with { ExpiresAt = ends.Min()!.Value };
        // Without what was taken from a registration since.
        string[] scopes = [.. verdict.Scopes.Intersect(subject.Scopes)];
        var text = await tokens.TextAsync(token, new AccessTokenContent(caller, subject.Subject, scopes, exchange.Audiences)
        {
            Grant = subject.Grant, AuthenticatedAt = subject.AuthenticatedAt, Actor = verdict.Actor,
        }, ct);
        var body = AccessTokens.Body(token, text, scopes);
        // RFC 8693 §2.2.1. No refresh token and no ID token: whoever goes on asks anew, and the person signed in to somebody else.
        body["issued_token_type"] = AccessTokenType;
        return new TokenOutcome.Issued(body);
    }

    private static OAuthError TooWide() => OAuthError.InvalidScope("scope goes beyond that of the subject token or of this client.");

    // RFC 8693 §2.2.2: invalid_request. One description for all causes; the log knows which it was.
    private static OAuthError Unacceptable(string why) =>
        OAuthError.InvalidRequest("The subject token is none that this client may exchange.", $"subject_token: {why}");

    private static TokenOutcome.Refused Refuse(OAuthError error) => new(error);
}
