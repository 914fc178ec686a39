using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

/// <summary>One's own data, each with the way to change it.</summary>
[SignedIn]
internal sealed class IndexPage(AccountStore accounts, PortalSessions sessions, Language l) : ProfilePage(accounts)
{
    [BindProperty(SupportsGet = true, Name = "saved")] public ProfileNotice Notice { get; set; }

    public string? NoticeText => ProfileWords.For(Notice, l);
    public int SessionCount { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        SessionCount = (await sessions.ListAsync(Account.Id, ct)).Count;
        return Page();
    }

    public async Task<IActionResult> OnPostSignOutAsync(CancellationToken ct)
    {
        await sessions.EndAsync(HttpContext, ct);
        return Redirect("/login");
    }
}
