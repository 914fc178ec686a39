using Aupd.OpenId.Authorize;
using Aupd.OpenId.Device;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Dpop;
using Aupd.OpenId.Introspection;
using Aupd.OpenId.Logout;
using Aupd.OpenId.Push;
using Aupd.OpenId.Revocation;
using Aupd.OpenId.Token;
using Aupd.OpenId.UserInfo;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Discovery;

/// <summary><c>GET /.well-known/openid-configuration</c>: what this provider does, and nothing that it does not.</summary>
internal sealed class DiscoveryEndpoint(ProviderIdentity provider, IClaimsSource claims, ContextClasses classes)
{
    public const string Path = "/.well-known/openid-configuration", JwksPath = "/connect/jwks";
    private const int MaxAgeSeconds = 300;

    private static readonly string[] EngineClaims = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "amr", "acr", "at_hash"];

    // How confidential clients authenticate, at every endpoint that they call.
    private static readonly string[] AuthMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    private static readonly string[] AssertionAlgorithms = ["ES256", "PS256", "RS256"];

    public Task GetAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = $"public, max-age={MaxAgeSeconds}";
        return http.Response.WriteAsJsonAsync(Document(), options: null, "application/json", http.RequestAborted);
    }

    // OpenID Connect Discovery §3, RFC 8414 §2, RFC 8628 §4, RFC 9101 §10.5, RFC 9126 §5, RFC 9207 §3, RFC 9449 §5.1, RP-Initiated Logout §2.1, Back-Channel Logout §2.1.
    private Dictionary<string, object> Document() => new()
    {
        ["issuer"] = provider.Issuer,
        ["authorization_endpoint"] = provider.Issuer + AuthorizeEndpoint.Path,
        ["token_endpoint"] = provider.Issuer + TokenEndpoint.Path,
        ["pushed_authorization_request_endpoint"] = provider.Issuer + PushEndpoint.Path,
        // RFC 9126 §5: of all clients alike; which must push stands in their registration.
        ["require_pushed_authorization_requests"] = false,
        ["userinfo_endpoint"] = provider.Issuer + UserInfoEndpoint.Path,
        ["device_authorization_endpoint"] = provider.Issuer + DeviceAuthorizationEndpoint.Path,
        ["end_session_endpoint"] = provider.Issuer + LogoutEndpoint.Path,
        ["jwks_uri"] = provider.Issuer + JwksPath,
        ["scopes_supported"] = (string[])["openid", .. claims.ClaimsOfScopes.Keys.Where(s => s is not ("openid" or "offline_access")), "offline_access"],
        ["claims_supported"] = EngineClaims.Union(claims.ClaimsOfScopes.Values.SelectMany(c => c)).ToArray(),
        ["response_types_supported"] = (string[])["code"],
        ["response_modes_supported"] = (string[])["query", "form_post"],
        ["grant_types_supported"] = GrantTypes.All,
        ["subject_types_supported"] = (string[])["public"],
        ["id_token_signing_alg_values_supported"] = (string[])["ES256", "RS256", "PS256"],
        ["token_endpoint_auth_methods_supported"] = AuthMethods.Append("none").ToArray(),
        ["token_endpoint_auth_signing_alg_values_supported"] = AssertionAlgorithms,
        ["revocation_endpoint"] = provider.Issuer + RevocationEndpoint.Path,
        ["revocation_endpoint_auth_methods_supported"] = AuthMethods.Append("none").ToArray(),
        ["revocation_endpoint_auth_signing_alg_values_supported"] = AssertionAlgorithms,
        ["introspection_endpoint"] = provider.Issuer + IntrospectionEndpoint.Path,
        ["introspection_endpoint_auth_methods_supported"] = AuthMethods,
        ["introspection_endpoint_auth_signing_alg_values_supported"] = AssertionAlgorithms,
        ["code_challenge_methods_supported"] = (string[])["S256"],
        ["prompt_values_supported"] = (string[])["none", "login", "select_account", "consent"],
        ["acr_values_supported"] = classes.Names,
        ["display_values_supported"] = (string[])["page"],
        ["ui_locales_supported"] = (string[])["ru", "en"],
        ["dpop_signing_alg_values_supported"] = ReadProof.Algorithms.Select(a => a.Name).ToArray(),
        ["claims_parameter_supported"] = true,
        ["request_parameter_supported"] = true,
        ["request_object_signing_alg_values_supported"] = (string[])["ES256", "RS256", "PS256"],
        ["request_uri_parameter_supported"] = false,
        ["authorization_response_iss_parameter_supported"] = true,
        ["backchannel_logout_supported"] = true,
        ["backchannel_logout_session_supported"] = true,
    };
}
