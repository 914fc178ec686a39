using Aupd.Kernel.Http;
using Aupd.Kernel.Pages;
using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.Mvc;

namespace Aupd.Demo.Services.Pages;

/// <summary>Begins a sign-in at the gateway. Also the address for a sign-in begun elsewhere (OpenID Connect Core §4); its target_link_uri
/// is not needed, a service has one page.</summary>
internal sealed class LoginPage(ServiceClients clients, ServiceCookie cookie, PendingSignInCookie pending, SiteAddresses addresses,
    Language language) : ServicePage
{
    private const int LongestHint = 200;

    /// <param name="iss">Whose sign-in it is to be; only our gateway's will do.</param>
    /// <param name="resume">1: a live session is good enough.</param>
    public async Task<IActionResult> OnGetAsync(string? iss, [FromQuery(Name = "login_hint")] string? loginHint, string? resume,
        CancellationToken ct)
    {
        if (iss is not null && iss != addresses.School) return Trouble(TroubleWord.OtherGateway);
        if (resume == "1" && await cookie.SessionAsync(HttpContext, Service, ct) is not null) return Home();
        var hint = loginHint is { Length: <= LongestHint } ? loginHint : null;
        var request = new SignInRequest { UiLocales = language.Code, LoginHint = hint };
        switch (await clients[Service].BeginAsync(request, ct))
        {
            case BeginOutcome.Ready ready:
                pending.Write(HttpContext, ready.Pending);
                return Redirect(ready.Url);
            default: return Trouble(TroubleWord.GatewayDown);
        }
    }
}
