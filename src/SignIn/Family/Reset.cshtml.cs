using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Family;

/// <summary>Says what a new first password means, and has it set.</summary>
internal sealed class ResetModel(
    CabinetParts parts, FamilyRights rights, ChildStates states, ResetChildPassword reset, SignInSettings settings, RegionSettings region, Language language, TimeProvider clock)
    : ChildPage(parts, rights, states, region)
{
    /// <summary>One for each time the page is drawn: the same press twice is one order.</summary>
    internal Guid NewOrder { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        if (!settings.Family.PortalMakesAccounts || !FamilyRights.MayReset(Child)) return Redirect(FamilyAddresses.Of("child", Child));
        NewOrder = Guid.CreateVersion7(clock.GetUtcNow());
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? order, CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        if (!settings.Family.PortalMakesAccounts) return Redirect(FamilyAddresses.Root);
        var outcome = await reset.RunAsync(Visitor, ChildId, order, ct);
        if (outcome is FamilyOutcome.Ordered ordered) return Redirect(FamilyAddresses.Sheet(ordered.Order));
        // The next press goes on with the same order, as far as it was one.
        NewOrder = Guid.TryParseExact(order, "D", out var same) ? same : Guid.CreateVersion7(clock.GetUtcNow());
        return Refuse(outcome, language);
    }
}
