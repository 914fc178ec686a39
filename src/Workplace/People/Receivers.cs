using System.Text.Json;
using Aupd.Kernel.Facts;
using Aupd.Registries.Doors;
using Aupd.SignIn.Doors;

namespace Aupd.Workplace.People;

/// <summary>Activated, another name, closed.</summary>
internal sealed class OnPersonChanged(RefreshPeople refresh) : IFactReceiver
{
    public const string ReceiverName = "workplace.person-changed";
    public string Name => ReceiverName;
    public string Topic => PersonChanged.Topic;

    public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct) => refresh.RunAsync([fact.Key], ct);
}

/// <summary>A role gained or lost, at a sign-in or by the registries.</summary>
internal sealed class OnRolesChanged(RefreshPeople refresh) : IFactReceiver
{
    public const string ReceiverName = "workplace.roles-changed";
    public string Name => ReceiverName;
    public string Topic => RolesChanged.Topic;

    public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct) => refresh.RunAsync([fact.Key], ct);
}

/// <summary>Another class, position or school in the same role.</summary>
internal sealed class OnAccountsCompared(RefreshPeople refresh) : IFactReceiver
{
    public const string ReceiverName = "workplace.accounts-compared";
    public string Name => ReceiverName;
    public string Topic => AccountsCompared.Topic;

    public Task ReceiveAsync(DeliveredFact fact, CancellationToken ct) =>
        refresh.RunAsync(fact.Payload.Deserialize<AccountsCompared>(JsonSerializerOptions.Web)!.AccountIds, ct);
}
