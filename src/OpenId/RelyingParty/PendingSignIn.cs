namespace Aupd.OpenId.RelyingParty;

/// <summary>A sign-in under way: kept by the caller (see <see cref="PendingSignInCookie"/>) from the redirect to the provider until the
/// browser is back. Used once; holds secrets, so ToString shows none.</summary>
/// <param name="ReturnData">The caller's own, given back untouched: where to go afterwards, say.</param>
public sealed record PendingSignIn(
    string Issuer, string ClientId, string State, string Nonce, string CodeVerifier, string RedirectUri,
    int? MaxAgeSeconds, string? ReturnData,
    DateTimeOffset BegunAt)
{
    /// <summary>How long a person may take at the provider, registration and a slow SMS included.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public override string ToString() => $"sign-in of client {ClientId} at {Issuer}, begun {BegunAt:O}";
}

/// <summary>What to ask the provider for.</summary>
public sealed record SignInRequest
{
    /// <summary>Given back in <see cref="PendingSignIn.ReturnData"/>; at most 2,000 characters if it is to fit a cookie.</summary>
    public string? ReturnData { get; init; }
    /// <summary><c>prompt</c>: none, login, consent, select_account.</summary>
    public string? Prompt { get; init; }
    /// <summary><c>max_age</c>, seconds; the ID token must then say when the person signed in.</summary>
    public int? MaxAgeSeconds { get; init; }
    public string? LoginHint { get; init; }
    /// <summary><c>ui_locales</c>, for instance <c>ru</c>.</summary>
    public string? UiLocales { get; init; }
    public string? IdTokenHint { get; init; }
    /// <summary><c>foreign_device</c>, a parameter of our own: the person sits at somebody else's device.</summary>
    public bool ForeignDevice { get; init; }
    /// <summary>Instead of the scopes of the options.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    // The hint is a phone or an e-mail.
    public override string ToString() => "sign-in request";
}

/// <summary>The tokens of one grant; secrets, so ToString shows none.</summary>
/// <param name="IdToken">As it came, for <c>id_token_hint</c> at sign-out. At a refresh it may be absent.</param>
public sealed record TokenSet(string AccessToken, string? IdToken, string? RefreshToken, DateTimeOffset? ExpiresAt, string? Scope)
{
    public override string ToString() => $"tokens until {ExpiresAt:O}";
}
