using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Profile;

/// <summary>Where the person is signed in to the portal.</summary>
[SignedIn]
internal sealed class SessionsPage(AccountStore accounts, PortalSessions sessions, Language l) : ProfilePage(accounts)
{
    public IReadOnlyList<PortalSession> Others { get; private set; } = [];
    public PortalSession Here => Session;
    /// <summary>How many have just been ended.</summary>
    [BindProperty(SupportsGet = true)] public int? Ended { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Others = [.. (await sessions.ListAsync(Account.Id, ct)).Where(s => s.Id != Session.Id)];
        return Page();
    }

    public async Task<IActionResult> OnPostEndAsync(Guid id, CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var ended = id == Session.Id ? 0 : await sessions.EndAsync(Account.Id, [id], Actor, ct);
        return Redirect($"/profile/sessions?ended={ended}");
    }

    public async Task<IActionResult> OnPostEndOthersAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var others = (await sessions.ListAsync(Account.Id, ct)).Where(s => s.Id != Session.Id).Select(s => s.Id).ToList();
        return Redirect($"/profile/sessions?ended={await sessions.EndAsync(Account.Id, others, Actor, ct)}");
    }

    public string Device(PortalSession session) => session.DeviceLabel.Length > 0 ? session.DeviceLabel : l["Неизвестное устройство", "Unknown device"];

    public static string Place(PortalSession session) => Kernel.Http.AddressPrefix.Shown(session.AddressPrefix);
}
