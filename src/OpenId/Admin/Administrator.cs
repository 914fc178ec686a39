using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Admin;

/// <summary>Who calls the administration: a confidential client with an access token of its own (RFC 6749 §4.4) for this provider and the scope
/// for it. A person's token is none: no page may lead a person to administer clients.</summary>
internal sealed class Administrator(FindToken find, ProviderIdentity provider)
{
    /// <summary>Scope of whoever may administer clients, and thereby decide whom this provider trusts.</summary>
    public const string Scope = "aupd.clients";
    private const string BearerScheme = "Bearer ";

    public async Task<(OpenIdClient? Caller, OAuthError? Error)> RunAsync(HttpContext http)
    {
        var headers = http.Request.Headers.Authorization;
        if (headers is not [{ } header] || !header.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase))
            return (null, new OAuthError("invalid_token", 401, "An access token is needed.", "no access token"));
        if (await find.AccessTokenAsync(header[BearerScheme.Length..].Trim(), http.RequestAborted) is not { } token)
            return (null, OAuthError.InvalidToken("no living access token"));
        if (token.Ask is not null || token.Client.IsPublic) return (null, OAuthError.InvalidToken("not a service's own token"));
        if (!token.Audiences.Contains(provider.Issuer)) return (null, OAuthError.InvalidToken("the token is for other resources"));
        // RFC 9449 §7.2: what is bound to a key is no bearer's.
        if (token.Jkt is not null) return (null, OAuthError.InvalidToken("the token is bound to a key"));
        // Of the registration too: whoever was stripped of the scope does not keep it for ten minutes.
        return token.Scopes.Contains(Scope) && token.Client.Scopes.Contains(Scope) ? (token.Client, null)
            : (null, new OAuthError("insufficient_scope", 403, $"The scope {Scope} is needed.", $"scope {Scope} is missing"));
    }
}
