using Aupd.Kernel.Pages;
using Aupd.OpenId.Doors;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>What each service has received about me, and when.</summary>
internal sealed class ServicesReceivedModel(CabinetParts parts, IReceivedData received, RegionSettings region) : CabinetPage(parts)
{
    internal IReadOnlyList<ReceivedByClient> Received { get; private set; } = [];
    public TimeZoneInfo Zone { get; } = region.Zone();

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        Received = await received.OfAsync(Visitor.ProfileId!.Value.ToString(), ct);
        return Page();
    }
}
