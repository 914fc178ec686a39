using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>Asks for another name of a passkey. As fresh a proof as for a removal: under a wrong name the right key would be removed.</summary>
[SignedIn]
internal sealed class RenamePage(AccountStore accounts, Factors factors, RenamePasskey rename, SecondFactorSettings settings, TimeProvider clock, Language l)
    : FactorPage(accounts, settings, clock)
{
    /// <summary>The id of a passkey.</summary>
    [BindProperty(SupportsGet = true, Name = "key")] public string? Key { get; set; }

    [BindProperty] public string? Name { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        if (await FindAsync(ct) is not { } passkey) return Redirect("/profile/second-step");
        Name = passkey.Name;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        if (await FindAsync(ct) is not { } passkey) return this.SeeOther("/profile/second-step");
        if (RenamePasskey.Read(Name) is not { } name)
        {
            ModelState.AddModelError(nameof(Name), l["Назовите ключ: до 60 знаков", "Name the passkey, in up to 60 characters"]);
            return Page();
        }
        var isDone = await rename.RunAsync(Account.Id, passkey.CredentialId, name, ct);
        return this.SeeOther("/profile/second-step" + (isDone ? "?done=passkeyrenamed" : ""));
    }

    private async Task<PasskeyLine?> FindAsync(CancellationToken ct) => (await factors.ListAsync(Account.Id, ct)).Passkeys.FirstOrDefault(p => p.Id == Key);
}
