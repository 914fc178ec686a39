using System.Text.RegularExpressions;
using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Clients;

/// <summary>What makes a client's registration safe and complete. One place, whatever way the client comes in by.</summary>
internal static partial class ClientRules
{
    private const int MaxUris = 20, MaxUriLength = 500;
    private const string EmptySecretHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Everything that is wrong, each naming its member; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(OpenIdClient client) =>
    [
        .. Words(client), .. Secrets(client),
        .. Uris("redirectUris", client.RedirectUris, u => Redirect(u, client)),
        .. Uris("postLogoutRedirectUris", client.PostLogoutRedirectUris, u => Redirect(u, client)),
        .. client.RedirectUris.Count == 0 ? ["redirectUris is empty: without one nobody can come back to the client."]
            : Array.Empty<string>(),
        .. One("backchannelLogoutUri", client.BackchannelLogoutUri), .. One("initiateLoginUri", client.InitiateLoginUri),
        .. Scopes(client),
    ];

    private static IEnumerable<string> Words(OpenIdClient client)
    {
        if (!ClientId().IsMatch(client.ClientId ?? "")) yield return "clientId must be 1 to 100 of the characters A-Z a-z 0-9 . _ -";
        if (!IsName(client.Name)) yield return "name must be 1 to 200 characters without control characters.";
        if (client.NameEnglish is not null && !IsName(client.NameEnglish))
            yield return "nameEnglish must be 1 to 200 characters without control characters.";
        if (client.Type is not ("confidential" or "public")) yield return "type must be confidential or public.";
        if (client.IdTokenAlg is not ("ES256" or "RS256")) yield return "idTokenAlg must be ES256 or RS256.";
        if (client.Roles is null || client.Roles.Any(r => !Role().IsMatch(r ?? ""))) yield return "roles must be words of a-z and -.";
    }

    private static bool IsName(string? name) =>
        name?.Length is > 0 and <= 200 && !name.Any(char.IsControl) && !string.IsNullOrWhiteSpace(name);

    private static IEnumerable<string> Secrets(OpenIdClient client)
    {
        if (client.SecretHashes is null) { yield return "secretHashes must be a list."; yield break; }
        if (client.Type == "public" && client.SecretHashes.Count > 0)
            yield return "secret: a public client has none, everyone could read it there.";
        if (client.Type == "confidential" && client.SecretHashes.Count is 0 or > 4)
            yield return "secret: a confidential client has one to four.";
        if (client.SecretHashes.Any(h => !Sha256().IsMatch(h ?? "")))
            yield return "secretHashes must each be a SHA-256 in 64 lower-case hexadecimal digits.";
        if (client.SecretHashes.Contains(EmptySecretHash)) yield return "secret must not be empty.";
    }

    private static IEnumerable<string> Uris(string member, IReadOnlyList<string> uris, Func<string, string?> fault)
    {
        if (uris is null) return [$"{member} must be a list."];
        if (uris.Count > MaxUris) return [$"{member} may hold {MaxUris} at most."];
        return uris.Select(u => (Uri: u, Fault: fault(u ?? ""))).Where(f => f.Fault is not null).Select(f =>
            $"{member}: \"{f.Uri}\" {f.Fault}");
    }

    private static IEnumerable<string> One(string member, string? uri) =>
        uri is null ? [] : Web(uri) is { } fault ? [$"{member}: \"{uri}\" {fault}"] : [];

    private static IEnumerable<string> Scopes(OpenIdClient client)
    {
        if (client.Scopes is null || !client.Scopes.Contains("openid")) yield return "scopes must hold openid.";
        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
        if (client.Scopes?.Any(s => !ScopeToken().IsMatch(s ?? "")) == true)
            yield return "scopes must be words without spaces, quotes and backslashes.";
    }

    // A native app may also own a scheme, named backwards after a domain of its maker (RFC 8252 §7.1).
    private static string? Redirect(string uri, OpenIdClient client) =>
        Form(uri) is { } fault ? fault
        : PrivateScheme().IsMatch(uri) ? client.Type == "public" ? null
            : "has a scheme of its own, which only a public (native) client may have."
        : Web(uri);

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

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z")] private static partial Regex ClientId();
    [GeneratedRegex(@"\A[a-z][a-z-]{0,49}\z")] private static partial Regex Role();
    [GeneratedRegex(@"\A[0-9a-f]{64}\z")] private static partial Regex Sha256();
    [GeneratedRegex(@"\A[\x21\x23-\x5B\x5D-\x7E]{1,100}\z")] private static partial Regex ScopeToken();
    [GeneratedRegex(@"\A[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:/[^/]?")] private static partial Regex PrivateScheme();
}
