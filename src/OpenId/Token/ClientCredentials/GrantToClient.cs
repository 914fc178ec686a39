using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Protocol;
using Npgsql;

namespace Aupd.OpenId.Token.ClientCredentials;

/// <summary>grant_type=client_credentials (RFC 6749 §4.4): a service in its own name, with no person. One insert for an opaque token, no
/// round trip for a JWT.</summary>
internal sealed class GrantToClient(
    UseProof acting, IClaimsSource site, AccessTokens tokens, ProviderIdentity provider, TimeProvider clock)
{
    private const string Sql = """
        insert into openid.access_token (token_hash, provider, client_id, scopes, audiences, issued_at, expires_at, dpop_jkt)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    public async Task<TokenOutcome> RunAsync(OpenIdClient client, RequestParameters form, DpopProof? proof, CancellationToken ct)
    {
        if (client.IsPublic || !client.Allows(GrantTypes.ClientCredentials))
            return Refuse(OAuthError.UnauthorizedClient("This client may not have tokens of its own."));
        var (scopes, scopeError) = Scopes(client, form);
        if (scopeError is not null) return Refuse(scopeError);
        var (audiences, targetError) = Audiences(client, form);
        if (targetError is not null) return Refuse(targetError);
        var token = tokens.New(client, clock.GetUtcNow()) with { Jkt = proof?.Thumbprint };
        var insert = token.Hash is { } hash
            ? new NpgsqlBatchCommand(Sql).Add(hash).Add(provider.Name).Add(client.ClientId).Add(scopes).Add(audiences!).Add(token.IssuedAt)
                .Add(token.ExpiresAt).AddText(token.Jkt)
            : null;
        if (await acting.ExecuteAsync(proof, insert, ct) is { } used) return Refuse(used);
        var text = await tokens.TextAsync(token, new AccessTokenContent(client, client.ClientId, scopes, audiences!), ct);
        return new TokenOutcome.Issued(AccessTokens.Body(token, text, scopes));
    }

    // A service's own scopes are those that say nothing of a person. Without scope it gets them all (RFC 6749 §3.3).
    private (string[] Scopes, OAuthError? Error) Scopes(OpenIdClient client, RequestParameters form)
    {
        var own = client.Scopes.Except(site.ClaimsOfScopes.Keys).Except(["openid", Granted.OfflineAccess]).ToArray();
        if (form["scope"] is not { } text) return (own, null);
        var asked = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        return asked.Except(own).Any()
            ? ([], OAuthError.InvalidScope("scope goes beyond what this client may have in its own name.")) : (asked, null);
    }

    // Named, or the only one there is; a service with several says for which.
    private (string[]? Audiences, OAuthError? Error) Audiences(OpenIdClient client, RequestParameters form)
    {
        var (asked, error) = Resources.Read(form, client, provider.Issuer, one: client.AccessTokenFormat == "jwt");
        if (error is not null || asked is not null) return (asked, error);
        return client.Resources switch
        {
            [] => ([provider.Issuer], null),
            [var only] => ([only], null),
            _ => (null, OAuthError.InvalidTarget("This client has several resources: resource must name the one it is for.")),
        };
    }

    private static TokenOutcome.Refused Refuse(OAuthError error) => new(error);
}
