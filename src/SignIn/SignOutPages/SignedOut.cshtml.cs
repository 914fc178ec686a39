using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.SignOutPages;

/// <summary>Where the portal sends the browser after its own sign-out; a service that asked for the sign-out gets the browser back.</summary>
internal sealed class SignedOutModel(SignOutHere signOut) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "state")] public string? State { get; set; }

    public IActionResult OnGet() => signOut.FinalUrl(State) is { } url && url != SignOutHere.Page ? Redirect(url) : Page();
}
