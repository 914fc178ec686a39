namespace Aupd.OpenId;

/// <summary>A protocol error: an immutable value from the catalogue below. The client reads <see cref="Code"/> and
/// <see cref="Description"/>; <see cref="Detail"/> is for the log alone and holds ids only.</summary>
/// <param name="Status">HTTP status where the error is an answer in itself and no redirect.</param>
internal sealed record OAuthError(string Code, int Status, string Description, string Detail)
{
    // RFC 6749 §4.1.2.1, §5.2.
    public static OAuthError InvalidRequest(string description, string? detail = null) =>
        new("invalid_request", 400, description, detail ?? description);
    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", 400, description, description);
    public static OAuthError AccessDenied(string description) => new("access_denied", 403, description, description);
    public static OAuthError UnsupportedResponseType(string asked) =>
        new("unsupported_response_type", 400, "Only response_type=code is supported.", $"response_type of {asked.Length} characters");
    public static OAuthError InvalidScope(string description) => new("invalid_scope", 400, description, description);

    // RFC 6749 §5.2. One description for every cause: a client that guesses learns nothing; the log knows which it was.
    public static OAuthError InvalidClient(string detail) =>
        new("invalid_client", 401, "The client is unknown or did not authenticate.", detail);
    public static OAuthError InvalidGrant(string detail) =>
        new("invalid_grant", 400, "The code or refresh token is unknown, expired, spent, revoked or was issued to another client.", detail);
    public static OAuthError UnsupportedGrantType(IEnumerable<string> ours) =>
        new("unsupported_grant_type", 400, $"Supported grant types: {string.Join(", ", ours)}.", "grant_type is none of ours");

    // RFC 8628 §3.5.
    public static OAuthError AuthorizationPending() =>
        new("authorization_pending", 400, "The person has not answered yet.", "no answer yet");
    public static OAuthError SlowDown(int seconds) =>
        new("slow_down", 400, $"Ask every {seconds} seconds, not sooner.", $"asked sooner than agreed; now {seconds} s");
    public static OAuthError ExpiredToken() => new("expired_token", 400, "The time to let the device in is over; begin anew.", "device_code has expired");
    public static OAuthError DeviceRefused() => AccessDenied("The person did not let the device in.") with { Status = 400 };

    // RFC 8707 §2.
    public static OAuthError InvalidTarget(string description) => new("invalid_target", 400, description, description);

    // OpenID Connect Core §3.1.2.6.
    public static OAuthError LoginRequired(string detail) =>
        new("login_required", 400, "The person is not signed in as the request demands.", detail);
    public static OAuthError AccountSelectionRequired(string detail) =>
        new("account_selection_required", 400, "The person must choose an account or role.", detail);
    public static OAuthError InteractionRequired(string detail) =>
        new("interaction_required", 400, "The person must complete a step at the provider.", detail);
    public static OAuthError ConsentRequired() =>
        new("consent_required", 400, "The person must consent first.", "prompt=none and no consent");
    public static OAuthError RequestNotSupported() =>
        new("request_not_supported", 400, "This client has registered no key to sign request objects with.", "request came");
    public static OAuthError RequestUriNotSupported() =>
        new("request_uri_not_supported", 400, "Request objects by reference are not supported.", "request_uri came");
    // RFC 9101 §7. The person reads it: the request was pushed and is now gone, expired or another client's; the log knows which.
    public static OAuthError InvalidRequestUri(string detail) =>
        new("invalid_request_uri", 400, "The sign-in took too long, was finished before or was not begun here; go back to the service.",
            $"request_uri: {detail}");
    public static OAuthError InvalidRequestObject(string detail) =>
        new("invalid_request_object", 400, "The request object is not signed as it must be, not for this provider, or not of this time.",
            $"request object: {detail}");
    // OpenID Connect Core Error Code unmet_authentication_requirements 1.0 §2.
    public static OAuthError UnmetAuthenticationRequirements(string detail) =>
        new("unmet_authentication_requirements", 400, "The person cannot be authenticated as the request demands.", detail);
    // RFC 9449 §5, §8. At a resource the status is 401.
    public static OAuthError InvalidDpopProof(string detail) =>
        new("invalid_dpop_proof", 400, "The DPoP proof is missing, not of this request, not of now, used before, or not of the key it must be of.",
            $"DPoP proof: {detail}");
    public static OAuthError UseDpopNonce() =>
        new("use_dpop_nonce", 400, "The DPoP proof must hold the nonce of the header DPoP-Nonce.", "DPoP proof without a nonce of now");
    public static OAuthError RegistrationNotSupported() =>
        new("registration_not_supported", 400, "The registration parameter is not supported.", "registration came");

    // RFC 6750 §3.1.
    public static OAuthError InvalidToken(string detail) =>
        new("invalid_token", 401, "The access token is unknown, expired or revoked.", detail);
    public static OAuthError InsufficientScope() =>
        new("insufficient_scope", 403, "The access token does not carry the scope openid.", "scope openid is missing");
}
