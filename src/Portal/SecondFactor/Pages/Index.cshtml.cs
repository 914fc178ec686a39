using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>What a person has beside the password, and the way to change it.</summary>
[SignedIn(BeforeSetUp = true)]
internal sealed class IndexPage(AccountStore accounts, Factors factors, Resets resets, PortalSessions sessions, SecondFactorSettings settings, TimeProvider clock,
    Language l) : FactorPage(accounts, settings, clock)
{
    private readonly TimeProvider _clock = clock;

    [BindProperty(SupportsGet = true, Name = "done")] public FactorNotice Done { get; set; }

    public new PortalSession Session => base.Session;
    public FactorState State { get; private set; } = null!;
    public TotpLine? App { get; private set; }
    public IReadOnlyList<PasskeyLine> Passkeys { get; private set; } = [];
    /// <summary>Where else the person is signed in, after a change: it ends nothing there.</summary>
    public IReadOnlyList<string> Others { get; private set; } = [];
    /// <summary>From when the password alone would do; null when nobody has asked for that.</summary>
    public DateTimeOffset? ResetFrom { get; private set; }

    public string? NoticeText => Done switch
    {
        FactorNotice.App => l["Готово: при входе будет нужен код из приложения.", "Done: signing in now takes a code from the app."],
        FactorNotice.AppRemoved => l["Код из приложения выключен.", "The code from the app is switched off."],
        FactorNotice.Passkey => l["Ключ доступа создан. Теперь вход — без пароля.", "The passkey is made. You can sign in without the password now."],
        FactorNotice.PasskeyRemoved => l["Ключ доступа удалён. Удалите его и в настройках самого устройства.", "The passkey is removed. Remove it in the settings of the device, too."],
        FactorNotice.PasskeyRenamed => l["Ключ доступа переименован.", "The passkey is renamed."],
        FactorNotice.Kept => l["Администратору нужен хотя бы один второй шаг. Сначала добавьте другой.", "An administrator needs at least one second step. Add another one first."],
        FactorNotice.Cancelled => l["Отменено: второй шаг остаётся включён.", "Cancelled: the second step stays on."],
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        (State, App, Passkeys) = await factors.ListAsync(Account.Id, ct);
        if (State.ResetDueAt is { } due && State.ResetOpenUntil > _clock.GetUtcNow().UtcDateTime) ResetFrom = new DateTimeOffset(due, TimeSpan.Zero);
        if (Done is not (FactorNotice.None or FactorNotice.Kept or FactorNotice.PasskeyRenamed))
            Others = [.. (await sessions.ListAsync(Account.Id, ct)).Where(s => s.Id != Session.Id).Take(5)
                .Select(s => s.DeviceLabel.Length > 0 ? s.DeviceLabel : l["неизвестное устройство", "an unknown device"])];
        return Page();
    }

    public async Task<IActionResult> OnPostCancelAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        await resets.CancelAsync(Account.Id, Actor, ct);
        return this.SeeOther("/profile/second-step?done=cancelled");
    }
}
