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

/// <summary>Who calls: by client_secret_basic, client_secret_post, private_key_jwt, or (public clients) by name alone. Exactly one of the
/// four, and the one that the client is registered for. The same at every endpoint that clients call.</summary>
internal sealed class AuthenticateClient(ClientDirectory clients, VerifyAssertion assertions)
{
    private const string BasicScheme = "Basic ";
    private const int MaxSecretLength = 1000;

    /// <summary>What came as proof; at most one member is not null.</summary>
    private sealed record Proof(string? ClientId, string? Secret, bool ByHeader, string? Assertion);

    public async ValueTask<AuthenticateClientOutcome> RunAsync(HttpContext http, RequestParameters form, CancellationToken ct)
    {
        var (proof, error) = Read(http, form);
        if (error is not null) return Refuse(error);
        if (proof!.ClientId is null) return Refuse(OAuthError.InvalidClient("no client_id"));
        if (await clients.FindAsync(proof.ClientId, ct) is not { } client) return Refuse(OAuthError.InvalidClient("unknown client_id"));
        if (proof.Assertion is null) return Check(client, proof.Secret, proof.ByHeader);
        if (client.IsPublic || client.Authentication != "private_key_jwt")
            return Refuse(OAuthError.InvalidClient($"client {client.ClientId} sent an assertion and is registered for another method"));
        return await assertions.FaultAsync(client, proof.Assertion, http.Request.Path.Value ?? "", ct) is { } fault
            ? Refuse(OAuthError.InvalidClient($"client {client.ClientId}: {fault}"))
            : new AuthenticateClientOutcome.Authenticated(client);
    }

    // RFC 6749 §2.3: no more than one method.
    private static (Proof?, OAuthError?) Read(HttpContext http, RequestParameters form)
    {
        var headers = http.Request.Headers.Authorization;
        var (clientId, secret, assertion) = (form["client_id"], form["client_secret"], form["client_assertion"]);
        if (headers.Count > 1 || Count(headers.Count == 1, secret is not null, assertion is not null) > 1)
            return (null, OAuthError.InvalidRequest("The client authenticates by more than one method."));
        if (assertion is not null || form["client_assertion_type"] is not null) return ReadAssertion(clientId, assertion, form);
        if (headers.Count == 0) return (new Proof(clientId, secret, false, null), null);
        if (ReadBasic(headers[0]) is not { } basic)
            return (null, OAuthError.InvalidClient("the Authorization header is not well-formed Basic"));
        return clientId is not null && !string.Equals(clientId, basic.Id, StringComparison.Ordinal)
            ? (null, OAuthError.InvalidRequest("client_id differs from the one in the Authorization header."))
            : (new Proof(basic.Id, basic.Secret, true, null), null);
    }

    private static int Count(params ReadOnlySpan<bool> there)
    {
        var count = 0;
        foreach (var one in there) if (one) count++;
        return count;
    }

    // RFC 7521 §4.2: client_id may be left out; if it is there, it names the same client.
    private static (Proof?, OAuthError?) ReadAssertion(string? clientId, string? assertion, RequestParameters form)
    {
        if (assertion is null) return (null, OAuthError.InvalidClient("client_assertion_type came without client_assertion"));
        if (form["client_assertion_type"] != VerifyAssertion.Type)
            return (null, OAuthError.InvalidClient("client_assertion_type is missing or not the one of private_key_jwt"));
        if (VerifyAssertion.ClaimedClient(assertion) is not { } claimed)
            return (null, OAuthError.InvalidClient("the client assertion cannot be read"));
        return clientId is not null && !string.Equals(clientId, claimed, StringComparison.Ordinal)
            ? (null, OAuthError.InvalidClient("client_id differs from sub of the client assertion"))
            : (new Proof(claimed, null, false, assertion), null);
    }

    private static AuthenticateClientOutcome Check(OpenIdClient client, string? secret, bool byHeader)
    {
        if (client.IsPublic)
            return secret is null && !byHeader
                ? new AuthenticateClientOutcome.Authenticated(client)
                : Refuse(OAuthError.InvalidClient($"public client {client.ClientId} sent a secret"));
        if (client.Authentication != "secret")
            return Refuse(OAuthError.InvalidClient($"client {client.ClientId} must authenticate by {client.Authentication}"));
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
