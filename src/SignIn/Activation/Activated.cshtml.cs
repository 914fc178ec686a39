using Aupd.Kernel.People;
using Aupd.SignIn.Cabinet.Home;
using Aupd.SignIn.Doors;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Activation;

/// <summary>The issued login and everything it is for.</summary>
internal sealed class ActivatedModel(Sessions.Sessions sessions, SituationReader situations, LoginUses uses, PortalLinks portal, SchoolPasswordSettings rules) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "request")] public string? RequestId { get; set; }
    /// <summary>Why school computers will not take the password; a word of a closed list, any other is nothing.</summary>
    [BindProperty(SupportsGet = true, Name = "password")] public string? Fault { get; set; }
    internal PasswordTrouble? Trouble =>
        Fault is SchoolPasswordRules.TooShort or SchoolPasswordRules.TooPlain or SchoolPasswordRules.HasName ? new PasswordTrouble(Fault, rules.MinLength) : null;
    internal string ChangeUrl => portal.Password;
    internal LoginUse Use { get; private set; } = null!;
    public string ContinueUrl => WayBack.With(Continue.Path, RequestId);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await sessions.CurrentAsync(HttpContext, ct) is not { Login: { } login } visitor) return Redirect(ContinueUrl);
        Use = await uses.OfAsync(visitor, login, situations.RolesOf(visitor), ct);
        return Page();
    }
}
