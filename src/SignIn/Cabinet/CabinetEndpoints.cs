using Aupd.SignIn.Cabinet.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Cabinet;

/// <summary>The addresses of the cabinet that show nothing and only lead on.</summary>
internal static class CabinetEndpoints
{
    internal static void Map(WebApplication app)
    {
        // OpenID Connect Core §4: the portal leads people back here, with their data as it has them now; it knows them, so no password is asked.
        app.MapGet("/cabinet/refresh", () => Results.Redirect("/signin/start?to=" + CabinetReturn.Data));
        // Where the cabinet was before: people and letters have these addresses.
        app.MapGet("/account", () => Results.Redirect(CabinetTabs.Home));
        app.MapGet("/account/third-parties", () => Results.Redirect(ThirdPartiesModel.Path));
    }
}
