using Aupd.OpenId.Doors;
using Aupd.Registries.Doors;
using Aupd.SignIn.Family;
using Aupd.SignIn.Devices;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Provider;

/// <summary>Everything known about this browser's sign-in at this moment, and the step that follows from it.</summary>
internal sealed record Situation(Visitor? Visitor, IReadOnlyList<HeldRole> Roles, PendingRequest? Request, IReadOnlyList<Service> Services, Step Step);

/// <summary>Gathers what <see cref="NextStep"/> decides on.</summary>
internal sealed class SituationReader(Sessions.Sessions sessions, RoleFragments held, PortalAccounts accounts, MatchAccount match, Services services)
{
    internal async Task<Situation> ReadAsync(Visitor? visitor, PendingRequest? request, CancellationToken ct, DevicePin? pin = null)
    {
        var roles = visitor is null ? [] : RolesOf(visitor);
        if (visitor is { ProfileId: null } && roles.Count > 0) visitor = await WithProfileAsync(visitor, ct);
        var open = request is null && visitor is not null ? await services.AllAsync(ct) : [];
        var state = new SignInState(
            visitor is null ? null : new SessionFacts(visitor.ProfileId?.ToString(), visitor.CreatedAt, visitor.AuthenticatedAt, visitor.ActiveRole),
            visitor?.ActivatedAt is not null, visitor?.DisabledAt is not null, roles, request?.ToFacts(), open) { Pin = pin };
        return new Situation(visitor, roles, request, open, NextStep.Decide(state));
    }

    /// <summary>A badge is a pupil's, whatever else the person may be: it began in that role, and there is no other.</summary>
    internal IReadOnlyList<HeldRole> RolesOf(Visitor visitor) => visitor.Kind == SessionKind.Badge
        ? [.. held.Read(visitor.HeldRoles).Where(r => r is HeldRole.Pupil && r.Id == visitor.ActiveRole)]
        : TrustedRoles.Add(held.Read(visitor.HeldRoles), visitor.TrustedRoles, held.Today);

    // The registries learnt of this person after the sign-in: the comparison that makes the profile has not run since.
    private async Task<Visitor> WithProfileAsync(Visitor visitor, CancellationToken ct)
    {
        if (await accounts.ReadAsync(visitor.AccountId, ct) is not { } kept) return visitor;
        await match.RunAsync(kept.Account, visitor.Trace, ct);
        return visitor with { ProfileId = await sessions.ProfileIdAsync(visitor.AccountId, ct) };
    }
}

/// <summary>The registered services that have an entrance of their own.</summary>
internal sealed class Services(IClients clients, SignInSettings settings)
{
    internal async Task<IReadOnlyList<Service>> AllAsync(CancellationToken ct) =>
        (await clients.AllAsync(ct)).Where(c => c.InitiateLoginUri is not null)
            .Select(c => new Service(c.ClientId, c.Name, c.NameEnglish, c.InitiateLoginUri!, c.Roles, HomeOf(c.ClientId))).ToList();

    private List<RegistryRole> HomeOf(string clientId)
    {
        var roles = new List<RegistryRole>();
        if (clientId == settings.StaffService) roles.Add(RegistryRole.Staff);
        if (clientId == settings.FamilyService) roles.AddRange([RegistryRole.Pupil, RegistryRole.Guardian]);
        return roles;
    }
}
