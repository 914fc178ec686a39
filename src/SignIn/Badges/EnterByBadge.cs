using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.OpenId.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Badges;

internal abstract record EnterOutcome
{
    private EnterOutcome() { }
    internal sealed record Entered(string Url) : EnterOutcome;
    internal sealed record WrongPictures(int Left) : EnterOutcome;
    internal sealed record Locked : EnterOutcome;
    /// <summary>The badge must be shown anew.</summary>
    internal sealed record Again : EnterOutcome;
    /// <summary>The pupil has left, or moved up.</summary>
    internal sealed record NoGood : EnterOutcome;
    internal sealed record FirstWithPassword : EnterOutcome;
    internal sealed record Closed : EnterOutcome;
}

/// <summary>Begins a child's session: the badge was shown in this browser, and the pictures are right.</summary>
internal sealed class EnterByBadge(
    BadgeEntries entries, BadgeCookie cookie, PupilOfBadge pupils, Sessions.Sessions sessions, EndSessions end, RequestStore requests, Places places,
    AuditTrail audit, SignInSettings settings, TimeProvider clock)
{
    /// <summary>RFC 8176 has no word for a badge; it has one for the pictures: a pattern with a deterrent against guessing.</summary>
    internal const string Method = "badge", PinMethod = "pin";

    /// <summary>Weaker than a password: services that ask for one are told so.</summary>
    internal static ContextClass Class { get; } = new("urn:aupd:acr:badge", methods => methods.Contains(Method));

    internal async Task<EnterOutcome> RunAsync(HttpContext http, PicturePin pin, CancellationToken ct)
    {
        if (cookie.Read(http) is not { } state || await entries.TryAsync(state, pin, ct) is not { } tried) return Forget(http, new EnterOutcome.Again());
        if (!tried.IsRight) return await WrongAsync(http, tried, ct);
        // Thirty at once have one right answer: that of the one which has spent the entry.
        if (!tried.IsSpent) return Forget(http, new EnterOutcome.Again());
        return Forget(http, await RightAsync(http, tried, ct));
    }

    private EnterOutcome Forget(HttpContext http, EnterOutcome outcome)
    {
        cookie.Drop(http);
        return outcome;
    }

    private async Task<EnterOutcome> WrongAsync(HttpContext http, TriedBadge tried, CancellationToken ct)
    {
        await WriteAsync(http, tried.IsLocked ? "signin.badge-locked" : "signin.badge-wrong-pictures", "visitor", tried, null, ct);
        return tried.IsLocked ? Forget(http, new EnterOutcome.Locked()) : new EnterOutcome.WrongPictures(settings.Badges.WrongPictures - tried.Fails);
    }

    // The dispatcher decides here as at any sign-in; what it would ask of a grown-up, a child is told in words.
    private async Task<EnterOutcome> RightAsync(HttpContext http, TriedBadge tried, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var role = pupils.Find(tried.HeldRoles, tried.PupilRecordId, tried.OrgNsiId);
        var step = NextStep.Decide(new SignInState(
            new SessionFacts(tried.ProfileId?.ToString(), now, now, role?.Id), tried.IsActivated, tried.IsDisabled, role is null ? [] : [role], null, []));
        EnterOutcome? refused = step switch
        {
            Step.NoSuchAccount => new EnterOutcome.NoGood(),
            Step.Activate => new EnterOutcome.FirstWithPassword(),
            Step.Disabled => new EnterOutcome.Closed(),
            _ => null,
        };
        if (refused is not null)
        {
            await WriteAsync(http, "signin.badge-refused", "visitor", tried, step switch { Step.NoSuchAccount => "left", Step.Activate => "not-activated", _ => "disabled" }, ct);
            return refused;
        }
        await BeginAsync(http, tried, role!.Id, now, ct);
        var request = await requests.FindAsync(tried.RequestId, ct);
        return new EnterOutcome.Entered(WayBack.With(Continue.Path, request?.RequestId));
    }

    // Whoever was signed in in this browser is signed out, be it the same child: nothing of another sign-in goes on under this one.
    private async Task BeginAsync(HttpContext http, TriedBadge tried, string role, DateTimeOffset now, CancellationToken ct)
    {
        if (await sessions.CurrentAsync(http, ct) is { } before)
            await end.OneAsync(before.Sid, before.AccountId, before.AccountId == tried.AccountId ? "badge" : "another-person", ct);
        await sessions.BeginAsync(http, new NewSession(tried.AccountId, now, [Method, PinMethod], null, null, TraceNumber.TryParse(tried.Trace)!)
        {
            Kind = SessionKind.Badge, Role = role, IdleMinutes = settings.Badges.SessionIdleMinutes, Longest = TimeSpan.FromHours(settings.Badges.SessionHours),
        }, null, Line(http, "signin.badge-used", tried.AccountId.ToString(), tried, null), ct);
    }

    private Task WriteAsync(HttpContext http, string act, string actor, TriedBadge tried, string? why, CancellationToken ct) =>
        audit.WriteAsync(Line(http, act, actor, tried, why), ct);

    private AuditLine Line(HttpContext http, string act, string actor, TriedBadge tried, string? why) => new(
        act, actor, actor == "visitor" ? tried.AccountId.ToString() : null, TraceNumber.TryParse(tried.Trace),
        new { way = tried.Way, why, badge = tried.Id, device = DeviceLabel.From(http.Request.Headers.UserAgent), place = places.Of(http) });
}
