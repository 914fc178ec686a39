using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

[SignedIn]
internal sealed class PasswordPage(
    AccountStore accounts, ChangePassword change, PortalSessions sessions, TellPerson tell, Language l) : ProfilePage(accounts)
{
    [BindProperty] public string? Old { get; set; }
    [BindProperty] public string? New { get; set; }

    public string Username => Account.Login ?? Account.Phone?.Formatted ?? Account.Email?.Address ?? "";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (string.IsNullOrEmpty(Old)) ModelState.AddModelError(nameof(Old), l["Введите нынешний пароль", "Enter your present password"]);
        if (string.IsNullOrEmpty(New)) ModelState.AddModelError(nameof(New), l["Придумайте новый пароль", "Choose a new password"]);
        if (ModelState.ErrorCount > 0) return Page();
        var outcome = await change.RunAsync(Session, Old!, New!, ct);
        if (outcome is not ChangePasswordOutcome.Changed) return Refuse(outcome);
        await sessions.RenewAsync(HttpContext, ct);
        await tell.PasswordChangedAsync(Account, ct);
        return Saved(ProfileNotice.Password);
    }

    private IActionResult Refuse(ChangePasswordOutcome outcome)
    {
        switch (outcome)
        {
            case ChangePasswordOutcome.OldIsWrong: ModelState.AddModelError(nameof(Old), l["Нынешний пароль не подошёл", "This is not your present password"]); break;
            case ChangePasswordOutcome.SameAsOld: ModelState.AddModelError(nameof(New), l["Это прежний пароль. Придумайте другой", "This is the old password. Choose another one"]); break;
            case ChangePasswordOutcome.NewRefused refused: ModelState.AddModelError(nameof(New), refused.Fault.Words(l)); break;
            case ChangePasswordOutcome.MustWait wait: Crowd.AddWait(ModelState, Response, wait.For, l); break;
            case ChangePasswordOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, l); break;
            case ChangePasswordOutcome.NoAccount: return Redirect("/login");
            default: throw new System.Diagnostics.UnreachableException();
        }
        return Page();
    }
}
