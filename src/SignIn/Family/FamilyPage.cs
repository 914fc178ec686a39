using Aupd.Kernel.Pages;
using Aupd.Registries.Doors;
using Aupd.SignIn.Cabinet;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.SignIn.Family;

/// <summary>What pages about one child share: the child in the address is looked up among this guardian's children of now, whatever page led here.</summary>
internal abstract class ChildPage(CabinetParts parts, FamilyRights rights, ChildStates states, RegionSettings region) : CabinetPage(parts)
{
    [BindProperty(SupportsGet = true, Name = "child")] public string? ChildId { get; set; }
    internal ChildState State { get; private set; } = null!;
    internal ChildRecord Child => State.Child;
    public TimeZoneInfo Zone { get; } = region.Zone();

    /// <summary>Null when the page may be shown.</summary>
    protected async Task<IActionResult?> EnterForChildAsync(CancellationToken ct)
    {
        if (await EnterPrivatelyAsync(ct) is { } elsewhere) return elsewhere;
        if (await rights.RecordsOfChildAsync(Visitor, ChildId, ct) is not { Count: > 0 } records) return Redirect(FamilyAddresses.Lost);
        State = (await states.OfAsync(records, ct))[0];
        return null;
    }

    /// <summary>What stopped an act, on the page that shows it.</summary>
    protected IActionResult Refuse(FamilyOutcome outcome, Language l)
    {
        switch (outcome)
        {
            case FamilyOutcome.NotYours: return Redirect(FamilyAddresses.Lost);
            case FamilyOutcome.AlreadyThere: return Redirect(FamilyAddresses.Root + "?done=there");
            case FamilyOutcome.TooMany:
                ModelState.AddModelError("", l["Слишком много действий подряд. Подождите до следующего часа и повторите.", "Too many acts in a row. Wait until the next hour and try again."]);
                break;
            case FamilyOutcome.NotNow:
                ModelState.AddModelError("", l["Портал сейчас не отвечает. Нажмите ещё раз через минуту: второго аккаунта не появится.", "The portal does not answer at the moment. Press again in a minute: nothing is done twice."]);
                break;
            case FamilyOutcome.NotAllowed:
                ModelState.AddModelError("", l["Ребёнку уже есть 14 лет: свой пароль он меняет сам, на портале.", "The child is 14 or older and changes the password alone, at the portal."]);
                break;
            case FamilyOutcome.Disabled:
                ModelState.AddModelError("", l["Учётная запись отключена на портале. Обратитесь в поддержку: телефон внизу страницы.", "The account is switched off at the portal. Contact support: the phone is at the bottom of the page."]);
                break;
            default: throw new System.Diagnostics.UnreachableException(outcome.ToString());
        }
        return Page();
    }
}

internal static class FamilyAddresses
{
    internal const string Root = CabinetTabs.Family;
    /// <summary>The child is this guardian's no more, or never was.</summary>
    internal const string Lost = Root + "?done=lost";

    internal static string Of(string page, ChildRecord child) => $"{Root}/{page}?child={Uri.EscapeDataString(child.PupilRecordId)}";
    internal static string Sheet(Guid order) => $"{Root}/sheet?order={order}";
}
