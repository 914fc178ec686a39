using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Introspection;

/// <summary><c>POST /connect/introspect</c> (RFC 7662): a resource server asks whether a token is good now. It learns of tokens that are for
/// it or its own, and of all others the same: not active. Everything is looked up live, in one round trip.</summary>
internal sealed partial class IntrospectionEndpoint(
    AuthenticateClient authenticate, FindToken find, IClaimsSource site, ProviderIdentity provider, ILogger<IntrospectionEndpoint> log)
{
    public const string Path = "/connect/introspect";

    private static readonly Dictionary<string, object> Inactive = new() { ["active"] = false };

    public async Task PostAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var form = await RequestParameters.FromFormAsync(http.Request, ct);
        if (form.Fault is { } fault) { await RefuseAsync(http, null, fault); return; }
        switch (await authenticate.RunAsync(http, form, ct))
        {
            case AuthenticateClientOutcome.Refused refused: await RefuseAsync(http, null, refused.Error); return;
            // §2.1, §4: who only says a name could try out tokens.
            case AuthenticateClientOutcome.Authenticated { Client: { IsPublic: true } client }:
                await RefuseAsync(http, client, OAuthError.InvalidClient($"public client {client.ClientId} asked about a token"));
                return;
            case AuthenticateClientOutcome.Authenticated { Client: var client }:
                if (form["token"] is not { } token) { await RefuseAsync(http, client, OAuthError.InvalidRequest("token is missing.")); return; }
                await Answers.JsonAsync(http, StatusCodes.Status200OK, Describe(client, await find.AnyAsync(token, ct)), ct);
                return;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private Dictionary<string, object> Describe(OpenIdClient caller, FoundToken? token) =>
        token is not null && IsItsBusiness(caller, token) && token.IsAllowed(site) ? Active(token) : Inactive;

    private static bool IsItsBusiness(OpenIdClient caller, FoundToken token) =>
        token.Client.ClientId == caller.ClientId || !token.IsRefresh && token.Audiences.Any(caller.Audiences.Contains);

    // §2.2. Of the person only sub: names are at UserInfo, for those who may know them.
    private Dictionary<string, object> Active(FoundToken token)
    {
        var answer = new Dictionary<string, object>
        {
            ["active"] = true, ["client_id"] = token.Client.ClientId, ["sub"] = token.Subject, ["iss"] = provider.Issuer,
            ["aud"] = token.Audiences is [var only] ? only : token.Audiences, ["exp"] = token.ExpiresAt.ToUnixTimeSeconds(),
        };
        if (token.Scopes.Count > 0) answer["scope"] = string.Join(' ', token.Scopes);
        if (token.IssuedAt is { } issued) answer["iat"] = answer["nbf"] = issued.ToUnixTimeSeconds();
        if (token.JwtId is { } id) answer["jti"] = id;
        if (!token.IsRefresh) answer["token_type"] = token.Jkt is null ? "Bearer" : "DPoP";
        if (token.Jkt is { } jkt) answer["cnf"] = new Dictionary<string, string> { ["jkt"] = jkt };
        if (token.AuthenticatedAt is { } at) answer["auth_time"] = at.ToUnixTimeSeconds();
        if (token.Actor is { } actor) answer["act"] = actor;
        return answer;
    }

    private Task RefuseAsync(HttpContext http, OpenIdClient? client, OAuthError error)
    {
        Refused(log, provider.Name, client?.ClientId ?? "(unauthenticated)", error.Code, error.Detail);
        return Answers.ClientErrorAsync(http, error, provider.Issuer);
    }

    [LoggerMessage(EventId = 2306, Level = LogLevel.Information,
        Message = "{Provider}: introspection request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
