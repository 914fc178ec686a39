using Aupd.Kernel.Pages;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Aupd.Portal.Messages;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Registration;

/// <summary>The last page: the password, and the account is there.</summary>
internal sealed class PasswordPage(FlowStore flows, FinishRegistration finish, TimeProvider clock, RegionSettings region, Language l)
    : RegistrationPage(flows, clock, region)
{
    [BindProperty] public string? Password { get; set; }

    /// <summary>What password managers keep the password under.</summary>
    public string? Username => State.Phone is { } phone ? ContactPoint.FromPlain(phone).Reveal() : null;
    public string BackUrl => RegistrationSteps.PathOf(State.IsChild(Today) ? RegistrationStep.Email : RegistrationStep.Snils);

    protected override RegistrationStep Step => RegistrationStep.Password;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        // A second press on the button comes when the flow is finished: it ends where the first one does.
        if (await EnterAsync(ct) is { } elsewhere && Flow is not { IsFinished: true }) return elsewhere;
        if (string.IsNullOrEmpty(Password))
        {
            ModelState.AddModelError(nameof(Password), l["Придумайте пароль", "Choose a password"]);
            return Flow!.IsFinished ? Redirect("/profile") : Page();
        }
        switch (await finish.RunAsync(HttpContext, Flow!, Password, ct))
        {
            case FinishRegistrationOutcome.SignedIn: return this.SeeOther(State.ReturnUrl ?? "/profile");
            case FinishRegistrationOutcome.SignInInstead: return Redirect("/login");
            case FinishRegistrationOutcome.PasswordRefused refused: ModelState.AddModelError(nameof(Password), refused.Fault.Words(l)); break;
            case FinishRegistrationOutcome.Taken taken: ModelState.AddModelError("", TakenText(taken.What)); break;
            case FinishRegistrationOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, l); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
        return Page();
    }

    // The code has proved that the contact is the person's own: they may know.
    private string TakenText(string what) => what == "phone"
        ? l["С этим телефоном только что завели другую учётную запись. Войдите в неё или укажите другой номер", "Another account was just opened with this phone. Sign in to it or give another number"]
        : l["С этой почтой только что завели другую учётную запись. Войдите в неё или укажите другой адрес", "Another account was just opened with this e-mail. Sign in to it or give another address"];
}
