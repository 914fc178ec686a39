using Aupd.Kernel.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aupd.SignIn.Start;

internal sealed class HowToGetAccessModel(SiteAddresses addresses) : PageModel
{
    public string PortalUrl { get; } = addresses.Portal;
}
