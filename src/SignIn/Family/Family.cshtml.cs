using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Family;

/// <summary>A guardian's children, each with what there is to do.</summary>
/// <remarks>For a child of fourteen or more the same address tells what its guardians see and have done.</remarks>
internal sealed class FamilyModel(
    CabinetParts parts, FamilyRights rights, ChildStates states, OwnGuardians own, FamilyNotices notices, SignInSettings settings, RegionSettings region) : CabinetPage(parts)
{
    internal OwnGuardians.View? Own { get; private set; }
    internal sealed record Notice(string Text, bool IsGood);

    internal IReadOnlyList<ChildState> Children { get; private set; } = [];
    internal bool MayMake => settings.Family.PortalMakesAccounts;
    public TimeZoneInfo Zone { get; } = region.Zone();
    [BindProperty(SupportsGet = true, Name = "done")] public string? Done { get; set; }

    internal Notice? DoneWords(Language l) => Done switch
    {
        "lost" => new(l["Ничего не изменено: этот ребёнок сейчас не записан за вами в школе.", "Nothing was changed: by the school's records this child is not yours at the moment."], false),
        "there" => new(l["У ребёнка уже есть аккаунт: его завёл другой родитель или сам ребёнок. Нужен пароль — откройте «Входы и пароль».",
            "The child has an account already: the other parent or the child has made it. If you need a password, open “Sign-ins and password”."], false),
        "sheet-gone" => new(l["Этот листок больше не показываем. Если пароль не записали, выдайте новый.", "This sheet is not shown any more. If nobody has noted the password, give a new one."], false),
        "put-away" => new(l["Готово. Листок больше никто не откроет.", "Done. Nobody can open the sheet any more."], true),
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (Roles.OfType<HeldRole.Guardian>().Any()) Children = await states.OfAsync(await rights.ChildrenOfAsync(Visitor, ct), ct);
        if (Roles.Any(r => r is HeldRole.Pupil { IsFourteen: true })) Own = await own.ReadAsync(Visitor, ct);
        await notices.SeenAsync(Visitor.AccountId, ct);
        return Children.Count > 0 || Own is not null || Done is not null ? Page() : Redirect(CabinetTabs.Home);
    }
}
