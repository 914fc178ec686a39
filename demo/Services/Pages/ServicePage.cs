using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.Demo.Services.Pages;

/// <summary>A page of one of the five services; the route constraint has made sure that there is such a service.</summary>
public abstract class ServicePage : PageModel
{
    internal DemoService Service => DemoService.Find(RouteData.Values["service"] as string)!;

    internal RedirectResult Home() => Redirect(Service.Path);

    internal RedirectResult Trouble(TroubleWord word) => Redirect($"{Service.Path}trouble?why={word}");
}

/// <summary>What can go wrong at a service's door; each word is a text of the page Trouble.</summary>
internal enum TroubleWord
{
    /// <summary>The gateway does not answer.</summary>
    GatewayDown,
    /// <summary>The gateway does not let this person into this service.</summary>
    Refused,
    /// <summary>The attempt is unknown to this browser or too old.</summary>
    Expired,
    /// <summary>The answer does not hold what it must.</summary>
    BadAnswer,
    /// <summary>Someone else's gateway asked to begin.</summary>
    OtherGateway,
    /// <summary>The gateway ended the session.</summary>
    Ended,
    /// <summary>Signed out here, but the gateway could not be told.</summary>
    SignedOutHereOnly,
}
