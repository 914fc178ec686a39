using Aupd.Registries.Doors;
using Aupd.SignIn.Devices;

namespace Aupd.SignIn;

/// <summary>All that decides which page comes next. Nothing is looked up from here.</summary>
/// <param name="Session">Null: nobody is signed in at this browser.</param>
/// <param name="Roles">What the registries give this account today.</param>
/// <param name="Request">What a service asked for; null when the person came by the start page.</param>
/// <param name="Services">Services with an entrance of their own; looked at only without a request.</param>
internal sealed record SignInState(
    SessionFacts? Session, bool IsActivated, bool IsDisabled, IReadOnlyList<HeldRole> Roles, RequestFacts? Request, IReadOnlyList<Service> Services)
{
    /// <summary>Where the person has bound this device to; null where it is not theirs. Looked at only without a request.</summary>
    public DevicePin? Pin { get; init; }
}

internal sealed record SessionFacts(string? Subject, DateTimeOffset CreatedAt, DateTimeOffset AuthenticatedAt, string? ActiveRole);

/// <param name="ClientRoles">Roles that may enter the service; empty: any.</param>
/// <param name="ChosenRole">What was chosen for this very request.</param>
internal sealed record RequestFacts(
    IReadOnlyList<string> ClientRoles, DateTimeOffset AskedAt, DateTimeOffset? AuthenticatedAfter, bool SelectAsked, string? SubjectHint, string? ChosenRole)
{
    /// <summary>Null or empty: another screen asks, and no service.</summary>
    public string? ClientId { get; init; }
}

/// <summary>A service that people can be sent to.</summary>
/// <param name="Roles">Words of <see cref="RoleWords"/>; empty: any.</param>
/// <param name="IsHomeOf">Roles that land here when nothing else was asked for.</param>
internal sealed record Service(string ClientId, string Name, string? NameEnglish, string EntranceUrl, IReadOnlyList<string> Roles, IReadOnlyList<RegistryRole> IsHomeOf);

internal abstract record Step
{
    private Step() { }
    /// <param name="Anew">The portal must ask for the password even if it knows the person.</param>
    internal sealed record Authenticate(bool Anew) : Step;
    internal sealed record Disabled : Step;
    internal sealed record NoSuchAccount : Step;
    internal sealed record Activate : Step;
    internal sealed record Choose(IReadOnlyList<HeldRole> Among) : Step;
    internal sealed record NoRight : Step;
    /// <summary>The service that asked gets its answer.</summary>
    internal sealed record Issue(HeldRole Role) : Step;
    internal sealed record Land(HeldRole Role, Service Service) : Step;
    /// <summary>Signed in, and no service to go to.</summary>
    internal sealed record OwnPage : Step;
}

/// <summary>The one dispatcher of a sign-in: pages do their work and return to <c>/continue</c>, which asks here; never to one another.</summary>
internal static class NextStep
{
    internal static Step Decide(SignInState state)
    {
        if (state.Session is not { } session) return new Step.Authenticate(Anew: false);
        if (state.Request is { } asked && !IsFreshEnough(session, asked)) return new Step.Authenticate(Anew: true);
        if (state.IsDisabled) return new Step.Disabled();
        if (state.Roles.Count == 0) return new Step.NoSuchAccount();
        if (!state.IsActivated && state.Roles.Any(NeedsActivation)) return new Step.Activate();
        return state.Request is { } request ? ForService(session, state.Roles, request) : FromStartPage(state);
    }

    /// <summary>Staff and pupils of schools that take part; guardians never.</summary>
    internal static bool NeedsActivation(HeldRole role) => role switch
    {
        HeldRole.Staff staff => staff.School.TakesPartInActivation,
        HeldRole.Pupil pupil => pupil.School.TakesPartInActivation,
        _ => false,
    };

    /// <param name="clientId">Null or empty: no service in particular.</param>
    internal static bool MayEnter(HeldRole role, string? clientId, IReadOnlyList<string> clientRoles) =>
        (clientRoles.Count == 0 || clientRoles.Contains(RoleWords.Of(role))) && (role is not HeldRole.Trusted trusted || string.IsNullOrEmpty(clientId) || trusted.Services.Contains(clientId));

    private static bool MayEnter(HeldRole role, Service service) => MayEnter(role, service.ClientId, service.Roles);

    /// <summary>The services that a role may enter, its home first.</summary>
    internal static IReadOnlyList<Service> Open(HeldRole role, IEnumerable<Service> services) => services.Where(s => MayEnter(role, s))
        .OrderByDescending(s => s.IsHomeOf.Contains(role.Kind)).ThenBy(s => s.Name, StringComparer.Ordinal).ToList();

    /// <summary>Null when the person has lost the role, or the role the service.</summary>
    internal static (HeldRole Role, Service Service)? Pinned(DevicePin pin, IReadOnlyList<HeldRole> roles, IReadOnlyList<Service> services) =>
        roles.FirstOrDefault(r => r.Id == pin.Role) is { } role && services.FirstOrDefault(s => s.ClientId == pin.Service && MayEnter(role, s)) is { } service
            ? (role, service) : null;

    // OpenID Connect Core §3.1.2.1: both the proof and the session it made must be young enough. A person other than the one hinted at may sign
    // in once more, and then is refused below.
    private static bool IsFreshEnough(SessionFacts session, RequestFacts request)
    {
        if (request.SubjectHint is { } hint && hint != session.Subject && session.CreatedAt < request.AskedAt) return false;
        return request.AuthenticatedAfter is not { } after || session.CreatedAt >= after && session.AuthenticatedAt >= after;
    }

    private static Step ForService(SessionFacts session, IReadOnlyList<HeldRole> roles, RequestFacts request)
    {
        if (request.SubjectHint is { } hint && hint != session.Subject) return new Step.NoRight();
        var fitting = roles.Where(r => MayEnter(r, request.ClientId, request.ClientRoles)).ToList();
        if (fitting.Count == 0) return new Step.NoRight();
        if (fitting.Count == 1) return new Step.Issue(fitting[0]);
        if (fitting.Find(r => r.Id == request.ChosenRole) is { } chosen) return new Step.Issue(chosen);
        if (!request.SelectAsked && fitting.Find(r => r.Id == session.ActiveRole) is { } active) return new Step.Issue(active);
        return new Step.Choose(fitting);
    }

    private static Step FromStartPage(SignInState state)
    {
        if (state.Pin is { } pin && Pinned(pin, state.Roles, state.Services) is { } there) return new Step.Land(there.Role, there.Service);
        if (state.Roles.Count > 1) return new Step.Choose(state.Roles);
        var role = state.Roles[0];
        var open = state.Services.Where(s => MayEnter(role, s)).ToList();
        var home = open.Find(s => s.IsHomeOf.Contains(role.Kind)) ?? open.FirstOrDefault();
        return home is null ? new Step.OwnPage() : new Step.Land(role, home);
    }
}

/// <summary>Roles as services know them.</summary>
internal static class RoleWords
{
    internal const string Staff = "staff", Pupil = "pupil", Guardian = "guardian", Trusted = "trusted";

    internal static string Of(HeldRole role) => role is HeldRole.Trusted ? Trusted : Of(role.Kind);

    internal static string Of(RegistryRole kind) => kind switch
    {
        RegistryRole.Staff => Staff,
        RegistryRole.Pupil => Pupil,
        _ => Guardian,
    };
}
