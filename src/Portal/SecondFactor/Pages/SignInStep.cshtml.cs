using Aupd.Kernel.Pages;
using Aupd.Portal.Authentication;
using Aupd.Portal.Entries;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.SecondFactor.Pages;

/// <summary>The second step of a sign-in. Reached after a right password alone, in the browser that typed it.</summary>
internal sealed class SignInStepPage(SecondStep steps, Factors factors, ProveByCode codes, ProveByPasskey passkeys, PasskeyAsk ask, KnownDevices devices,
    PortalSessions sessions, Language l) : PageModel
{
    private OpenStep _step = null!;

    [BindProperty] public string? Code { get; set; }
    [BindProperty(SupportsGet = true, Name = "with")] public string? With { get; set; }
    public SecondStepForm Form { get; private set; } = null!;

    private bool WantsRecovery => With == "recovery";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? await ShowAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        var proof = await codes.RunAsync(_step.Account, Code, devices.PlaceOf(HttpContext, _step.Account.Id), ct);
        if (proof is CodeProof.Right right) return await FinishAsync("otp", right.WasRecovery ? "recovery-code" : "app", ct);
        SecondStepWords.AddTo(ModelState, Response, proof, WantsRecovery, l);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? state, string? answer, CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        switch (await passkeys.RunAsync(HttpContext, PasskeyAsk.ToProve(_step.Account.Id), _step.Account, state, answer, ct))
        {
            case PasskeyProof.Right right: return await FinishAsync(right.Method, "passkey", ct);
            case PasskeyProof.MustWait wait: SecondStepWords.AddTo(ModelState, Response, new CodeProof.MustWait(wait.For), WantsRecovery, l); break;
            case var why: ModelState.AddModelError("", PasskeyWords.Of(why, l)); break;
        }
        return await ShowAsync(ct);
    }

    private async Task<IActionResult> FinishAsync(string proof, string by, CancellationToken ct) =>
        this.SeeOther(await steps.FinishAsync(HttpContext, _step, proof, by, ct) ? _step.Onward : "/login");

    // Without a step there is nothing to say here: who is signed in goes on, everyone else begins with the password.
    private async Task<IActionResult?> EnterAsync(CancellationToken ct)
    {
        if (await steps.FindAsync(HttpContext, ct) is not { } step)
            return Redirect(await sessions.CurrentAsync(HttpContext, ct) is null ? "/login?late=true" : "/profile");
        _step = step;
        return null;
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        var state = await factors.OfAsync(_step.Account.Id, ct);
        if (!state.Any) return Redirect("/login");
        var question = state.Passkeys > 0 ? await ask.AskAsync(HttpContext, PasskeyAsk.ToProve(_step.Account.Id), _step.Account) : null;
        Form = new SecondStepForm(state.HasTotp, question, WantsRecovery, state.CodesLeft, "/login/second-step", "/login?return=" + Uri.EscapeDataString(_step.Onward));
        return Page();
    }
}
