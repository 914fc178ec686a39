using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Logout;

/// <summary>A request to sign out, on its way through the checks.</summary>
internal sealed class LogoutRequest(RequestParameters parameters)
{
    public RequestParameters Parameters { get; } = parameters;
    public Hint? Hint { get; set; }
    /// <summary>Who sends the person here, if the request says so.</summary>
    public OpenIdClient? Client { get; set; }
    /// <summary>Where the client wants the person afterwards, with its state; null: our own page.</summary>
    public string? ReturnUrl { get; set; }
}

/// <summary>The checks of OpenID Connect RP-Initiated Logout §2 and §3, in their order. A fault is told to the person: nothing in such a
/// request says that the URI it names may be trusted.</summary>
internal sealed class LogoutSteps(ClientDirectory clients, VerifyHint hints)
{
    private delegate ValueTask<OAuthError?> Check(LogoutSteps self, LogoutRequest request, CancellationToken ct);

    private static readonly Check[] Table =
    [
        (_, r, _) => new(r.Parameters.Fault),
        (s, r, ct) => s.HintIsOurs(r, ct),
        (s, r, ct) => s.ClientIsKnown(r, ct),
        (_, r, _) => ReturnUriIsRegistered(r),
    ];

    public async ValueTask<OAuthError?> RunAsync(LogoutRequest request, CancellationToken ct)
    {
        foreach (var check in Table)
            if (await check(this, request, ct) is { } error) return error;
        return null;
    }

    // An expired one will do; a changed one will not.
    private async ValueTask<OAuthError?> HintIsOurs(LogoutRequest request, CancellationToken ct)
    {
        if (request.Parameters["id_token_hint"] is not { } token) return null;
        request.Hint = await hints.RunAsync(token, ct);
        return request.Hint is null ? OAuthError.InvalidRequest("id_token_hint is not an ID token of this provider.") : null;
    }

    private async ValueTask<OAuthError?> ClientIsKnown(LogoutRequest request, CancellationToken ct)
    {
        var named = request.Parameters["client_id"];
        if (named is not null && request.Hint is { } hint && !string.Equals(named, hint.Audience, StringComparison.Ordinal))
            return OAuthError.InvalidRequest("client_id is not the client that id_token_hint was issued to.");
        request.Client = await clients.FindAsync(named ?? request.Hint?.Audience, ct);
        return named is not null && request.Client is null ? OAuthError.InvalidRequest("client_id is not registered here.") : null;
    }

    // Without a client there is nothing to compare the URI with: it is not followed, and our own page ends the story.
    private static ValueTask<OAuthError?> ReturnUriIsRegistered(LogoutRequest request)
    {
        if (request.Parameters["post_logout_redirect_uri"] is not { } uri || request.Client is not { } client) return default;
        if (!client.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal))
            return new(OAuthError.InvalidRequest("post_logout_redirect_uri is not registered for this client."));
        request.ReturnUrl = request.Parameters["state"] is { } state ? Answers.WithQuery(uri, [KeyValuePair.Create("state", state)]) : uri;
        return default;
    }
}
