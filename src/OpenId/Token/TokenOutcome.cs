using Aupd.OpenId.Doors;

namespace Aupd.OpenId.Token;

internal abstract record TokenOutcome
{
    private TokenOutcome() { }
    /// <param name="Body">The JSON of RFC 6749 §5.1.</param>
    internal sealed record Issued(IReadOnlyDictionary<string, object> Body) : TokenOutcome;
    internal sealed record Refused(OAuthError Error) : TokenOutcome;
}

/// <summary>What was granted, as the database has just confirmed it.</summary>
internal sealed record Granted(
    OpenIdClient Client, Guid GrantId, DateTimeOffset GrantExpiresAt, string Subject, string SessionId, string? Context,
    IReadOnlyList<string> Scopes,
    DateTimeOffset AuthenticatedAt, IReadOnlyList<string> Methods)
{
    public GrantKey Key => new(GrantId, GrantExpiresAt);

    public string? Nonce { get; init; }

    /// <summary>What the site's StandingSql said in the statement that made this; null: no token.</summary>
    public string? Standing { get; init; }

    /// <summary>The claims parameter, as ClaimsRequest keeps it.</summary>
    public string? Claims { get; init; }

    /// <summary>What the site's HolderSql said, if claims of theirs go into the ID token.</summary>
    public string? Holder { get; init; }

    /// <summary>Those that the authorization request named (RFC 8707); null: none.</summary>
    public string[]? Resources { get; init; }

    public const string OfflineAccess = "offline_access";

    /// <summary>A grant with offline_access outlives its session, which is then not asked about.</summary>
    public ClaimsAsk ToAsk(IReadOnlyList<string> scopes, bool offline) => new(Subject, offline ? null : SessionId, Context, Client, scopes);
}
