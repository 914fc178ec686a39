using Aupd.Registries.Doors;
using Aupd.SignIn.Badges;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Cabinet;

/// <summary>What every page of the cabinet works with.</summary>
internal sealed class CabinetParts(Sessions.Sessions sessions, SituationReader situations, ClassTeachers classes)
{
    internal async Task<Situation> ReadAsync(Microsoft.AspNetCore.Http.HttpContext http, CancellationToken ct) =>
        await situations.ReadAsync(await sessions.CurrentAsync(http, ct), null, ct);

    /// <summary>Asks only for teachers.</summary>
    internal Task<IReadOnlyList<NamedClass>> ClassesAsync(Visitor visitor, IReadOnlyList<HeldRole> roles, CancellationToken ct) =>
        classes.OfAsync(visitor.AccountId, roles, ct);
}

/// <summary>What the cabinet's pages share: who is signed in, known by the session and never by the request, and which parts there are.</summary>
internal abstract class CabinetPage(CabinetParts parts) : PageModel
{
    internal Visitor Visitor { get; private set; } = null!;
    internal IReadOnlyList<HeldRole> Roles { get; private set; } = [];
    internal IReadOnlyList<Service> Services { get; private set; } = [];
    internal bool NeedsActivation { get; private set; }
    /// <summary>The first classes that the visitor leads.</summary>
    internal IReadOnlyList<NamedClass> Classes { get; private set; } = [];
    internal IEnumerable<CabinetTab> Tabs => Visitor.Kind == SessionKind.Badge ? [] : CabinetTabs.For(Roles).Where(t => t.Path != CabinetTabs.Class || Classes.Count > 0);
    /// <summary>Whether a child who came with a badge may see it: a badge is too little for anything that concerns safety or personal data.</summary>
    protected virtual bool IsForBadges => false;

    /// <summary>Null when the page may be shown. Whoever is not signed in, disabled or unknown to the registries is led on as at a sign-in.</summary>
    protected async Task<IActionResult?> EnterAsync(CancellationToken ct)
    {
        var now = await parts.ReadAsync(HttpContext, ct);
        if (now.Visitor is null || now.Step is Step.NoSuchAccount or Step.Disabled) return Redirect(Continue.Path);
        (Visitor, Roles, Services, NeedsActivation) = (now.Visitor, now.Roles, now.Services, now.Step is Step.Activate);
        if (Visitor.Kind == SessionKind.Badge && !IsForBadges) return Redirect(CabinetTabs.Home + "?closed=true");
        Classes = await parts.ClassesAsync(Visitor, Roles, ct);
        return null;
    }

    /// <summary>The same for pages with personal data: these are not shown on a panel in a classroom, where the class would read along.</summary>
    protected async Task<IActionResult?> EnterPrivatelyAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        return Visitor.Kind == SessionKind.Panel ? Redirect(CabinetTabs.Home + "?closed=true") : null;
    }
}
