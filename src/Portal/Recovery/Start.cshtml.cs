using Aupd.Kernel.Pages;
using Aupd.Portal.Authentication;
using Aupd.Portal.Codes;
using Aupd.Portal.Entries;
using Aupd.Portal.Flows;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Portal.Recovery;

/// <summary>Who wants a new password. The answer is the same whether or not there is such an account.</summary>
internal sealed class StartPage(FlowStore flows, RecoveryCodes codes, Language l) : PageModel
{
    [BindProperty] public string? Identifier { get; set; }
    [BindProperty(SupportsGet = true, Name = "return")] public string? ReturnUrl { get; set; }
    [BindProperty(SupportsGet = true)] public bool Again { get; set; }

    public void OnGet() => ModelState.Clear();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (TypedIdentifier.Read(Identifier) is not { } typed)
        {
            ModelState.AddModelError(nameof(Identifier), string.IsNullOrWhiteSpace(Identifier)
                ? l["Напишите телефон, почту, СНИЛС или логин", "Enter your phone, e-mail, SNILS or login"]
                : l["Это не похоже на телефон, почту, СНИЛС или логин. Проверьте, что написано", "This is not a phone, e-mail, SNILS or login. Check what you wrote"]);
            return Page();
        }
        // A new flow each time: a code sent for an earlier one is worth nothing in it.
        var account = await codes.FindAsync(typed, ct);
        var state = new RecoveryState { Typed = typed.Key, AccountId = account?.Id, ReturnUrl = LocalUrl.Check(ReturnUrl) };
        var flow = await flows.StartAsync(HttpContext, RecoveryState.Kind, state, ct);
        if (await codes.SendAsync(HttpContext, flow, typed, ct) is not IssueCodeOutcome.TooMany tooMany) return Redirect("/recover/code");
        CodeWords.AddTo(ModelState, nameof(Identifier), tooMany, Response, l);
        return Page();
    }
}
