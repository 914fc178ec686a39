using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Jose;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Aupd.OpenId.RelyingParty;

/// <summary>The relying-party half of OpenID Connect: authorization code with PKCE (S256), state, nonce and <c>iss</c>,
/// client_secret_basic. One object per client, kept for the life of the application; thread-safe.</summary>
public sealed partial class OidcClient : IDisposable
{
    /// <summary>How long after it was signed a security event is taken. Who keeps the ids of those seen keeps them longer.</summary>
    public static readonly TimeSpan LongestEventAge = TimeSpan.FromDays(14);

    private const int MaxParameter = 4096;

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ProviderHttp _http;
    private readonly ProviderKnowledge _provider;
    private readonly TokenReader _tokens;

    public OidcClient(OidcClientOptions options, TimeProvider clock, ILogger<OidcClient> logger) : this(options, clock, logger, null) { }

    internal OidcClient(OidcClientOptions options, TimeProvider clock, ILogger logger, TimeSpan? wholeTimeout)
    {
        (Options, _clock, _logger) = (options, clock, logger);
        _http = new ProviderHttp(logger, wholeTimeout);
        _provider = new ProviderKnowledge(options, _http, clock);
        _tokens = new TokenReader(options, _provider, clock);
    }

    public OidcClientOptions Options { get; }

    public async Task<BeginOutcome> BeginAsync(SignInRequest request, CancellationToken ct)
    {
        var (document, fault) = await _provider.DocumentAsync(ct);
        if (document is null) return new BeginOutcome.ProviderDown(fault);
        var pending = new PendingSignIn(Options.Issuer, Options.ClientId, NewSecret(), NewSecret(), NewSecret(),
            Options.RedirectUri, request.MaxAgeSeconds,
            request.ReturnData, _clock.GetUtcNow());
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code", ["client_id"] = Options.ClientId, ["redirect_uri"] = Options.RedirectUri,
            ["scope"] = string.Join(' ', request.Scopes ?? Options.Scopes), ["state"] = pending.State, ["nonce"] = pending.Nonce,
            // RFC 7636 §4.2.
            ["code_challenge"] = StrictBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(pending.CodeVerifier))),
            ["code_challenge_method"] = "S256",
            ["prompt"] = request.Prompt, ["max_age"] = request.MaxAgeSeconds?.ToString(), ["login_hint"] = request.LoginHint,
            ["ui_locales"] = request.UiLocales, ["id_token_hint"] = request.IdTokenHint,
            ["foreign_device"] = request.ForeignDevice ? "true" : null,
        };
        return new BeginOutcome.Ready(WithQuery(document.AuthorizationEndpoint, query), pending);
    }

    /// <summary>Ends what <see cref="BeginAsync"/> began, with the query that the browser brought back.</summary>
    public async Task<FinishOutcome> FinishAsync(IQueryCollection query, PendingSignIn? pending, CancellationToken ct)
    {
        if (OddParameter(query) is { } odd) return new FinishOutcome.BadResponse(odd);
        if (pending is null || !IsOurs(pending) || !SameText(query["state"], pending.State)) return new FinishOutcome.StateMismatch();
        var (document, down) = await _provider.DocumentAsync(ct);
        if (document is null) return new FinishOutcome.ProviderDown(down, pending.ReturnData);
        // RFC 9207 §2.4: compared before anything else of the answer is used, and before the code goes to any token endpoint.
        string? issuer = query["iss"];
        if (issuer is null ? Options.ResponseIssuerRequired || document.SendsIssuer
            : !string.Equals(issuer, Options.Issuer, StringComparison.Ordinal))
        {
            Log.WrongIssuer(_logger, Options.ClientId, issuer is null);
            return new FinishOutcome.IssuerMismatch(issuer is null);
        }
        string? error = query["error"], code = query["code"];
        if (error is not null && code is not null) return new FinishOutcome.BadResponse("both code and error");
        if (error is { Length: > 0 }) return new FinishOutcome.RefusedByProvider(error, query["error_description"], pending.ReturnData);
        return code is { Length: > 0 } ? await RedeemAsync(document, code, pending, ct)
            : new FinishOutcome.BadResponse("neither code nor error");
    }

    /// <param name="subject">Who the grant was made for: an ID token in the answer must say the same.</param>
    public async Task<RefreshOutcome> RefreshAsync(string refreshToken, string subject, CancellationToken ct)
    {
        var (document, down) = await _provider.DocumentAsync(ct);
        if (document is null) return new RefreshOutcome.ProviderDown(down);
        var answer = await _http.PostAsync(document.TokenEndpoint, Options,
            new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, ct);
        if (answer.Fault is { } fault) return new RefreshOutcome.ProviderDown(fault);
        if (ErrorOf(answer) is { } error) return new RefreshOutcome.Refused(error.Code, error.Description);
        if (TokensOf(answer) is not { } tokens) return new RefreshOutcome.ProviderDown(BadAnswer("token endpoint"));
        // RFC 6749 §6: without a new refresh token the old one stays.
        tokens = tokens with { RefreshToken = tokens.RefreshToken ?? refreshToken };
        if (tokens.IdToken is null) return new RefreshOutcome.Refreshed(tokens, null);
        var (claims, idFault, provider) = await _tokens.ReadIdTokenAsync(tokens.IdToken, null, null, tokens.AccessToken, ct);
        if (provider is { } away) return new RefreshOutcome.ProviderDown(away);
        if (claims is null) return new RefreshOutcome.InvalidIdToken(Refused(idFault));
        // OpenID Connect Core §12.2: the same person as at sign-in.
        return string.Equals(claims.Subject, subject, StringComparison.Ordinal)
            ? new RefreshOutcome.Refreshed(tokens, claims)
            : new RefreshOutcome.InvalidIdToken(Refused(IdTokenFault.Subject));
    }

    public async Task<UserInfoOutcome> UserInfoAsync(string accessToken, string subject, CancellationToken ct)
    {
        var (document, down) = await _provider.DocumentAsync(ct);
        if (document is null) return new UserInfoOutcome.ProviderDown(down);
        if (document.UserInfoEndpoint is null)
            return new UserInfoOutcome.ProviderDown(BadAnswer("discovery document: no userinfo_endpoint"));
        var answer = await _http.GetAsync(document.UserInfoEndpoint, accessToken, ct);
        if (answer.Fault is { } fault) return new UserInfoOutcome.ProviderDown(fault);
        if (answer.Status is 401 or 403) return new UserInfoOutcome.Refused();
        if (answer is not { Status: 200, Json: { } claims }) return new UserInfoOutcome.ProviderDown(BadAnswer("userinfo endpoint"));
        return string.Equals(claims.Text("sub"), subject, StringComparison.Ordinal)
            ? new UserInfoOutcome.Got(claims) : new UserInfoOutcome.WrongSubject();
    }

    /// <summary>Where to send the browser to end the provider's session; null when the provider is down or has no such address.</summary>
    public async Task<string?> LogoutUrlAsync(string? idTokenHint, string? postLogoutRedirectUri, string? state, CancellationToken ct)
    {
        var (document, _) = await _provider.DocumentAsync(ct);
        return document?.EndSessionEndpoint is not { } address ? null : WithQuery(address, new()
        {
            ["id_token_hint"] = idTokenHint, ["client_id"] = Options.ClientId,
            ["post_logout_redirect_uri"] = postLogoutRedirectUri, ["state"] = state,
        });
    }

    /// <summary>Checks a <c>logout_token</c> that the provider posted.</summary>
    /// <param name="firstSeen">Asked last, with the jti and the time until which it must be remembered; false: a replay.</param>
    public Task<LogoutTokenOutcome> ReadLogoutTokenAsync(
        string token, Func<string, DateTimeOffset, Task<bool>>? firstSeen, CancellationToken ct) =>
        _tokens.ReadLogoutTokenAsync(token, firstSeen, ct);

    /// <summary>Checks a security event token; <paramref name="audience"/> is what we are called in <c>aud</c>. Replays are the caller's to
    /// know by the id.</summary>
    public Task<SecurityEventOutcome> ReadSecurityEventAsync(string token, string audience, CancellationToken ct) =>
        _tokens.ReadSecurityEventAsync(token, audience, ct);

    public void Dispose()
    {
        _provider.Dispose();
        _http.Dispose();
    }

    private async Task<FinishOutcome> RedeemAsync(ProviderDocument document, string code, PendingSignIn pending, CancellationToken ct)
    {
        var answer = await _http.PostAsync(document.TokenEndpoint, Options, new()
        {
            ["grant_type"] = "authorization_code", ["code"] = code,
            ["redirect_uri"] = pending.RedirectUri, ["code_verifier"] = pending.CodeVerifier,
        }, ct);
        if (answer.Fault is { } fault) return new FinishOutcome.ProviderDown(fault, pending.ReturnData);
        if (ErrorOf(answer) is { } error) return new FinishOutcome.TokenRefused(error.Code, error.Description, pending.ReturnData);
        if (TokensOf(answer) is not { } tokens) return new FinishOutcome.ProviderDown(BadAnswer("token endpoint"), pending.ReturnData);
        if (tokens.IdToken is null) return new FinishOutcome.InvalidIdToken(Refused(IdTokenFault.Missing), pending.ReturnData);
        var (claims, idFault, away) =
            await _tokens.ReadIdTokenAsync(tokens.IdToken, pending.Nonce, pending.MaxAgeSeconds, tokens.AccessToken, ct);
        if (away is { } provider) return new FinishOutcome.ProviderDown(provider, pending.ReturnData);
        if (claims is null) return new FinishOutcome.InvalidIdToken(Refused(idFault), pending.ReturnData);
        if (!Options.AsksUserInfo) return new FinishOutcome.SignedIn(claims, tokens, null, pending.ReturnData);
        return await UserInfoAsync(tokens.AccessToken, claims.Subject!, ct) switch
        {
            UserInfoOutcome.Got got => new FinishOutcome.SignedIn(claims, tokens, got.Claims, pending.ReturnData),
            UserInfoOutcome.ProviderDown d => new FinishOutcome.ProviderDown(d.Fault, pending.ReturnData),
            UserInfoOutcome.WrongSubject => new FinishOutcome.InvalidUserInfo("sub is another person's", pending.ReturnData),
            _ => new FinishOutcome.InvalidUserInfo("the access token was refused", pending.ReturnData),
        };
    }

    private bool IsOurs(PendingSignIn pending)
    {
        var age = _clock.GetUtcNow() - pending.BegunAt;
        return pending.Issuer == Options.Issuer && pending.ClientId == Options.ClientId
            && age < PendingSignIn.Lifetime && age > -Options.Skew;
    }

    // RFC 6749 §3.1: parameters stand once. What is longer than any provider sends is not looked at.
    private static string? OddParameter(IQueryCollection query)
    {
        foreach (var name in (ReadOnlySpan<string>)["state", "iss", "code", "error", "error_description"])
        {
            var values = query[name];
            if (values.Count > 1) return $"{name} stands twice";
            if (values.Count == 1 && (values[0] is not { Length: <= MaxParameter } value || value.Contains('\0')))
                return $"{name} cannot be read";
        }
        return null;
    }

    private static (string Code, string? Description)? ErrorOf(ProviderAnswer answer) =>
        answer.Status is >= 400 and < 500
            ? (answer.Json?.Text("error") ?? $"http_{answer.Status}", answer.Json?.Text("error_description")) : null;

    private TokenSet? TokensOf(ProviderAnswer answer)
    {
        // RFC 6749 §5.1; token types are compared without letter case.
        if (answer is not { Status: 200, Json: { } json } || json.Text("access_token") is not { Length: > 0 } access) return null;
        if (!string.Equals(json.Text("token_type"), "Bearer", StringComparison.OrdinalIgnoreCase)) return null;
        DateTimeOffset? expires = json.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number
            && seconds.TryGetInt32(out var count) && count >= 0 ? _clock.GetUtcNow().AddSeconds(count) : null;
        return new TokenSet(access, json.Text("id_token"), json.Text("refresh_token"), expires, json.Text("scope"));
    }

    private IdTokenFault Refused(IdTokenFault fault)
    {
        Log.IdTokenRefused(_logger, Options.ClientId, Options.Issuer, fault);
        return fault;
    }

    private ProviderFault BadAnswer(string where)
    {
        Log.BadAnswer(_logger, Options.Issuer, where);
        return ProviderFault.BadAnswer;
    }

    private static string NewSecret() => StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32));

    private static bool SameText(string? found, string expected) =>
        found is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(found), Encoding.UTF8.GetBytes(expected));

    private static string WithQuery(string address, Dictionary<string, string?> query) => QueryHelpers.AddQueryString(address, query);

    private static partial class Log
    {
        [LoggerMessage(EventId = 2311, Level = LogLevel.Warning,
            Message = "An answer to client {ClientId} does not come from its provider (iss missing: {Missing})")]
        internal static partial void WrongIssuer(ILogger logger, string clientId, bool missing);

        [LoggerMessage(EventId = 2312, Level = LogLevel.Warning, Message = "Client {ClientId} refused an ID token of {Issuer}: {Fault}")]
        internal static partial void IdTokenRefused(ILogger logger, string clientId, string issuer, IdTokenFault fault);

        [LoggerMessage(EventId = 2313, Level = LogLevel.Warning, Message = "{Issuer} gave an answer that cannot be read: {Where}")]
        internal static partial void BadAnswer(ILogger logger, string issuer, string where);
    }
}
