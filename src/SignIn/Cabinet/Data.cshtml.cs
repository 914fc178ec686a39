using Aupd.SignIn.Profiles;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet;

/// <summary>What the portal says of me.</summary>
internal sealed class DataModel(CabinetParts parts, PortalAccounts accounts) : CabinetPage(parts)
{
    internal PortalAccount Account { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (await accounts.ReadAsync(Visitor.AccountId, ct) is not { } kept) return Redirect(Continue.Path);
        Account = kept.Account;
        return Page();
    }
}
