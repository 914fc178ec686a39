using System.Security.Cryptography;
using System.Text;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Clients;

internal abstract record AuthenticateClientOutcome
{
    private AuthenticateClientOutcome() { }
    internal sealed record Authenticated(OpenIdClient Client) : AuthenticateClientOutcome;
    internal sealed record Refused(OAuthError Error) : AuthenticateClientOutcome;
}

/// <summary>Who calls: by client_secret_basic, client_secret_post, or (public clients) by name alone. Exactly one of the three.</summary>
internal sealed class AuthenticateClient(ClientDirectory clients)
{
    private const string BasicScheme = "Basic ";
    private const int MaxSecretLength = 1000;

    public async ValueTask<AuthenticateClientOutcome> RunAsync(HttpContext http, RequestParameters form, CancellationToken ct)
    {
        var headers = http.Request.Headers.Authorization;
        var (clientId, secret) = (form["client_id"], form["client_secret"]);
        if (form["client_assertion"] is not null || form["client_assertion_type"] is not null)
            return Refuse(OAuthError.InvalidClient("client_assertion came; not supported"));
        var byHeader = headers.Count > 0;
        if (byHeader)
        {
            // RFC 6749 §2.3: no more than one method.
            if (headers.Count > 1 || secret is not null)
                return Refuse(OAuthError.InvalidRequest("The client authenticates by more than one method."));
            if (ReadBasic(headers[0]) is not { } basic)
                return Refuse(OAuthError.InvalidClient("the Authorization header is not well-formed Basic"));
            if (clientId is not null && !string.Equals(clientId, basic.Id, StringComparison.Ordinal))
                return Refuse(OAuthError.InvalidRequest("client_id differs from the one in the Authorization header."));
            (clientId, secret) = basic;
        }
        if (clientId is null) return Refuse(OAuthError.InvalidClient("no client_id"));
        if (await clients.FindAsync(clientId, ct) is not { } client) return Refuse(OAuthError.InvalidClient("unknown client_id"));
        return Check(client, secret, byHeader);
    }

    private static AuthenticateClientOutcome Check(OpenIdClient client, string? secret, bool byHeader)
    {
        if (client.IsPublic)
            return secret is null && !byHeader
                ? new AuthenticateClientOutcome.Authenticated(client)
                : Refuse(OAuthError.InvalidClient($"public client {client.ClientId} sent a secret"));
        if (string.IsNullOrEmpty(secret)) return Refuse(OAuthError.InvalidClient($"client {client.ClientId} sent no secret"));
        if (secret.Length > MaxSecretLength)
            return Refuse(OAuthError.InvalidClient($"client {client.ClientId} sent a secret of {secret.Length} characters"));
        return Matches(client, secret)
            ? new AuthenticateClientOutcome.Authenticated(client)
            : Refuse(OAuthError.InvalidClient($"client {client.ClientId} sent a wrong secret"));
    }

    // All are compared, each in constant time, so that the time tells nothing.
    private static bool Matches(OpenIdClient client, string secret)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), given);
        var found = false;
        foreach (var hash in client.SecretHashes) found |= CryptographicOperations.FixedTimeEquals(given, Convert.FromHexString(hash));
        return found;
    }

    // RFC 6749 §2.3.1: id and secret are each form-urlencoded before they are joined by the colon.
    private static (string Id, string? Secret)? ReadBasic(string? header)
    {
        if (header?.StartsWith(BasicScheme, StringComparison.OrdinalIgnoreCase) != true) return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[BasicScheme.Length..].Trim(), bytes, out var length)) return null;
        var pair = bytes.AsSpan(0, length);
        var colon = pair.IndexOf((byte)':');
        if (colon <= 0) return null;
        var (id, secret) = (RequestParameters.Decode(pair[..colon]), RequestParameters.Decode(pair[(colon + 1)..]));
        return id is null || secret is null || id.Contains('\0') || secret.Contains('\0') ? null : (id, secret);
    }

    private static AuthenticateClientOutcome.Refused Refuse(OAuthError error) => new(error);
}
