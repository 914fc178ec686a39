using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

/// <summary>One's own data, each with the way to change it.</summary>
[SignedIn]
internal sealed class IndexPage(AccountStore accounts, PortalSessions sessions, BackToService back, Language l) : ProfilePage(accounts)
{
    [BindProperty(SupportsGet = true, Name = "saved")] public ProfileNotice Notice { get; set; }

    public string? NoticeText => ProfileWords.For(Notice, l);
    /// <summary>The service that sent the person here, if one did.</summary>
    public (string Name, string Url)? Back { get; private set; }
    public int SessionCount { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Back = await back.FindAsync(HttpContext, ct);
        SessionCount = (await sessions.ListAsync(Account.Id, ct)).Count;
        return Page();
    }

    public async Task<IActionResult> OnPostSignOutAsync(CancellationToken ct)
    {
        await sessions.EndAsync(HttpContext, ct);
        return Redirect("/login");
    }
}
