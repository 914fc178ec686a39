namespace Aupd.OpenId.Tests.Conformance;

/// <summary>The modules of the OpenID Foundation's conformance suite that this provider is held to, by their names there. Each is a test
/// of that name in the class of its plan; <see cref="ModuleListTests"/> sees to it that none is forgotten.</summary>
internal static class Modules
{
    /// <summary>oidcc-basic-certification-test-plan; also oidcc-formpost-basic-certification-test-plan, by response_mode=form_post.</summary>
    public static readonly string[] Basic =
    [
        "oidcc-server", "oidcc-response-type-missing", "oidcc-idtoken-signature", "oidcc-idtoken-unsigned", "oidcc-userinfo-get",
        "oidcc-userinfo-post-header", "oidcc-userinfo-post-body", "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        "oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-address", "oidcc-scope-phone", "oidcc-scope-all",
        "oidcc-alternate-happy-flow", "oidcc-display-page", "oidcc-display-popup", "oidcc-prompt-login",
        "oidcc-prompt-none-not-logged-in", "oidcc-prompt-none-logged-in", "oidcc-max-age-1", "oidcc-max-age-10000",
        "oidcc-ensure-request-with-unknown-parameter-succeeds", "oidcc-id-token-hint", "oidcc-login-hint", "oidcc-ui-locales",
        "oidcc-claims-locales", "oidcc-ensure-request-with-acr-values-succeeds", "oidcc-codereuse", "oidcc-codereuse-30seconds",
        "oidcc-ensure-registered-redirect-uri", "oidcc-ensure-post-request-succeeds", "oidcc-server-client-secret-post",
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", "oidcc-claims-essential",
        "oidcc-ensure-request-object-with-redirect-uri", "oidcc-refresh-token", "oidcc-ensure-request-with-valid-pkce-succeeds",
    ];

    /// <summary>oidcc-config-certification-test-plan.</summary>
    public static readonly string[] Config = ["oidcc-discovery-endpoint-verification"];

    /// <summary>oidcc-rp-initiated-logout-certification-test-plan.</summary>
    public static readonly string[] RpInitiatedLogout =
    [
        "oidcc-rp-initiated-logout", "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", "oidcc-rp-initiated-logout-modified-id-token-hint",
        "oidcc-rp-initiated-logout-no-id-token-hint", "oidcc-rp-initiated-logout-no-params",
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "oidcc-rp-initiated-logout-no-state",
        "oidcc-rp-initiated-logout-only-state", "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-bad-id-token-hint",
    ];

    /// <summary>oidcc-backchannel-rp-initiated-logout-certification-test-plan.</summary>
    public static readonly string[] BackChannelLogout =
        ["oidcc-backchannel-logout-discovery-endpoint-verification", "oidcc-backchannel-rp-initiated-logout"];

    /// <summary>What oidcc-dynamic-certification-test-plan asks for beyond the plans above and beyond dynamic registration, which this
    /// provider does not have.</summary>
    public static readonly string[] Dynamic =
    [
        "oidcc-idtoken-rs256", "oidcc-ensure-redirect-uri-in-authorization-request", "oidcc-redirect-uri-query-OK",
        "oidcc-redirect-uri-query-mismatch", "oidcc-redirect-uri-query-added", "oidcc-redirect-uri-regfrag", "oidcc-server-rotate-keys",
        "oidcc-refresh-token-rp-key-rotation", "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
    ];
}
