using Aupd.OpenId.Doors;
using Aupd.OpenId.Protocol;
using Npgsql;

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

    /// <summary>From a row that begins with id, expires_at, subject, session_id, context, scopes, authenticated_at, methods, what the site said of the standing,
    /// claims, what the site said of the holder, resources.</summary>
    public static Granted Read(NpgsqlDataReader row, OpenIdClient client) =>
        new(client, row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.GetString(3), row.TextOrNull(4),
            row.GetFieldValue<string[]>(5), row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<string[]>(7))
        {
            Standing = row.TextOrNull(8), Claims = row.TextOrNull(9), Holder = row.TextOrNull(10), Resources = row.ArrayOrNull(11),
        };

    public const string OfflineAccess = "offline_access";

    /// <summary>A grant with offline_access outlives its session, which is then not asked about.</summary>
    public ClaimsAsk ToAsk(IReadOnlyList<string> scopes, bool offline) => new(Subject, offline ? null : SessionId, Context, Client, scopes);
}
