using System.Globalization;
using System.Text.RegularExpressions;
using Aupd.Kernel.Jose;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Protocol;
using Aupd.OpenId.Push;
using Aupd.OpenId.Token;

namespace Aupd.OpenId.Authorize;

/// <summary>To whom a failed check is told.</summary>
internal enum TellTo
{
    /// <summary>The person, on a page of ours: the redirect URI cannot be trusted.</summary>
    Person,
    /// <summary>The client, by redirect.</summary>
    Client,
    /// <summary>The client, if the redirect URI that stands beside the request object is one of its own; else the person.</summary>
    ClientIfKnown,
}

/// <summary>Where a request is looked at. One that waited for the person is checked anew when it goes on: the client may have
/// changed.</summary>
[Flags]
internal enum At { Authorize = 1, Pushed = 2, Resumed = 4 }

internal sealed record AuthorizeFault(OAuthError Error, TellTo Whom);

/// <summary>The checks of an authorization request, in their order.</summary>
internal sealed partial class AuthorizeSteps(
    ClientDirectory clients, VerifyHint hints, PushedRequests pushed, ReadRequestObject requestObjects, IClaimsSource site,
    ContextClasses classes, ProviderIdentity provider)
{
    private const int MaxStateLength = 4096, MaxNonceLength = 1024;
    private const long LongestMaxAge = 10L * 365 * 86_400;
    private static readonly string[] KnownPrompts = ["none", "login", "select_account", "consent"];

    private delegate ValueTask<OAuthError?> Check(AuthorizeSteps self, AuthorizeRequest request, CancellationToken ct);
    private sealed record Step(Check Check, At Where, TellTo Whom);

    private const At A = At.Authorize, P = At.Pushed, R = At.Resumed;

    private static readonly Step[] Table =
    [
        new((s, r, ct) => s.KnownClient(r, ct),       A | P | R, TellTo.Person),
        new((s, r, ct) => s.PushedRequest(r, ct),     A        , TellTo.Person),
        new((_, r, _) => NothingPushedWithin(r),          P    , TellTo.Client),
        new((s, r, ct) => s.RequestObject(r, ct),     A | P    , TellTo.ClientIfKnown),
        new((_, r, _) => RegisteredRedirectUri(r),    A | P | R, TellTo.Person),
        new((_, r, _) => ResponseMode(r),             A | P | R, TellTo.Client),
        new((_, r, _) => WellFormed(r),               A | P | R, TellTo.Client),
        new((_, r, _) => PushedIfItMust(r),           A        , TellTo.Client),
        new((_, r, _) => NothingUnsupported(r),       A | P | R, TellTo.Client),
        new((_, r, _) => ResponseType(r),             A | P | R, TellTo.Client),
        new((_, r, _) => Scopes(r),                   A | P | R, TellTo.Client),
        new((s, r, _) => s.NamedResources(r),         A | P | R, TellTo.Client),
        new((_, r, _) => Pkce(r),                     A | P | R, TellTo.Client),
        new((_, r, _) => Prompt(r),                   A | P | R, TellTo.Client),
        new((_, r, _) => MaxAge(r),                   A | P | R, TellTo.Client),
        new((s, r, ct) => s.IdTokenHint(r, ct),       A | P | R, TellTo.Client),
        new((s, r, _) => s.AcrValues(r),              A | P | R, TellTo.Client),
        new((s, r, _) => s.Claims(r),                 A | P | R, TellTo.Client),
        new((_, r, _) => KeyOfTheCode(r),             A | P | R, TellTo.Client),
    ];

    /// <summary>The first fault, or null when the request may be put to the person.</summary>
    public async ValueTask<AuthorizeFault?> RunAsync(AuthorizeRequest request, At where, CancellationToken ct)
    {
        foreach (var step in Table)
            if (step.Where.HasFlag(where) && await step.Check(this, request, ct) is { } error)
                return new AuthorizeFault(error, step.Whom != TellTo.ClientIfKnown ? step.Whom
                    : request.RedirectUri.Length > 0 ? TellTo.Client : TellTo.Person);
        return null;
    }

    private async ValueTask<OAuthError?> KnownClient(AuthorizeRequest request, CancellationToken ct)
    {
        if (request.Parameters["client_id"] is not { } clientId)
            return request.Parameters.Fault ?? OAuthError.InvalidRequest("client_id is missing.");
        if (await clients.FindAsync(clientId, ct) is not { } client) return OAuthError.InvalidRequest("client_id is not registered here.");
        if (!client.Allows(GrantTypes.AuthorizationCode)) return OAuthError.UnauthorizedClient("This client does not sign people in here.");
        request.Client = client;
        return null;
    }

    // RFC 9126 §4: the reference is this client's, and what stands beside it in the address counts for nothing.
    private async ValueTask<OAuthError?> PushedRequest(AuthorizeRequest request, CancellationToken ct)
    {
        if (request.Parameters["request_uri"]?.StartsWith(PushedRequests.Prefix, StringComparison.Ordinal) != true) return null;
        if (request.Parameters.Fault is { } fault) return fault;
        switch (await pushed.FindAsync(request.Parameters["request_uri"]!, request.Client.ClientId, ct))
        {
            case FindPushedOutcome.Found found: (request.Parameters, request.Pushed) = (found.Parameters, found.Reference); return null;
            case FindPushedOutcome.Refused refused: return refused.Error;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // RFC 9700 §2.1: compared as it stands; OpenID Connect Core §3.1.2.1: always required.
    private static ValueTask<OAuthError?> RegisteredRedirectUri(AuthorizeRequest request)
    {
        if (request.Parameters["redirect_uri"] is not { } uri) return Fail("redirect_uri is missing or given more than once.");
        if (!RedirectUris.IsRegistered(request.Client, uri)) return Fail("redirect_uri is not registered for this client.");
        request.RedirectUri = uri;
        return Pass;
    }

    private static ValueTask<OAuthError?> ResponseMode(AuthorizeRequest request)
    {
        var mode = request.Parameters["response_mode"];
        request.FormPost = mode == "form_post";
        return mode is null or "query" or "form_post" ? Pass : Fail("response_mode must be query or form_post.");
    }

    private static ValueTask<OAuthError?> WellFormed(AuthorizeRequest request) => request.Parameters switch
    {
        { Fault: { } fault } => new(fault),
        _ when request.State?.Length > MaxStateLength => Fail($"state is longer than {MaxStateLength} characters."),
        _ when request.Parameters["nonce"]?.Length > MaxNonceLength => Fail($"nonce is longer than {MaxNonceLength} characters."),
        _ => Pass,
    };

    // RFC 9126 §2.1.
    private static ValueTask<OAuthError?> NothingPushedWithin(AuthorizeRequest request) =>
        request.Parameters["request_uri"] is null ? Pass : Fail("request_uri must not be pushed.");

    // RFC 9126 §6.
    private static ValueTask<OAuthError?> PushedIfItMust(AuthorizeRequest request) =>
        request.Client.MustPush && request.Pushed is null ? Fail("This client must push its authorization requests.") : Pass;

    // RFC 9101 §5, §6.3: only what is signed counts. By reference none is taken: the provider fetches nothing that a browser names.
    private async ValueTask<OAuthError?> RequestObject(AuthorizeRequest request, CancellationToken ct)
    {
        if (request.Pushed is not null) return null;
        var (outside, client) = (request.Parameters, request.Client);
        if (outside["redirect_uri"] is { } uri && RedirectUris.IsRegistered(client, uri))
            (request.RedirectUri, request.FormPost) = (uri, outside["response_mode"] == "form_post");
        if (outside["request"] is not { } text)
            return client.RequestObjectAlg is null || outside.Fault is not null ? null
                : OAuthError.InvalidRequest("This client must send its authorization requests as signed objects.");
        if (outside.Fault is { } fault) return fault;
        if (outside["request_uri"] is not null) return OAuthError.InvalidRequest("request and request_uri exclude each other.");
        if (client.Jwks is null && client.JwksUri is null) return OAuthError.RequestNotSupported();
        switch (await requestObjects.RunAsync(client, text, ct))
        {
            case ReadRequestObjectOutcome.Read read: request.Parameters = read.Parameters; return null;
            case ReadRequestObjectOutcome.Refused refused: return refused.Error;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // OpenID Connect Core §6, §7.2.1: refused by names of their own when not supported.
    private static ValueTask<OAuthError?> NothingUnsupported(AuthorizeRequest request) =>
        request.Parameters["request_uri"] is not null ? new(OAuthError.RequestUriNotSupported())
        : request.Parameters["registration"] is not null ? new(OAuthError.RegistrationNotSupported())
        : Pass;

    private static ValueTask<OAuthError?> ResponseType(AuthorizeRequest request) => request.Parameters["response_type"] switch
    {
        null => Fail("response_type is missing."),
        "code" => Pass,
        var other => new(OAuthError.UnsupportedResponseType(other)),
    };

    // OpenID Connect Core §3.1.2.1: scopes that are not understood are ignored; so are those this client may not have.
    private static ValueTask<OAuthError?> Scopes(AuthorizeRequest request)
    {
        var asked = (request.Parameters["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!asked.Contains("openid")) return new(OAuthError.InvalidScope("scope must hold openid."));
        request.Scopes = AskedScopes.Of(request.Client, asked);
        return Pass;
    }

    // RFC 8707 §2.1. Several may be named, also for JWTs: each token is then asked for by itself.
    private ValueTask<OAuthError?> NamedResources(AuthorizeRequest request)
    {
        var (asked, error) = Resources.Read(request.Parameters, request.Client, provider.Issuer, one: false);
        request.Resources = asked;
        return new(error);
    }

    // RFC 7636 §4.3; "plain" is refused, and an absent method means plain.
    private static ValueTask<OAuthError?> Pkce(AuthorizeRequest request)
    {
        if (request.Parameters["code_challenge"] is not { } challenge) return Fail("code_challenge is missing: PKCE is required.");
        if (request.Parameters["code_challenge_method"] != "S256") return Fail("code_challenge_method must be S256.");
        if (!Sha256Base64Url().IsMatch(challenge)) return Fail("code_challenge is not a SHA-256 in base64url.");
        request.Challenge = challenge;
        return Pass;
    }

    private static ValueTask<OAuthError?> Prompt(AuthorizeRequest request)
    {
        request.Prompts = (request.Parameters["prompt"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (request.Prompts.Except(KnownPrompts).Any()) return Fail("prompt must be of none, login, select_account, consent.");
        return request.Silent && request.Prompts.Count > 1 ? Fail("prompt=none stands alone.") : Pass;
    }

    private static ValueTask<OAuthError?> MaxAge(AuthorizeRequest request)
    {
        if (request.Parameters["max_age"] is not { } text) return Pass;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return Fail("max_age must be a whole number of seconds.");
        request.MaxAgeSeconds = Math.Min(seconds, LongestMaxAge);
        return Pass;
    }

    private async ValueTask<OAuthError?> IdTokenHint(AuthorizeRequest request, CancellationToken ct)
    {
        if (request.Parameters["id_token_hint"] is not { } hint) return null;
        if (await hints.RunAsync(hint, ct) is not { } known)
            return OAuthError.InvalidRequest("id_token_hint is not an ID token of this provider.");
        request.SubjectHint = known.Subject;
        return null;
    }

    // OpenID Connect Core §5.5.
    private ValueTask<OAuthError?> Claims(AuthorizeRequest request)
    {
        if (request.Parameters["claims"] is not { } text) return Pass;
        if (ClaimsRequest.TryParse(text) is not { } asked) return Fail("claims is not of the form of OpenID Connect Core 5.5.");
        request.Claims = asked.ToKeep(site, request.Client);
        // §5.5.1: nobody but the person named gets a code.
        request.Subjects = asked.Subjects;
        if (request.Subjects is [var only]) request.SubjectHint ??= only;
        if (request.SubjectHint is { } hint && request.Subjects?.Contains(hint) == false)
            return Fail("id_token_hint and claims name different persons.");
        // §5.5.1.1: an essential acr that cannot be had fails the request. What claims say of it counts before acr_values.
        if (asked.IdToken.GetValueOrDefault("acr") is not { Values: { } values } acr) return Pass;
        request.ContextClasses = Known(values.Select(v => v.AsText()).OfType<string>());
        request.MustMeetClass = acr.Essential;
        return acr.Essential && request.ContextClasses is null ? new(OAuthError.UnmetAuthenticationRequirements("acr is essential, and none of its values is known")) : Pass;
    }

    // §3.1.2.1: a wish, in the client's order; what is not known is ignored.
    private ValueTask<OAuthError?> AcrValues(AuthorizeRequest request)
    {
        request.ContextClasses = Known((request.Parameters["acr_values"] ?? "").Split(' '));
        return Pass;
    }

    private string[]? Known(IEnumerable<string> asked) => asked.Where(classes.Names.Contains).ToArray() is { Length: > 0 } known ? known : null;

    // RFC 9449 §10.
    private static ValueTask<OAuthError?> KeyOfTheCode(AuthorizeRequest request)
    {
        request.KeyThumbprint = request.Parameters["dpop_jkt"];
        return request.KeyThumbprint is null || Sha256Base64Url().IsMatch(request.KeyThumbprint) ? Pass
            : Fail("dpop_jkt is not a SHA-256 in base64url.");
    }

    private static ValueTask<OAuthError?> Pass => default;

    private static ValueTask<OAuthError?> Fail(string description) => new(OAuthError.InvalidRequest(description));

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{43}\z")] private static partial Regex Sha256Base64Url();
}
