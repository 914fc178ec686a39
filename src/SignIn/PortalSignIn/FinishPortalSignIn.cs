using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.OpenId.RelyingParty;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>Takes the browser back from the portal: the answer is checked, the account kept and compared with the registries, and a session
/// begun under a new id. Returns where the browser goes.</summary>
internal sealed partial class FinishPortalSignIn(
    PortalClient portal, PendingSignInCookie cookie, Sessions.Sessions sessions, EndSessions end, PortalAccounts accounts, MatchAccount match,
    Places places, AuditTrail audit, SignInSettings settings, TimeProvider clock, ILogger<FinishPortalSignIn> log)
{
    /// <summary>The portal's word in <c>amr</c> for a sign-in on somebody else's device.</summary>
    private const string ForeignMethod = "foreign_device";
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMinutes(1);

    internal async Task<string> RunAsync(HttpContext http, CancellationToken ct)
    {
        var pending = cookie.Take(http);
        var outcome = await portal.Client.FinishAsync(http.Request.Query, pending, ct);
        var back = WayBack.Read(pending?.ReturnData) ?? new WayBack(null, "");
        if (outcome is FinishOutcome.SignedIn answer && PortalClaims.Read(portal.Issuer, answer) is { } account)
            return await SignInAsync(http, answer, account, back, ct);
        // OpenID Connect Core §3.1.2.6: the answers to prompt=none when a page of the portal would have to be shown.
        if (back.IsQuiet && outcome is FinishOutcome.RefusedByProvider { Error: "login_required" or "interaction_required" or "consent_required" or "account_selection_required" })
            return back.To("/");
        Failed(log, outcome.GetType().Name, back.Trace);
        await audit.WriteAsync(new AuditLine("signin.not-finished", "visitor", null, back.Journey, new { outcome = Describe(outcome) }), ct);
        return outcome switch
        {
            // The back button, or the same answer twice: whoever is signed in simply goes on.
            FinishOutcome.StateMismatch when await sessions.CurrentAsync(http, ct) is not null => "/continue",
            FinishOutcome.ProviderDown or FinishOutcome.RefusedByProvider { Error: "temporarily_unavailable" or "server_error" } => back.To("/portal-down"),
            FinishOutcome.RefusedByProvider => back.To("/start-again?why=refused"),
            FinishOutcome.SignedIn => back.To("/start-again?why=no-name"),
            _ => back.To("/start-again?why=interrupted"),
        };
    }

    private async Task<string> SignInAsync(HttpContext http, FinishOutcome.SignedIn answer, PortalAccount described, WayBack back, CancellationToken ct)
    {
        var account = await accounts.SaveAsync(described, ct);
        await match.RunAsync(account, back.Journey, ct);
        var before = await sessions.CurrentAsync(http, ct);
        if (before is not null && before.AccountId != account.Id) await end.OneAsync(before.Sid, before.AccountId, "another-person", ct);
        var methods = Methods(answer);
        // Said here, or on the portal's own form. Services are not told: it is no way to prove who one is.
        var isForeign = methods.Remove(ForeignMethod) || back.IsForeign;
        var begin = new NewSession(account.Id, AuthenticatedAt(answer), methods, answer.Text("sid"), answer.Tokens.IdToken, back.Journey ?? TraceNumber.New());
        await sessions.BeginAsync(http, isForeign ? begin with { Kind = SessionKind.Foreign, Longest = ForeignRest(begin.AuthenticatedAt) } : begin, before,
            new AuditLine("signin.signed-in", account.Id.ToString(), null, back.Journey,
                new { device = DeviceLabel.From(http.Request.Headers.UserAgent), place = places.Of(http), foreign = isForeign }), ct);
        return back.Onward;
    }

    // Counted from the proof: passing through the portal once more does not prolong it.
    private TimeSpan ForeignRest(DateTimeOffset provedAt)
    {
        var rest = provedAt.AddMinutes(settings.Devices.ForeignMinutes) - clock.GetUtcNow();
        return rest > ShortestRest ? rest : ShortestRest;
    }

    // auth_time has whole seconds: the proof came somewhere in that second. Its end is taken, so that a proof asked for within the same second
    // counts as given after the question.
    private DateTimeOffset AuthenticatedAt(FinishOutcome.SignedIn answer)
    {
        var now = clock.GetUtcNow();
        if (answer.Claim("auth_time") is not { ValueKind: JsonValueKind.Number } time || !time.TryGetInt64(out var seconds)) return now;
        var end = DateTimeOffset.FromUnixTimeSeconds(seconds).AddMilliseconds(999);
        return end < now ? end : now;
    }

    private static List<string> Methods(FinishOutcome.SignedIn answer) => answer.Claim("amr") is { ValueKind: JsonValueKind.Array } amr
        ? amr.EnumerateArray().Where(m => m.ValueKind == JsonValueKind.String).Select(m => m.GetString()!).ToList() : [];

    private static string Describe(FinishOutcome outcome) => outcome switch
    {
        FinishOutcome.RefusedByProvider refused => "refused: " + Word(refused.Error),
        FinishOutcome.ProviderDown down => "portal down: " + down.Fault,
        FinishOutcome.InvalidIdToken invalid => "invalid id token: " + invalid.Fault,
        FinishOutcome.TokenRefused refused => "token refused: " + Word(refused.Error),
        FinishOutcome.SignedIn => "no full name",
        _ => outcome.GetType().Name,
    };

    // The text came from outside: letters of an error code and nothing else reach the trail.
    private static string Word(string error) => string.Concat(error.Take(60).Where(c => char.IsAsciiLetter(c) || c is '_'));

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "A sign-in through the portal ended in {Outcome}, trace {Trace}")]
    private static partial void Failed(ILogger logger, string outcome, string trace);
}
