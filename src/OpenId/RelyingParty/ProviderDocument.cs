using System.Text.Json;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.RelyingParty;

/// <summary>What the discovery document says, as far as we use it (OpenID Connect Discovery §3).</summary>
internal sealed record ProviderDocument(
    string AuthorizationEndpoint, string TokenEndpoint, string? UserInfoEndpoint, string? EndSessionEndpoint,
    string JwksUri, bool SendsIssuer)
{
    /// <summary>Null and a fault when the document is not one, or is another provider's.</summary>
    public static ProviderDocument? Read(JsonElement json, string issuer, out ProviderFault fault)
    {
        fault = ProviderFault.WrongIssuer;
        // Discovery §4.3: exactly the issuer that was asked, byte for byte; else one provider could pass itself off as another.
        if (!string.Equals(json.Text("issuer"), issuer, StringComparison.Ordinal)) return null;
        fault = ProviderFault.BadAnswer;
        var secure = issuer.StartsWith("https://", StringComparison.Ordinal);
        if (Address(json, "authorization_endpoint", secure) is not { } authorize || Address(json, "token_endpoint", secure) is not { } token
            || Address(json, "jwks_uri", secure) is not { } jwks) return null;
        var sendsIssuer = json.TryGetProperty("authorization_response_iss_parameter_supported", out var sends)
            && sends.ValueKind == JsonValueKind.True;
        return new ProviderDocument(authorize, token,
            Address(json, "userinfo_endpoint", secure), Address(json, "end_session_endpoint", secure), jwks, sendsIssuer);
    }

    // A provider on https sends no one to plain http.
    private static string? Address(JsonElement json, string name, bool secure) =>
        json.Text(name) is { } text && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (!secure && uri.Scheme == Uri.UriSchemeHttp)) ? text : null;
}
