using Aupd.Kernel.Pages;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Portal.Recovery;

internal sealed class PasswordPage(FlowStore flows, FinishRecovery finish, Language l) : RecoverPage(flows)
{
    [BindProperty] public string? Password { get; set; }

    public string? Username => State.Typed;

    protected override string Address => "/recover/password";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await EnterAsync(ct) ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await EnterAsync(ct) is { } elsewhere) return elsewhere;
        if (string.IsNullOrEmpty(Password))
        {
            ModelState.AddModelError(nameof(Password), l["Придумайте новый пароль", "Choose a new password"]);
            return Page();
        }
        switch (await finish.RunAsync(HttpContext, Flow!, Password, ct))
        {
            case FinishRecoveryOutcome.Done: return this.SeeOther("/recover/done");
            case FinishRecoveryOutcome.Over: return await EnterAsync(ct) ?? Redirect("/recover?again=true");
            case FinishRecoveryOutcome.PasswordRefused refused: ModelState.AddModelError(nameof(Password), refused.Fault.Words(l)); break;
            case FinishRecoveryOutcome.Busy busy: Crowd.AddTo(ModelState, Response, busy.RetryAfter, l); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
        return Page();
    }
}

/// <summary>Says that it is done, and leads to the sign-in: whoever has the new password shows it there.</summary>
internal sealed class DonePage(FlowStore flows) : Microsoft.AspNetCore.Mvc.RazorPages.PageModel
{
    public string LoginUrl { get; private set; } = "/login";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var flow = await flows.FindAsync<RecoveryState>(HttpContext, RecoveryState.Kind, ct);
        if (flow is not { IsFinished: true }) return Redirect("/recover");
        if (flow.State.ReturnUrl is { } back) LoginUrl = "/login?return=" + Uri.EscapeDataString(back);
        return Page();
    }
}
