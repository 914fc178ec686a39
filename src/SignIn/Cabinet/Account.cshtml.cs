using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Cabinet;

/// <summary>One's own roles, login and sessions.</summary>
internal sealed class AccountModel(
    Sessions.Sessions sessions, SituationReader situations, EndSessions end, SignOutHere signOut, AuditTrail audit, RegionSettings region) : PageModel
{
    internal Visitor Visitor { get; private set; } = null!;
    internal IReadOnlyList<HeldRole> Roles { get; private set; } = [];
    internal IReadOnlyList<SessionLine> Sessions { get; private set; } = [];
    internal bool NeedsActivation { get; private set; }
    public TimeZoneInfo Zone { get; } = region.Zone();

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var now = await situations.ReadAsync(await sessions.CurrentAsync(HttpContext, ct), null, ct);
        if (now.Visitor is null || now.Step is Step.NoSuchAccount or Step.Disabled) return Redirect(Continue.Path);
        Visitor = now.Visitor;
        Roles = now.Roles;
        NeedsActivation = now.Step is Step.Activate;
        Sessions = await sessions.OfAccountAsync(Visitor.AccountId, ct);
        return Page();
    }

    public async Task<IActionResult> OnPostEndAsync(string? sid, CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { } visitor) return Redirect(Continue.Path);
        if (sid == visitor.Sid) return Redirect(await signOut.RunAsync(HttpContext, SignOutHere.Page, ct));
        if (sid is { Length: <= 64 } && sid.All(char.IsAsciiLetterOrDigit)) await end.OneAsync(sid, visitor.AccountId, "ended-by-owner", ct);
        return Redirect("/account");
    }

    public async Task<IActionResult> OnPostEndAllAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { } visitor) return Redirect(Continue.Path);
        var next = await signOut.RunAsync(HttpContext, SignOutHere.Page, ct);
        await end.AllOfAsync(visitor.AccountId, "sign-out-everywhere", ct);
        await audit.WriteAsync(new AuditLine("signin.signed-out-everywhere", visitor.AccountId.ToString(), null, visitor.Trace), ct);
        return Redirect(next);
    }
}
