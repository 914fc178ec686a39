using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Confirmation;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

[SignedIn]
internal sealed class SnilsPage(AccountStore accounts, SetIdentifier set, SnilsHolders holders, SnilsRequests requests, Language l) : ProfilePage(accounts)
{
    [BindProperty] public string? Number { get; set; }

    public bool WasDeclined { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await LookAsync(ct) is { } elsewhere) return elsewhere;
        Number = Account.Snils?.Formatted;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await LookAsync(ct) is { } elsewhere) return elsewhere;
        var (snils, error) = SnilsEntry.Read(Number, l);
        error ??= snils is null ? l["Напишите номер СНИЛС", "Enter your SNILS"] : null;
        if (error is null && snils == Account.Snils && !WasDeclined) return Redirect("/profile");
        error ??= SnilsWords.For(await holders.AskAsync(snils!, Account.Id, AddressPrefix.Of(HttpContext), ct), l);
        if (error is null) return await KeepAsync(snils!, ct);
        ModelState.AddModelError(nameof(Number), error);
        return Page();
    }

    public async Task<IActionResult> OnPostRemoveAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        await set.RunAsync(Account.Id, new IdentifierChange.OfSnils(null), Actor, ct);
        return Redirect("/profile");
    }

    private async Task<IActionResult> KeepAsync(Snils snils, CancellationToken ct)
    {
        // The same number again, after it was declined: asked once more, say after the name was put right.
        if (snils == Account.Snils) await requests.AskAgainAsync(Account, Actor, ct);
        else await set.RunAsync(Account.Id, new IdentifierChange.OfSnils(snils), Actor, ct);
        return Saved(ProfileNotice.Snils);
    }

    private async Task<IActionResult?> LookAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        WasDeclined = Account.SnilsState == SnilsState.Entered && await requests.WasDeclinedAsync(Account.Id, ct);
        return null;
    }
}
