using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Family;

/// <summary>Says what will happen, and has the account made.</summary>
internal sealed class CreateModel(CabinetParts parts, FamilyRights rights, ChildStates states, MakeChildAccount make, SignInSettings settings, RegionSettings region, Language language)
    : ChildPage(parts, rights, states, region)
{
    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        return State.AccountId is null && settings.Family.PortalMakesAccounts ? Page() : Redirect(FamilyAddresses.Root);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        if (!settings.Family.PortalMakesAccounts) return Redirect(FamilyAddresses.Root);
        var outcome = await make.RunAsync(Visitor, ChildId, ct);
        return outcome is FamilyOutcome.Ordered ordered ? Redirect(FamilyAddresses.Sheet(ordered.Order)) : Refuse(outcome, language);
    }
}
