using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Badges;

/// <summary>What happened with the badges of the class.</summary>
internal sealed class ClassHistoryModel(CabinetParts parts, ClassBadges badges, ClassHistory history, AuditTrail audit, RegionSettings region, Language l)
    : ClassPage(parts, badges, audit)
{
    internal IReadOnlyList<ClassHistory.Line> Lines { get; private set; } = [];
    public TimeZoneInfo Zone { get; } = region.Zone();

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterClassAsync(ct) is { } elsewhere) return elsewhere;
        if (Mine is null) return Redirect(Path);
        Lines = await history.OfAsync(Pupils, l, ct);
        return Page();
    }
}
