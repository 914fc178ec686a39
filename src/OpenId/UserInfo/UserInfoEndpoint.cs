using Aupd.OpenId.Authorize;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Aupd.OpenId.UserInfo;

/// <summary><c>GET</c> and <c>POST /connect/userinfo</c>: what the access token's scopes allow to know of the person, as it is
/// now.</summary>
internal sealed partial class UserInfoEndpoint(
    FindToken find, ReadProof proofs, IClaimsSource claims, ProviderIdentity provider, ILogger<UserInfoEndpoint> log)
{
    public const string Path = "/connect/userinfo";
    private const string BearerScheme = "Bearer ", DpopScheme = ReadProof.Scheme + " ";

    private sealed class Call
    {
        public string? Token { get; set; }
        /// <summary>Brought by the scheme DPoP, with a proof (RFC 9449 §7.1).</summary>
        public bool ByDpop { get; set; }
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
        call.ByDpop = header?.StartsWith(DpopScheme, StringComparison.OrdinalIgnoreCase) == true;
        if (header is not null && !call.ByDpop && !header.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)) return NothingBrought;
        call.Token = header?[(call.ByDpop ? DpopScheme : BearerScheme).Length..].Trim() ?? inBody;
        return string.IsNullOrEmpty(call.Token) ? NothingBrought : null;
    }

    private async ValueTask<OAuthError?> TokenGood(HttpContext http, Call call)
    {
        var (proof, fault) = Proof(http, call);
        if (fault is not null) return fault;
        var (found, used) = await find.WithHolderAsync(call.Token!, proof, http.RequestAborted);
        if (used is not null) return AtResource(used);
        if (found is not { } token) return OAuthError.InvalidToken("no living access token");
        call.ClientId = token.Client.ClientId;
        // RFC 9449 §7.1, §7.2: one that is bound to a key is no bearer's, and the other way about.
        if (token.Jkt is null == call.ByDpop) return OAuthError.InvalidToken("not brought by the scheme that it was issued for");
        if (token.Jkt != proof?.Thumbprint) return AtResource(OAuthError.InvalidDpopProof("of another key than the token's"));
        if (token.Ask is null) return OAuthError.InvalidToken("the token is a service's own, of no person");
        // RFC 8707 §2: one for a resource server only would let that server look the person up here.
        if (!token.Audiences.Contains(provider.Issuer)) return OAuthError.InvalidToken("the token is for other resources");
        (call.Ask, call.Holder, call.Asked) = (token.Ask, token.Site, token.Claims);
        return null;
    }

    private (DpopProof?, OAuthError?) Proof(HttpContext http, Call call) => !call.ByDpop ? (null, null) : proofs.Run(http, Path, call.Token) switch
    {
        ReadProofOutcome.Read read => (read.Proof, null),
        ReadProofOutcome.Refused refused => (null, AtResource(refused.Error)),
        _ => (null, AtResource(OAuthError.InvalidDpopProof("there is none"))),
    };

    private static OAuthError AtResource(OAuthError error) => error with { Status = StatusCodes.Status401Unauthorized };

    private ValueTask<OAuthError?> PersonAllowed(Call call)
    {
        call.Claims = call.Holder is { } holder ? ClaimsFor.UserInfo(claims, holder, call.Ask!, call.Asked) : null;
        return new(call.Claims is null ? OAuthError.InvalidToken($"the site refuses claims for subject {call.Ask!.Subject}") : null);
    }

    // RFC 9449 §7.1.
    private static readonly string DpopChallenge = $"{ReadProof.Scheme} algs=\"{string.Join(' ', ReadProof.Algorithms)}\"";

    // RFC 6750 §3.1: a request that brought nothing gets no error code, only the challenge.
    private static readonly OAuthError NothingBrought = new("", 401, "", "no access token");

    private Task RefuseAsync(HttpContext http, Call call, OAuthError error)
    {
        Refused(log, provider.Name, call.ClientId, error.Code, error.Detail);
        var bearer = $"Bearer realm=\"{provider.Issuer}\"";
        var told = error.Code.Length > 0 ? $", error=\"{error.Code}\", error_description=\"{error.Description}\"" : "";
        http.Response.Headers.WWWAuthenticate = call.ByDpop ? DpopChallenge + told
            : told.Length > 0 ? bearer + told : new StringValues([bearer, DpopChallenge]);
        if (error.Code.Length > 0) return Answers.ErrorAsync(http, error, http.RequestAborted);
        Answers.NotKept(http);
        http.Response.StatusCode = error.Status;
        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 2401, Level = LogLevel.Information,
        Message = "{Provider}: userinfo request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
