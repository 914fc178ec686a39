using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

/// <summary>A copy of all that the portal keeps about the person, for the password: whoever finds a browser signed in must not carry it away.</summary>
[SignedIn]
internal sealed class CopyPage(
    AccountStore accounts, PasswordTries tries, KnownDevices devices, PersonalDataCopy copy, RegionSettings region, Language l) : ProfilePage(accounts)
{
    [BindProperty] public string? Password { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (!await PasswordHoldsAsync(ct)) return Page();
        Response.ContentType = PersonalDataCopy.ContentType;
        Response.Headers.ContentDisposition = copy.Disposition;
        var subject = Account.Id.ToString();
        await copy.WriteAsync(new AuditLine("portal.data-copied", Actor), new DataOwner(Account.Id, subject, subject), l[region.PortalName, region.PortalNameEnglish],
            Response.Body, ct);
        return new EmptyResult();
    }

    private async Task<bool> PasswordHoldsAsync(CancellationToken ct)
    {
        if (string.IsNullOrEmpty(Password))
        {
            ModelState.AddModelError(nameof(Password), l["Введите пароль от портала", "Enter your portal password"]);
            return false;
        }
        switch (await tries.TryAsync(Account, Account.Id.ToString(), Password, devices.PlaceOf(HttpContext, Account.Id), ct))
        {
            case TryOutcome.Wrong: ModelState.AddModelError(nameof(Password), l["Пароль не подошёл", "This is not your password"]); return false;
            case TryOutcome.MustWait wait: Crowd.AddWait(ModelState, Response, wait.For, l); return false;
            case TryOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, l); return false;
            default: return true;
        }
    }
}
