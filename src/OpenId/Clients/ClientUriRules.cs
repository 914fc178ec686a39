using System.Text.RegularExpressions;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Clients;

/// <summary>Which addresses a client may have: where people, tokens and news are sent.</summary>
internal static partial class ClientUriRules
{
    private const int MaxUris = 20, MaxUriLength = 500;

    public static IReadOnlyList<string> Check(OpenIdClient client) =>
    [
        .. Uris("redirectUris", client.RedirectUris, u => Redirect(u, client)),
        .. Uris("postLogoutRedirectUris", client.PostLogoutRedirectUris, u => Redirect(u, client)),
        .. client.RedirectUris is { Count: 0 } && client.GrantTypes?.Contains(GrantTypes.AuthorizationCode) == true
            ? ["redirectUris is empty: without one nobody can come back to the client."] : Array.Empty<string>(),
        .. One("backchannelLogoutUri", client.BackchannelLogoutUri), .. One("initiateLoginUri", client.InitiateLoginUri),
        .. One("jwksUri", client.JwksUri),
        .. Uris("resources", client.Resources, Identifier), .. Uris("audiences", client.Audiences, Identifier),
    ];

    private static IEnumerable<string> Uris(string member, IReadOnlyList<string> uris, Func<string, string?> fault)
    {
        if (uris is null) return [$"{member} must be a list."];
        if (uris.Count > MaxUris) return [$"{member} may hold {MaxUris} at most."];
        return uris.Select(u => (Uri: u, Fault: fault(u ?? ""))).Where(f => f.Fault is not null).Select(f =>
            $"{member}: \"{f.Uri}\" {f.Fault}");
    }

    private static IEnumerable<string> One(string member, string? uri) =>
        uri is null ? [] : Web(uri) is { } fault ? [$"{member}: \"{uri}\" {fault}"] : [];

    // A native app may also own a scheme, named backwards after a domain of its maker (RFC 8252 §7.1).
    private static string? Redirect(string uri, OpenIdClient client) =>
        Form(uri) is { } fault ? fault
        : PrivateScheme().IsMatch(uri) ? client.IsPublic ? null
            : "has a scheme of its own, which only a public (native) client may have."
        : Web(uri);

    // RFC 8707 §2: an absolute URI without fragment. It is a name and is never called.
    private static string? Identifier(string uri) =>
        Form(uri) is { } fault ? fault : Uri.TryCreate(uri, UriKind.Absolute, out _) ? null : "is not an absolute URI.";

    private static string? Web(string uri)
    {
        if (Form(uri) is { } fault) return fault;
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed)) return "is not an absolute URI.";
        if (parsed.Scheme != Uri.UriSchemeHttps && parsed.Scheme != Uri.UriSchemeHttp) return "has a scheme other than https.";
        if (parsed.UserInfo.Length > 0) return "holds a user name.";
        // RFC 9700 §2.6: no http, but for an application on the person's own device.
        return parsed.Scheme == Uri.UriSchemeHttps || parsed.IsLoopback ? null : "uses http, which is only allowed for loopback addresses.";
    }

    private static string? Form(string uri) => uri switch
    {
        { Length: 0 } => "is empty.",
        { Length: > MaxUriLength } => $"is longer than {MaxUriLength} characters.",
        _ when uri.Any(c => c is <= ' ' or >= '\x7f' or '\\' or '"' or '<' or '>') => "holds a character that a URI cannot have.",
        _ when uri.Contains('{') || uri.Contains('}') => "holds a placeholder that nothing stands for; known: {school}, {portal}, {demo}.",
        _ when uri.Contains('#') => "has a fragment.",
        _ when uri.Contains('*') => "has a wildcard; every URI is compared as it stands.",
        _ => null,
    };

    [GeneratedRegex(@"\A[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:/[^/]?")] private static partial Regex PrivateScheme();
}
