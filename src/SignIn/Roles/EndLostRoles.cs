using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Sessions;

namespace Aupd.SignIn.Roles;

/// <summary>A role that the registries took away takes its sessions and grants with it; sessions that never used it stay.</summary>
internal sealed class EndLostRoles(EndSessions end, IMatching matching, PortalClient portal) : IFactReceiver
{
    internal const string ReceiverName = "signin.end-lost-roles";
    public string Name => ReceiverName;
    public string Topic => RolesChanged.Topic;

    public async Task ReceiveAsync(DeliveredFact fact, CancellationToken ct)
    {
        var changed = fact.Payload.Deserialize<RolesChanged>(JsonSerializerOptions.Web)!;
        if (changed.Lost.Count == 0) return;
        // A fact may come late, and the role be back by then.
        var held = (await matching.RolesAsync(changed.AccountId, ct)).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var lost = changed.Lost.Where(r => !held.Contains(r)).ToList();
        if (lost.Count > 0) await end.WithRolesAsync(portal.Issuer, changed.AccountId, lost, ct);
    }
}
