using Aupd.Registries.Doors;
using Aupd.SignIn.Roles;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Cabinet.Home;

/// <summary>The cabinet's first page: where I can go in which role, what waits for me, my login. Switching asks for no password.</summary>
internal sealed class HomeModel(CabinetParts parts, RememberChoice remember, LoginUses uses, Attention attention) : CabinetPage(parts)
{
    internal sealed record Group(HeldRole Role, IReadOnlyList<Service> Services);

    /// <summary>The person wanted a page that is not shown on a panel in a classroom.</summary>
    [BindProperty(SupportsGet = true, Name = "closed")] public bool IsClosed { get; set; }
    internal HeldRole Active { get; private set; } = null!;
    internal IReadOnlyList<Service> Tiles { get; private set; } = [];
    /// <summary>The other roles, each with what it opens.</summary>
    internal IReadOnlyList<Group> Others { get; private set; } = [];
    internal IReadOnlyList<Todo> Todos { get; private set; } = [];
    internal LoginUse? Login { get; private set; }
    /// <summary>A teacher who leads no class may name one.</summary>
    internal bool MayNameClass => Classes.Count == 0 && Visitor.Kind == SessionKind.Usual && Badges.ClassTeachers.MayName(Roles);
    protected override bool IsForBadges => true;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        Active = Roles.FirstOrDefault(r => r.Id == Visitor.ActiveRole) ?? Roles.FirstOrDefault(r => r.Id == Visitor.LastRole) ?? Roles[0];
        Tiles = NextStep.Open(Active, Services);
        Others = Roles.Where(r => r.Id != Active.Id).Select(r => new Group(r, NextStep.Open(r, Services))).ToList();
        if (Visitor.Kind is not (SessionKind.Panel or SessionKind.Badge)) Todos = await attention.OfAsync(Visitor, Roles, NeedsActivation, ct);
        Login = Visitor is { Login: { } login, Kind: not SessionKind.Badge } ? await uses.OfAsync(Visitor, login, Roles, ct) : null;
        return Page();
    }

    public async Task<IActionResult> OnPostRoleAsync(string? role, CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        // A role that was lost since the page was drawn is simply no longer there.
        if (Roles.FirstOrDefault(r => r.Id == role) is { } chosen) await remember.RunAsync(Visitor, chosen.Id, null, ct);
        return Redirect(CabinetTabs.Home);
    }
}
