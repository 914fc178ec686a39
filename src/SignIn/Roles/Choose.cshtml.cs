using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Roles;

/// <summary>Chooser of role, and of service unless one has asked. Also the way to switch later: the password is not asked again.</summary>
internal sealed class ChooseModel(
    Sessions.Sessions sessions, RequestStore requests, SituationReader situations, Continue next, RememberChoice remember, Language language) : PageModel
{
    internal sealed record Group(HeldRole Role, IReadOnlyList<Service> Services);

    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    [BindProperty] public string? Role { get; set; }
    [BindProperty] public string? Service { get; set; }
    internal IReadOnlyList<Group> Groups { get; private set; } = [];
    internal PendingRequest? Asked { get; private set; }
    internal string? LastRole { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct) is not { } now) return GoOn();
        // One role and one service: there is nothing to choose.
        return Asked is null && Groups is [{ Services.Count: <= 1 }] || Asked is not null && now.Step is not Step.Choose ? GoOn() : Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct) is not { } now) return GoOn();
        var group = Groups.FirstOrDefault(g => g.Role.Id == Role);
        if (group is null) return Again(language["Выберите роль из списка.", "Choose a role from the list."]);
        if (Asked is not null)
        {
            await requests.ChooseRoleAsync(Asked.RequestId, group.Role.Id, ct);
            // The role of another screen is none of this browser's.
            if (!Asked.IsForAnotherScreen) await remember.RunAsync(now.Visitor!, group.Role.Id, Asked.ClientId, ct);
            return GoOn();
        }
        if (group.Services.FirstOrDefault(s => s.ClientId == Service) is not { } service)
            return Again(language["Выберите сервис из списка.", "Choose a service from the list."]);
        await remember.RunAsync(now.Visitor!, group.Role.Id, service.ClientId, ct);
        return Redirect(next.EntranceOf(service));
    }

    private async Task<Situation?> ReadAsync(CancellationToken ct)
    {
        Asked = await requests.FindAsync(RequestId, ct);
        var now = await situations.ReadAsync(await sessions.CurrentAsync(HttpContext, ct), Asked, ct);
        if (now.Step is Step.Authenticate or Step.Activate or Step.NoSuchAccount or Step.Disabled or Step.NoRight) return null;
        LastRole = now.Visitor!.LastRole;
        var among = now.Step is Step.Choose choose ? choose.Among : now.Roles;
        Groups = among.Select(r => new Group(r, NextStep.Open(r, now.Services))).ToList();
        return now;
    }

    private PageResult Again(string error)
    {
        ModelState.AddModelError("", error);
        return Page();
    }

    private RedirectResult GoOn() => Redirect(WayBack.With(Continue.Path, Asked?.RequestId));
}
