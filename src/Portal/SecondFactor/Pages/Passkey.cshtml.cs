using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.Portal.Accounts;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>Registers a passkey (WebAuthn Level 3 §7.1, by ASP.NET Core Identity's handler).</summary>
[SignedIn(BeforeSetUp = true)]
internal sealed class PasskeyPage(AccountStore accounts, IPasskeyHandler<PortalAccount> handler, PasskeyAsk ask, ChangeFactor change, Factors factors,
    SecondFactorSettings settings, TimeProvider clock, Language l) : FactorPage(accounts, settings, clock)
{
    private readonly int _most = settings.MostPasskeys;
    private const int LongestAnswer = 60_000;

    [BindProperty] public string? Name { get; set; }
    public PasskeyQuestion Question { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        Name = DeviceLabel.From(Request.Headers.UserAgent);
        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync(string? state, string? answer, CancellationToken ct)
    {
        if (await EnterFreshAsync(ct) is { } elsewhere) return elsewhere;
        if (RenamePasskey.Read(Name) is not { } name) ModelState.AddModelError(nameof(Name), l["Назовите ключ: до 60 знаков", "Name the passkey, in up to 60 characters"]);
        else if (await ask.TakeAsync(HttpContext, PasskeyAsk.ToCreate(Account.Id, Session.Id), state, ct) is not { } inner)
            ModelState.AddModelError("", PasskeyWords.Of(new PasskeyProof.Stale(), l));
        else if (answer is not { Length: > 0 and < LongestAnswer }
            || await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = HttpContext, CredentialJson = answer, AttestationState = inner })
                is not { Succeeded: true } result)
            ModelState.AddModelError("", l["Этот ключ создать не получилось. Попробуйте ещё раз или на другом устройстве", "This passkey could not be made. Try again, or on another device"]);
        else
        {
            result.Passkey.Name = name;
            if (await change.RunAsync(Account.Id, new FactorChange.AddPasskey(result.Passkey), Actor, ct) is ChangeFactorOutcome.Done) return await OnwardAsync(ct);
            ModelState.AddModelError("", l[$"Ключей уже много: {_most}. Удалите те, которыми не пользуетесь",
                $"You have {_most} passkeys already. Remove those that you do not use"]);
        }
        return await ShowAsync();
    }

    private async Task<IActionResult> OnwardAsync(CancellationToken ct) => this.SeeOther(With(
        (await factors.OfAsync(Account.Id, ct)).CodesLeft == 0 ? "/profile/second-step/codes?after=passkey" : "/profile/second-step?done=passkey"));

    private async Task<IActionResult> ShowAsync()
    {
        Question = await ask.AskNewAsync(HttpContext, Account, Session.Id);
        return Page();
    }
}
