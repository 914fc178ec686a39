using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Family;

/// <summary>The sheet with login and first password: to be printed, and put away.</summary>
internal sealed class SheetModel(CabinetParts parts, ReadSheet read, ChildOrders orders, SiteAddresses addresses, RegionSettings region, Language language) : CabinetPage(parts)
{
    [BindProperty(SupportsGet = true, Name = "order")] public string? Order { get; set; }
    /// <summary>Null while the portal does not answer.</summary>
    internal Sheet? Sheet { get; private set; }
    public string Address => addresses.School;
    internal string Until => TimeZoneInfo.ConvertTime(Sheet!.Until, region.Zone()).ToString("H:mm", language.Culture);
    internal string Again => FamilyAddresses.Root + "/sheet?order=" + Uri.EscapeDataString(Order ?? "");

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        switch (await read.RunAsync(Visitor, Order, ct))
        {
            case SheetOutcome.Open open: Sheet = open.Sheet; break;
            case SheetOutcome.NotNow: Response.StatusCode = StatusCodes.Status503ServiceUnavailable; break;
            default: return Redirect(FamilyAddresses.Root + "?done=sheet-gone");
        }
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (Guid.TryParseExact(Order, "D", out var order)) await orders.PutAwayAsync(Visitor, order, ct);
        return Redirect(FamilyAddresses.Root + "?done=put-away");
    }
}
