using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aupd.OpenId.Doors;

/// <summary>The site's side of the engine: who sits at this browser, and which page must be shown before a grant. The engine knows
/// nothing of people, roles or passwords.</summary>
public interface IEndUser
{
    /// <summary>Asked at the authorization endpoint, and again each time the browser comes back from a page of the site to
    /// <see cref="AuthorizationAsk.ResumeUrl"/>. Shows nothing itself.</summary>
    ValueTask<EndUserAnswer> AskAsync(HttpContext http, AuthorizationAsk ask, CancellationToken ct);

    /// <summary>The session of this browser, if there is a live one. Used by logout.</summary>
    ValueTask<EndUserSession?> CurrentAsync(HttpContext http, CancellationToken ct);

    /// <summary>Ends the browser's session (cookie and row) and says where the browser goes next: <paramref name="finalUrl"/>, or an
    /// upstream's logout that leads there in the end.</summary>
    Task<string> SignOutAsync(HttpContext http, string finalUrl, CancellationToken ct);
}

/// <summary>What the engine wants to know: may this client have a grant for whoever sits here?</summary>
/// <param name="RequestId">Names the stored authorization request; opaque.</param>
/// <param name="ResumeUrl">Local URL to send the browser to when the page has done its work.</param>
/// <param name="AuthenticatedAfter">The person must have proved who they are at or after this moment (prompt=login, max_age).</param>
/// <param name="SelectAsked">The client asked for the role (account) chooser: prompt=select_account. True until the site has answered once
/// with
/// <see cref="Interaction.AccountSelectionRequired"/>; the engine remembers that for the site.</param>
/// <param name="SubjectHint">Subject of the id_token_hint, if one came; another person must not get a grant.</param>
public sealed record AuthorizationAsk(
    string RequestId, string ResumeUrl, OpenIdClient Client, IReadOnlyList<string> Scopes, DateTimeOffset? AuthenticatedAfter,
    bool SelectAsked,
    string? LoginHint, string? SubjectHint)
{
    /// <summary>False: nobody has been asked about this request before, so a site need not look for what it kept of it.</summary>
    public bool IsResumed { get; init; } = true;
    /// <summary>The person has told the client that the device is somebody else's (<c>foreign_device=true</c>, a parameter of our own; OpenID
    /// Connect Core §3.1.2.1: who does not know it ignores it).</summary>
    public bool ForeignDevice { get; init; }
}

/// <param name="SessionId">The site's session; becomes <c>sid</c>, and its end ends the grants made under it.</param>
/// <param name="Subject">Stable and never reassigned; becomes <c>sub</c>.</param>
/// <param name="Context">The site's own words about this grant (the active role, say); kept with it and given back to
/// IClaimsSource.</param>
public sealed record EndUserSession(string SessionId, string Subject, DateTimeOffset AuthenticatedAt, IReadOnlyList<string> Methods,
    string? Context = null)
{
    /// <summary>When the session ends at the latest; null: not known. Grants without offline_access end by then too.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>On a device that is not the person's own: nothing may outlive the session, so offline_access is not granted (RFC 6749 §3.3 lets a server
    /// grant fewer scopes than were asked for, and the answer says which).</summary>
    public bool LeavesNothing { get; init; }
}

public abstract record EndUserAnswer
{
    private EndUserAnswer() { }
    public sealed record SignedIn(EndUserSession Session) : EndUserAnswer;
    /// <summary>A page must be shown first; with prompt=none the client gets the error that <paramref name="Why"/> names. The URL is a
    /// local one (or an upstream's); <c>ui_locales</c> of the request is added to it.</summary>
    public sealed record MustAct(string Url, Interaction Why) : EndUserAnswer;
    /// <summary>This person may not use this client; the client gets access_denied.</summary>
    public sealed record Refused(string Description) : EndUserAnswer;
}

public enum Interaction { LoginRequired, AccountSelectionRequired, InteractionRequired }

/// <summary>What a token says of a person. The site gives fragments of SQL that the engine puts into its own statement, so that a grant
/// and the question whether it may be made are one round trip; what comes of them is read in memory. A singleton: the fragments are read
/// once.</summary>
/// <remarks>A fragment is an expression of type text over one row <c>asked</c> with the columns <c>subject</c> (text), <c>session_id</c>
/// (text; null for a grant with offline_access, which outlives its session), <c>context</c> (text, may be null) and <c>at</c>
/// (timestamptz). All were told by this site's IEndUser. It is null when the person or the session may no longer have a token.</remarks>
public interface IClaimsSource
{
    /// <summary>The little that every issue and refresh asks: is this person's standing what it was?</summary>
    string StandingSql { get; }

    /// <summary>Last word on a standing that is not null: may this client have a token for it? Called once for each issue; the site may
    /// take note that the session is in use.</summary>
    bool Admits(string standing, ClaimsAsk ask);

    /// <summary>All that claims are made of; null whenever the standing would be.</summary>
    string HolderSql { get; }

    /// <summary>All claims that the scopes allow, by OpenID names; values are what System.Text.Json can write. Null when this client may
    /// not have them. Called once for each UserInfo; the site may take note that the session is in use.</summary>
    IReadOnlyDictionary<string, object>? ClaimsOf(string holder, ClaimsAsk ask);

    /// <summary>The claims that may come, under the one scope that brings each; openid and offline_access are the engine's own. The
    /// discovery document tells them, and a client may ask for one of them alone.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<string>> ClaimsOfScopes { get; }
}

/// <param name="SessionId">The session that must still live; null for a grant with offline_access, which outlives its session.</param>
public sealed record ClaimsAsk(string Subject, string? SessionId, string? Context, OpenIdClient Client, IReadOnlyList<string> Scopes);

/// <summary>The engine's door for its site: the end of a session, of a person's every session, or of one role is told here.</summary>
public interface IGrants
{
    /// <summary>Revokes the refresh tokens and codes made under the sessions and queues back-channel logout to their clients.</summary>
    Task EndSessionsAsync(IReadOnlyCollection<string> sessionIds, CancellationToken ct);

    /// <summary>The same in the caller's transaction.</summary>
    Task EndSessionsAsync(NpgsqlConnection connection, IReadOnlyCollection<string> sessionIds, CancellationToken ct);

    /// <summary>Revokes what the person granted with offline_access, which the end of sessions leaves alone: for "sign out everywhere", a
    /// changed password, a disabled account.</summary>
    /// <param name="authenticatedBefore">Only grants that rest on a proof older than this; null: all.</param>
    Task EndOfflineAsync(string subject, DateTimeOffset? authenticatedBefore, CancellationToken ct);

    /// <summary>The same in the caller's transaction.</summary>
    Task EndOfflineAsync(NpgsqlConnection connection, string subject, DateTimeOffset? authenticatedBefore, CancellationToken ct);
}
