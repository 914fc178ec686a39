using System.Text.Json;
using Aupd.Kernel.Jose;

namespace Aupd.OpenId.RelyingParty;

/// <summary>Why the provider could not be asked.</summary>
public enum ProviderFault { Unreachable, TimedOut, ServerError, BadAnswer, WrongIssuer }

/// <summary>What is wrong with an ID token (OpenID Connect Core §3.1.3.7).</summary>
public enum IdTokenFault
{
    Missing, Malformed, Algorithm, Signature, Issuer, Audience, AuthorizedParty, Expired, IssuedAt, Nonce, AuthTime, Subject,
    AccessTokenHash,
}

public abstract record BeginOutcome
{
    private BeginOutcome() { }
    /// <summary>Keep <paramref name="Pending"/>, send the browser to <paramref name="Url"/>.</summary>
    public sealed record Ready(string Url, PendingSignIn Pending) : BeginOutcome
    {
        public override string ToString() => Pending.ToString();
    }
    public sealed record ProviderDown(ProviderFault Fault) : BeginOutcome;
}

public abstract record FinishOutcome
{
    private FinishOutcome() { }

    /// <param name="UserInfo">Its <c>sub</c> equals the ID token's. Null when the options do not ask for it.</param>
    public sealed record SignedIn(JwtClaims IdToken, TokenSet Tokens, JsonElement? UserInfo, string? ReturnData) : FinishOutcome
    {
        public string Subject => IdToken.Subject!;
        /// <summary>A claim from the ID token, which is signed, else from UserInfo.</summary>
        public JsonElement? Claim(string name) =>
            IdToken.Root.TryGetProperty(name, out var found) || UserInfo is { } info && info.TryGetProperty(name, out found) ? found : null;
        /// <summary>The same as text; null when it is absent or no string.</summary>
        public string? Text(string name) => Claim(name)?.AsText();
        public override string ToString() => "signed in";
    }

    /// <summary>The provider sent an error instead of a code: access_denied, login_required, temporarily_unavailable …</summary>
    public sealed record RefusedByProvider(string Error, string? Description, string? ReturnData) : FinishOutcome;
    /// <summary>Not an answer to this browser's attempt: no attempt, another state, or one begun too long ago. Begin again.</summary>
    public sealed record StateMismatch : FinishOutcome;
    /// <summary><c>iss</c> is missing or another provider's (RFC 9207); the token endpoint was not called.</summary>
    public sealed record IssuerMismatch(bool Missing) : FinishOutcome;
    /// <summary>Neither one code nor one error, or a parameter stands twice.</summary>
    public sealed record BadResponse(string Why) : FinishOutcome;
    public sealed record TokenRefused(string Error, string? Description, string? ReturnData) : FinishOutcome;
    public sealed record ProviderDown(ProviderFault Fault, string? ReturnData) : FinishOutcome;
    public sealed record InvalidIdToken(IdTokenFault Fault, string? ReturnData) : FinishOutcome;
    /// <summary>UserInfo answered for another person, or not as one who has just signed in.</summary>
    public sealed record InvalidUserInfo(string Why, string? ReturnData) : FinishOutcome;
}

public abstract record RefreshOutcome
{
    private RefreshOutcome() { }
    /// <param name="IdToken">Null when the provider sent none; its subject is the one that was there before.</param>
    public sealed record Refreshed(TokenSet Tokens, JwtClaims? IdToken) : RefreshOutcome;
    /// <summary>The grant is over (invalid_grant) or the client is refused: the person must sign in again.</summary>
    public sealed record Refused(string Error, string? Description) : RefreshOutcome;
    public sealed record ProviderDown(ProviderFault Fault) : RefreshOutcome;
    public sealed record InvalidIdToken(IdTokenFault Fault) : RefreshOutcome;
}

public abstract record UserInfoOutcome
{
    private UserInfoOutcome() { }
    public sealed record Got(JsonElement Claims) : UserInfoOutcome
    {
        public override string ToString() => "user info";
    }
    /// <summary>401 or 403: the access token is no longer good.</summary>
    public sealed record Refused : UserInfoOutcome;
    /// <summary><c>sub</c> is missing or another person's; nothing of the answer may be used (OpenID Connect Core §5.3.4).</summary>
    public sealed record WrongSubject : UserInfoOutcome;
    public sealed record ProviderDown(ProviderFault Fault) : UserInfoOutcome;
}

/// <summary>"These sessions are over", from the provider (OpenID Connect Back-Channel Logout §2.4). Subject, session or both.</summary>
public sealed record LogoutNotice(string? Subject, string? SessionId, string Id, DateTimeOffset IssuedAt);

public abstract record LogoutTokenOutcome
{
    private LogoutTokenOutcome() { }
    public sealed record Valid(LogoutNotice Notice) : LogoutTokenOutcome;
    /// <summary>Answer 400 with this as <c>error_description</c>.</summary>
    public sealed record Invalid(string Why) : LogoutTokenOutcome;
    /// <summary>The keys to check it with could not be had; answer 503, the provider tries again.</summary>
    public sealed record ProviderDown(ProviderFault Fault) : LogoutTokenOutcome;
}

/// <summary>A security event (RFC 8417) about one person of the issuer.</summary>
/// <param name="Type">The event's URI.</param>
/// <param name="Details">The event's own members.</param>
public sealed record SecurityEvent(string Id, string Type, string Subject, DateTimeOffset IssuedAt, JsonElement Details)
{
    public override string ToString() => $"{Type} {Id}";
}

public abstract record SecurityEventOutcome
{
    private SecurityEventOutcome() { }
    public sealed record Valid(SecurityEvent Event) : SecurityEventOutcome;
    /// <summary>Answer 400 with <c>{"err": Error, "description": Description}</c> (RFC 8935 §2.4).</summary>
    public sealed record Invalid(string Error, string Description) : SecurityEventOutcome;
    public sealed record ProviderDown(ProviderFault Fault) : SecurityEventOutcome;
}
