using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Security;

/// <summary>Where I am signed in, and ending it.</summary>
internal sealed class SecurityModel(
    CabinetParts parts, Sessions.Sessions sessions, EndSessions end, SignOutHere signOut, AuditTrail audit, PortalLinks portal,
    Places places, RegionSettings region) : CabinetPage(parts)
{
    internal IReadOnlyList<SessionLine> Live { get; private set; } = [];
    internal PortalLinks Portal => portal;
    internal Places Places => places;
    public TimeZoneInfo Zone { get; } = region.Zone();
    [BindProperty(SupportsGet = true, Name = "ended")] public bool HasEnded { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Live = await sessions.OfAccountAsync(Visitor.AccountId, ct);
        return Page();
    }

    // Not EnterAsync: also who has lost every role may end what he began.
    public async Task<IActionResult> OnPostEndAsync(string? sid, CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Kind: not SessionKind.Badge } visitor) return Redirect(Continue.Path);
        if (sid == visitor.Sid) return Redirect(await signOut.RunAsync(HttpContext, SignOutHere.Page, ct));
        var ended = sid is { Length: > 0 and <= 64 } && sid.All(char.IsAsciiLetterOrDigit) && await end.OneAsync(sid, visitor.AccountId, "ended-by-owner", ct) > 0;
        return Redirect(CabinetTabs.Security + (ended ? "?ended=true" : ""));
    }

    public async Task<IActionResult> OnPostEndAllAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Kind: not SessionKind.Badge } visitor) return Redirect(Continue.Path);
        var next = await signOut.RunAsync(HttpContext, SignOutHere.Page, ct);
        await end.AllOfAsync(visitor.AccountId, "sign-out-everywhere", ct);
        await audit.WriteAsync(new AuditLine("signin.signed-out-everywhere", visitor.AccountId.ToString(), null, visitor.Trace), ct);
        return Redirect(next);
    }
}
