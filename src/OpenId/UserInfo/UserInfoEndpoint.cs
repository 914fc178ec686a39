using Aupd.OpenId.Authorize;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.OpenId.UserInfo;

/// <summary><c>GET</c> and <c>POST /connect/userinfo</c>: what the access token's scopes allow to know of the person, as it is
/// now.</summary>
internal sealed partial class UserInfoEndpoint(
    NpgsqlDataSource source, ClientDirectory clients, IClaimsSource claims, ProviderIdentity provider, TimeProvider clock,
    ILogger<UserInfoEndpoint> log)
{
    public const string Path = "/connect/userinfo";
    private const string BearerScheme = "Bearer ";

    private static string HolderSql(IClaimsSource site) => $"""
        select g.client_id, g.subject, g.session_id, g.context, t.scopes, g.offline,
               {AskSite.Sql(site.HolderSql, "g", "$4")}, g.claims::text
          from openid.access_token t join openid.client_grant g on g.id = t.grant_id and g.expires_at = t.grant_expires_at
         where t.token_hash = $1 and t.expires_at = $2 and t.provider = $3 and t.expires_at > $4 and g.revoked_at is null
             and g.expires_at > $4
        """;

    private readonly string _sql = HolderSql(claims);

    private sealed class Call
    {
        public string? Token { get; set; }
        public string ClientId { get; set; } = "(unknown)";
        public ClaimsAsk? Ask { get; set; }
        public string? Holder { get; set; }
        public ClaimsRequest? Asked { get; set; }
        public IReadOnlyDictionary<string, object>? Claims { get; set; }
    }

    private delegate ValueTask<OAuthError?> Check(UserInfoEndpoint self, HttpContext http, Call call);

    private static readonly Check[] Table =
    [
        (_, http, c) => TokenBrought(http, c),
        (s, http, c) => s.TokenGood(http, c),
        (_, _, c) => c.Ask!.Scopes.Contains("openid") ? default : new(OAuthError.InsufficientScope()),
        (s, _, c) => s.PersonAllowed(c),
    ];

    public async Task RunAsync(HttpContext http)
    {
        var call = new Call();
        foreach (var check in Table)
            if (await check(this, http, call) is { } error) { await RefuseAsync(http, call, error); return; }
        // OpenID Connect Core §5.3.2: sub always, and the same as in the ID token, whatever the site says.
        var body = new Dictionary<string, object>(call.Claims!) { ["sub"] = call.Ask!.Subject };
        await Answers.JsonAsync(http, StatusCodes.Status200OK, body, http.RequestAborted);
    }

    // RFC 6750 §2: in the header, or in a form body; never in the query, and not in two places.
    private static async ValueTask<OAuthError?> TokenBrought(HttpContext http, Call call)
    {
        var headers = http.Request.Headers.Authorization;
        if (headers.Count > 1) return OAuthError.InvalidRequest("There is more than one Authorization header.");
        var header = headers.Count == 1 ? headers[0] : null;
        string? inBody = null;
        if (HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType)
        {
            var form = await RequestParameters.FromFormAsync(http.Request, http.RequestAborted);
            if (form.Fault is not null) return form.Fault;
            inBody = form["access_token"];
        }
        if (header is not null && inBody is not null) return OAuthError.InvalidRequest("The access token is brought in more than one way.");
        if (header is not null && !header.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)) return NothingBrought;
        call.Token = header?[BearerScheme.Length..].Trim() ?? inBody;
        return string.IsNullOrEmpty(call.Token) ? NothingBrought : null;
    }

    private async ValueTask<OAuthError?> TokenGood(HttpContext http, Call call)
    {
        if (Handle.TryParse(call.Token) is not { } token) return OAuthError.InvalidToken("not of our form");
        var ct = http.RequestAborted;
        await using var command = source.CreateCommand(_sql);
        command.Add(token.Hash).Add(token.ExpiresAt).Add(provider.Name).Add(clock.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return OAuthError.InvalidToken("unknown, expired or revoked");
        call.ClientId = reader.GetString(0);
        if (await clients.FindAsync(call.ClientId, ct) is not { } client)
            return OAuthError.InvalidToken("its client is no longer registered");
        call.Ask = new ClaimsAsk(reader.GetString(1), reader.GetBoolean(5) ? null : reader.GetString(2), reader.TextOrNull(3), client,
            reader.GetFieldValue<string[]>(4));
        (call.Holder, call.Asked) = (reader.TextOrNull(6), reader.TextOrNull(7) is { } asked ? ClaimsRequest.ReadKept(asked) : null);
        return null;
    }

    private ValueTask<OAuthError?> PersonAllowed(Call call)
    {
        call.Claims = call.Holder is { } holder ? ClaimsFor.UserInfo(claims, holder, call.Ask!, call.Asked) : null;
        return new(call.Claims is null ? OAuthError.InvalidToken($"the site refuses claims for subject {call.Ask!.Subject}") : null);
    }

    // RFC 6750 §3.1: a request that brought nothing gets no error code, only the challenge.
    private static readonly OAuthError NothingBrought = new("", 401, "", "no access token");

    private Task RefuseAsync(HttpContext http, Call call, OAuthError error)
    {
        Refused(log, provider.Name, call.ClientId, error.Code, error.Detail);
        var challenge = $"Bearer realm=\"{provider.Issuer}\"";
        if (error.Code.Length > 0) challenge += $", error=\"{error.Code}\", error_description=\"{error.Description}\"";
        http.Response.Headers.WWWAuthenticate = challenge;
        if (error.Code.Length > 0) return Answers.ErrorAsync(http, error, http.RequestAborted);
        Answers.NotKept(http);
        http.Response.StatusCode = error.Status;
        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 2401, Level = LogLevel.Information,
        Message = "{Provider}: userinfo request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
