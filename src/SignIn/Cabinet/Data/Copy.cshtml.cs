using Aupd.Kernel.Audit;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Kernel.Throttling;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Data;

/// <summary>A copy of all my data as a file; only shortly after the password was given, since whoever finds a browser signed in must not carry it away.</summary>
internal sealed class CopyModel(
    CabinetParts parts, PersonalDataCopy copy, PortalLinks portal, Throttle throttle, SignInSettings settings, RegionSettings region, Language language, TimeProvider clock) : CabinetPage(parts)
{
    private const string Act = "signin.data-copied";

    internal PortalLinks Portal => portal;
    // A session that a phone let in carries the phone's proof, though nobody gave a password here.
    internal bool IsFresh => Visitor.Kind == SessionKind.Usual && clock.GetUtcNow() - Visitor.AuthenticatedAt <= TimeSpan.FromMinutes(settings.CopyWithinMinutes);
    internal string ProveUrl => "/signin/start?anew=1&to=" + CabinetReturn.Copy;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterPrivatelyAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (!IsFresh) return Page();
        var rule = new ThrottleRule(Act, settings.CopiesPerHour, TimeSpan.FromHours(1));
        if (!(await throttle.HitAsync(rule, Visitor.AccountId.ToString(), ct)).Allowed)
        {
            ModelState.AddModelError("", language["Вы уже получили несколько копий. Следующую можно взять через час.", "You have taken several copies already. The next one can be had in an hour."]);
            return Page();
        }
        Response.ContentType = PersonalDataCopy.ContentType;
        Response.Headers.ContentDisposition = copy.Disposition;
        await copy.WriteAsync(new AuditLine(Act, Visitor.AccountId.ToString(), null, Visitor.Trace),
            new DataOwner(Visitor.AccountId, Visitor.Subject, Visitor.ProfileId?.ToString()), language[region.SchoolName, region.SchoolNameEnglish], Response.Body, ct);
        return new EmptyResult();
    }
}
