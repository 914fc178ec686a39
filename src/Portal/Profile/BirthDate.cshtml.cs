using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

[SignedIn]
internal sealed class BirthDatePage(AccountStore accounts, SetIdentifier set, RegionSettings region, TimeProvider clock, Language l) : ProfilePage(accounts)
{
    [BindProperty] public string? BirthDate { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        BirthDate = Account.BirthDate?.ToString("dd.MM.yyyy");
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), region.Zone()).DateTime);
        var (date, error) = BirthDateEntry.Read(BirthDate, today, l);
        if (error is not null)
        {
            ModelState.AddModelError(nameof(BirthDate), error);
            return Page();
        }
        await set.RunAsync(Account.Id, new IdentifierChange.OfBirthDate(date), Actor, ct);
        return Saved(ProfileNotice.BirthDate);
    }
}
