using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Demo.Services.Pages;

/// <summary>Ends the session here and sends the browser to the gateway to end all the others (OpenID Connect RP-Initiated
/// Logout 1.0).</summary>
internal sealed class LogoutPage(ServiceClients clients, SessionStore sessions, ServiceCookie cookie, SiteAddresses addresses) : ServicePage
{
    public IActionResult OnGet() => Home();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var session = await cookie.SessionAsync(HttpContext, Service, ct);
        cookie.Remove(HttpContext, Service);
        if (session is null) return Home();
        await sessions.EndAsync(session, ct);
        var url = await clients[Service].LogoutUrlAsync(session.Held.IdToken, $"{addresses.Demo}{Service.Path}signed-out", null, ct);
        return url is null ? Trouble(TroubleWord.SignedOutHereOnly) : Redirect(url);
    }
}
