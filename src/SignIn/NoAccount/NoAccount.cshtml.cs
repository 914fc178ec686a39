using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Profiles;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.NoAccount;

/// <summary>"There is no such account": what was compared, why it did not fit, what helps. The person's own data only.</summary>
internal sealed class NoAccountModel(
    Sessions.Sessions sessions, RequestStore requests, SituationReader situations, PortalAccounts accounts, PortalLinks portal) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    internal PortalAccount Account { get; private set; } = null!;
    internal IReadOnlyList<KeptVerdict> Verdicts { get; private set; } = [];
    public string Trace { get; private set; } = "";
    public string ProfileUrl => portal.Profile;
    /// <summary>Once more through the portal, which knows the person by now: fresh data, no password.</summary>
    public string AgainUrl => WayBack.With("/signin/start", RequestId);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var request = await requests.FindAsync(RequestId, ct);
        var now = await situations.ReadAsync(await sessions.CurrentAsync(HttpContext, ct), request, ct);
        if (now.Step is not Step.NoSuchAccount || await accounts.ReadAsync(now.Visitor!.AccountId, ct) is not { } kept)
            return Redirect(WayBack.With(Continue.Path, request?.RequestId));
        Account = kept.Account;
        Verdicts = Told.To(kept.Account, kept.Verdicts);
        Trace = now.Visitor!.Trace.Formatted;
        return Page();
    }
}
