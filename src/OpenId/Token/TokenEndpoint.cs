using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Token.AuthorizationCode;
using Aupd.OpenId.Token.ClientCredentials;
using Aupd.OpenId.Token.DeviceCode;
using Aupd.OpenId.Token.RefreshToken;
using Aupd.OpenId.Token.TokenExchange;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Token;

/// <summary><c>POST /connect/token</c>.</summary>
internal sealed partial class TokenEndpoint(
    AuthenticateClient authenticate, RedeemCode redeemCode, RotateRefreshToken rotate, PollForDevice pollForDevice, GrantToClient grantToClient,
    ExchangeToken exchangeToken, ReadProof proofs, ProviderIdentity provider, ILogger<TokenEndpoint> log)
{
    public const string Path = "/connect/token";

    private sealed class Call(RequestParameters form)
    {
        public RequestParameters Form { get; } = form;
        public OpenIdClient? Client { get; set; }
        public DpopProof? Proof { get; set; }
    }

    private delegate ValueTask<OAuthError?> Check(TokenEndpoint self, HttpContext http, Call call);
    private delegate Task<TokenOutcome> Grant(OpenIdClient client, RequestParameters form, DpopProof? proof, CancellationToken ct);

    /// <summary>The checks that stand before every grant, in their order.</summary>
    private static readonly Check[] Table =
    [
        (_, _, c) => new(c.Form.Fault),
        (s, http, c) => s.AuthenticateAsync(http, c),
        (s, _, c) => s.GrantTypeKnown(c),
        (s, http, c) => new(s.KeyProved(http, c)),
    ];

    private readonly Dictionary<string, Grant> _grants = new(StringComparer.Ordinal)
    {
        [GrantTypes.AuthorizationCode] = redeemCode.RunAsync,
        [GrantTypes.RefreshToken] = rotate.RunAsync,
        [GrantTypes.ClientCredentials] = grantToClient.RunAsync,
        [GrantTypes.DeviceCode] = pollForDevice.RunAsync,
        [GrantTypes.TokenExchange] = exchangeToken.RunAsync,
    };

    public async Task PostAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var call = new Call(await RequestParameters.FromFormAsync(http.Request, ct));
        foreach (var check in Table)
            if (await check(this, http, call) is { } error) { await RefuseAsync(http, call, error); return; }
        switch (await _grants[call.Form["grant_type"]!](call.Client!, call.Form, call.Proof, ct))
        {
            case TokenOutcome.Issued issued: await Answers.JsonAsync(http, StatusCodes.Status200OK, issued.Body, ct); return;
            case TokenOutcome.Refused refused: await RefuseAsync(http, call, refused.Error); return;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private async ValueTask<OAuthError?> AuthenticateAsync(HttpContext http, Call call)
    {
        switch (await authenticate.RunAsync(http, call.Form, http.RequestAborted))
        {
            case AuthenticateClientOutcome.Authenticated known: call.Client = known.Client; return null;
            case AuthenticateClientOutcome.Refused refused: return refused.Error;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private ValueTask<OAuthError?> GrantTypeKnown(Call call) =>
        call.Form["grant_type"] is not { } type ? new(OAuthError.InvalidRequest("grant_type is missing."))
        : _grants.ContainsKey(type) ? default
        : new(OAuthError.UnsupportedGrantType(_grants.Keys));

    // RFC 9449 §5.
    private OAuthError? KeyProved(HttpContext http, Call call)
    {
        switch (proofs.Run(http, Path))
        {
            case ReadProofOutcome.None: return call.Client!.MustBindTokens ? OAuthError.InvalidDpopProof("there is none") : null;
            case ReadProofOutcome.Refused refused: return refused.Error;
            case ReadProofOutcome.Read { Proof: var proof }: call.Proof = proof; return null;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private Task RefuseAsync(HttpContext http, Call call, OAuthError error)
    {
        Refused(log, provider.Name, call.Client?.ClientId ?? "(unauthenticated)", error.Code, error.Detail);
        return Answers.ClientErrorAsync(http, error, provider.Issuer);
    }

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information,
        Message = "{Provider}: token request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
