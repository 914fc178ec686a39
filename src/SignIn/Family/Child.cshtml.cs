using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.Cabinet;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Family;

/// <summary>A child's account as its guardian sees it: where it is signed in, and what there is to do.</summary>
internal sealed class ChildModel(
    CabinetParts parts, FamilyRights rights, ChildStates states, Sessions.Sessions sessions, EndChildSessions end, SignInSettings settings, Places places, RegionSettings region)
    : ChildPage(parts, rights, states, region)
{
    internal IReadOnlyList<SessionLine> Live { get; private set; } = [];
    internal Places Places => places;
    internal bool MayReset => settings.Family.PortalMakesAccounts && FamilyRights.MayReset(Child);
    [BindProperty(SupportsGet = true, Name = "done")] public string? Done { get; set; }

    internal string? DoneWords(Language l) => Done switch
    {
        "ended" => l["Готово: там нужно будет войти заново.", "Done: it takes a new sign-in there."],
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        if (State.AccountId is not { } account) return Redirect(FamilyAddresses.Root);
        Live = await sessions.OfAccountAsync(account, ct);
        return Page();
    }

    public Task<IActionResult> OnPostEndAsync(string? sid, CancellationToken ct) => EndAsync(sid ?? "", ct);

    public Task<IActionResult> OnPostEndAllAsync(CancellationToken ct) => EndAsync(null, ct);

    private async Task<IActionResult> EndAsync(string? sid, CancellationToken ct)
    {
        if (await EnterForChildAsync(ct) is { } elsewhere) return elsewhere;
        if (sid is not null && (sid.Length is 0 or > 64 || !sid.All(char.IsAsciiLetterOrDigit))) return Redirect(FamilyAddresses.Of("child", Child));
        return await end.RunAsync(Visitor, ChildId, sid, ct) switch
        {
            EndChildSessionsOutcome.NotYours => Redirect(FamilyAddresses.Lost),
            EndChildSessionsOutcome.Ended => Redirect(FamilyAddresses.Of("child", Child) + "&done=ended"),
            _ => Redirect(FamilyAddresses.Of("child", Child)),
        };
    }
}
