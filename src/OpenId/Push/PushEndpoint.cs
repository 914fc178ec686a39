using Aupd.OpenId.Authorize;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.Push;

/// <summary><c>POST /connect/par</c> (RFC 9126): a client hands over its authorization request, and proves who it is, before the person's
/// browser comes. All is checked here by the same table as at the authorization endpoint.</summary>
internal sealed partial class PushEndpoint(
    AuthenticateClient authenticate, AuthorizeSteps steps, ReadProof proofs, ReplayStore replays, PushedRequests pushed,
    OpenIdSettings settings, ProviderIdentity provider, TimeProvider clock, ILogger<PushEndpoint> log)
{
    public const string Path = "/connect/par";

    /// <summary>What proves the client is no part of the request that it hands over.</summary>
    private static readonly string[] Proofs = ["client_secret", "client_assertion", "client_assertion_type"];

    public async Task PostAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var form = await RequestParameters.FromFormAsync(http.Request, ct);
        if (form.Fault is { } fault) { await RefuseAsync(http, null, fault); return; }
        switch (await authenticate.RunAsync(http, form, ct))
        {
            case AuthenticateClientOutcome.Authenticated known: await KeepAsync(http, known.Client, form); return;
            case AuthenticateClientOutcome.Refused refused: await RefuseAsync(http, null, refused.Error); return;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task KeepAsync(HttpContext http, OpenIdClient client, RequestParameters form)
    {
        var ct = http.RequestAborted;
        // With client_secret_basic the name may stand in the header alone.
        var request = new AuthorizeRequest(form.Without(Proofs).With("client_id", client.ClientId), clock.GetUtcNow());
        if (await steps.RunAsync(request, At.Pushed, ct) is { } refusal) { await RefuseAsync(http, client, refusal.Error); return; }
        if (await BindToKeyAsync(http, request) is { } fault) { await RefuseAsync(http, client, fault); return; }
        var uri = await pushed.KeepAsync(client, request.Parameters, ct);
        // RFC 9126 §2.2.
        await Answers.JsonAsync(http, StatusCodes.Status201Created,
            new Dictionary<string, object> { ["request_uri"] = uri, ["expires_in"] = settings.PushedRequestLifetimeSeconds }, ct);
    }

    // RFC 9449 §10.1: a proof here is a dpop_jkt that cannot be wrong.
    private async ValueTask<OAuthError?> BindToKeyAsync(HttpContext http, AuthorizeRequest request)
    {
        switch (proofs.Run(http, Path))
        {
            case ReadProofOutcome.None: return null;
            case ReadProofOutcome.Refused refused: return refused.Error;
            case ReadProofOutcome.Read { Proof: { } proof }:
                if (request.KeyThumbprint is { } named && named != proof.Thumbprint) return OAuthError.InvalidDpopProof("dpop_jkt names another key");
                if (!await replays.TryUseAsync(ReplayKind.DpopProof, proof.Thumbprint, proof.Id, proof.GoodUntil, http.RequestAborted))
                    return OAuthError.InvalidDpopProof("used before");
                request.Parameters = request.Parameters.With("dpop_jkt", proof.Thumbprint);
                return null;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private Task RefuseAsync(HttpContext http, OpenIdClient? client, OAuthError error)
    {
        Refused(log, provider.Name, client?.ClientId ?? "(unauthenticated)", error.Code, error.Detail);
        return Answers.ClientErrorAsync(http, error, provider.Issuer);
    }

    [LoggerMessage(EventId = 2204, Level = LogLevel.Information,
        Message = "{Provider}: pushed request of {ClientId} refused, {Error}: {Detail}")]
    private static partial void Refused(ILogger logger, string provider, string clientId, string error, string detail);
}
