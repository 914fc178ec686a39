using System.Text.Json;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;

namespace Aupd.OpenId.Authorize;

internal abstract record ReadRequestObjectOutcome
{
    private ReadRequestObjectOutcome() { }
    internal sealed record Read(RequestParameters Parameters) : ReadRequestObjectOutcome;
    internal sealed record Refused(OAuthError Error) : ReadRequestObjectOutcome;
}

/// <summary>Reads an authorization request that the client has signed (RFC 9101, OpenID Connect Core §6). Unsigned ones and those by
/// reference are not taken.</summary>
internal sealed class ReadRequestObject(ClientKeys keys, ReplayStore replays, ProviderIdentity provider, TimeProvider clock)
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // RFC 9101 §10.8; OpenID Connect Core §6 knew no typ.
    private static readonly string?[] Types = ["oauth-authz-req+jwt", "JWT", null];

    /// <summary>What makes it a message, and no parameter.</summary>
    private static readonly string[] Envelope = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

    /// <summary>Algorithms that this client may sign by.</summary>
    public static IReadOnlyList<SignatureAlgorithm> AlgorithmsOf(OpenIdClient client) =>
        SignatureAlgorithm.Find(client.RequestObjectAlg) is { } one ? [one]
        // FAPI 2.0 Security Profile §5.4.1.
        : client.IsFapi2 ? [SignatureAlgorithm.Es256, SignatureAlgorithm.Ps256]
        : SignatureAlgorithm.Signing;

    public async ValueTask<ReadRequestObjectOutcome> RunAsync(OpenIdClient client, string text, CancellationToken ct)
    {
        switch (await keys.VerifyAsync(client, text, new JwsPolicy(AlgorithmsOf(client), Types), ct))
        {
            case JwsOutcome.Refused refused: return Refuse($"{refused.Fault}: {refused.Why}");
            case JwsOutcome.Verified verified when JwtClaims.TryParse(verified.Payload) is { } claims:
                if (Fault(client, claims) is { } fault) return Refuse(fault);
                // Last, so that only the client itself can use a jti up.
                if (claims.Has("jti") && !await replays.TryUseAsync(ReplayKind.RequestObject, client.ClientId, claims.Id ?? "",
                        claims.ExpiresAt!.Value + Skew, ct)) return Refuse("its jti was used before, or is empty or too long");
                return new ReadRequestObjectOutcome.Read(Parameters(claims));
            default: return Refuse("it holds no claims");
        }
    }

    private string? Fault(OpenIdClient client, JwtClaims claims)
    {
        var now = clock.GetUtcNow();
        if (claims.Check(new JwtRules(client.ClientId, provider.Issuer) { Skew = Skew, IssuedAtRequired = false }, now) is { } fault)
            return $"its claims fail by {fault}";
        if (claims.ExpiresAt!.Value > now + ReplayStore.MaxLifetime + Skew) return "it is good for more than an hour";
        // RFC 9101 §5: identical inside and outside.
        if (!string.Equals(claims.Text("client_id"), client.ClientId, StringComparison.Ordinal)) return "client_id within is not the client's";
        // RFC 9101 §4.
        if (claims.Has("request") || claims.Has("request_uri")) return "it holds another request object";
        // RFC 9101 §10.8: it travels through the browser, and with this sub it could be brought to us as an assertion of who the client is.
        if (claims.Subject == client.ClientId) return "sub is the client";
        return client.IsFapi2 ? Fapi2Fault(claims, now) : null;
    }

    // FAPI 2.0 Message Signing §5.3.1.
    private static string? Fapi2Fault(JwtClaims claims, DateTimeOffset now) =>
        claims.Time("nbf") is not { } notBefore ? "it has no nbf"
        : notBefore < now - ReplayStore.MaxLifetime ? "nbf is more than an hour ago"
        : claims.ExpiresAt > notBefore + ReplayStore.MaxLifetime ? "it is good for more than an hour after nbf"
        : null;

    // Numbers (max_age) and objects (claims) have the form that they have as parameters; other kinds mean nothing there.
    private static RequestParameters Parameters(JwtClaims claims)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var member in claims.Root.EnumerateObject())
            if (!Envelope.Contains(member.Name) && !member.Name.Contains('\0') && Text(member) is { } text) parameters[member.Name] = text;
        return RequestParameters.Of(parameters);
    }

    private static string? Text(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.String => member.Value.AsText(),
        JsonValueKind.Number or JsonValueKind.Object => member.Value.GetRawText(),
        // The one that may come more than once (RFC 8707 §2.1); none of its values holds a space.
        JsonValueKind.Array when member.NameEquals("resource") => string.Join(' ', member.Value.EnumerateArray().Select(v => v.AsText() ?? "?")),
        _ => null,
    };

    private static ReadRequestObjectOutcome.Refused Refuse(string detail) => new(OAuthError.InvalidRequestObject(detail));
}
