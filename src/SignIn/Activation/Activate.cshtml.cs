using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Activation;

/// <summary>First sign-in of staff and pupils: the portal password once more.</summary>
internal sealed class ActivateModel(
    Sessions.Sessions sessions, SituationReader situations, ActivateAccount activation, SiteAddresses addresses, Language language) : PageModel
{
    /// <summary>Longer than any password the portal takes.</summary>
    private const int LongestPassword = 200;

    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    [BindProperty] public string? Password { get; set; }
    public string Greeting { get; private set; } = "";
    /// <summary>For the browser's password manager: which account the password belongs to.</summary>
    public string RecoveryUrl => addresses.Portal + "/recover";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ReadAsync(ct) is null ? GoOn() : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct) is not { } now) return GoOn();
        if (string.IsNullOrEmpty(Password)) return Again(language["Введите пароль.", "Enter the password."]);
        if (Password.Length > LongestPassword) return Again(language["Такого длинного пароля на портале быть не может.", "The portal has no passwords this long."]);
        switch (await activation.RunAsync(now.Visitor!, now.Roles, Password, ct))
        {
            case ActivateOutcome.Activated { SchoolFault: { } fault }: return Redirect(WayBack.With($"/activated?password={fault.Word}", RequestId));
            case ActivateOutcome.Activated: return Redirect(WayBack.With("/activated", RequestId));
            case ActivateOutcome.WrongPassword { TriesLeft: > 0 } wrong: return Again(WrongPassword(wrong.TriesLeft));
            case ActivateOutcome.WrongPassword: return Redirect(WayBack.With($"/activation-failed?why={ActivationCause.WrongPassword}", RequestId));
            case ActivateOutcome.Failed failed: return Redirect(WayBack.With($"/activation-failed?why={failed.Cause}", RequestId));
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // Only the dispatcher says who activates: nobody signed in, a guardian, or a person already activated goes where he belongs.
    private async Task<Situation?> ReadAsync(CancellationToken ct)
    {
        var now = await situations.ReadAsync(await sessions.CurrentAsync(HttpContext, ct), null, ct);
        if (now.Step is not Step.Activate) return null;
        Greeting = now.Visitor!.Name.Greeting();
        return now;
    }

    private PageResult Again(string error)
    {
        ModelState.AddModelError(nameof(Password), error);
        return Page();
    }

    private string WrongPassword(int left) => left == 1
        ? language["Пароль не подошёл. Осталась одна попытка — лучше восстановите пароль на портале.", "The password is wrong. One try is left; better recover the password at the portal."]
        : language["Пароль не подошёл. Нужен тот, с которым вы вошли на портал.", "The password is wrong. It is the one you signed in to the portal with."];

    private RedirectResult GoOn() => Redirect(WayBack.With(Continue.Path, RequestId));
}
