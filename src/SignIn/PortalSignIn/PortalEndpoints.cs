using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.PortalSignIn;

/// <summary>The addresses of a sign-in that show nothing and only lead on.</summary>
internal static class PortalEndpoints
{
    internal static void Map(WebApplication app)
    {
        app.MapGet("/signin/start", async (HttpContext http, StartPortalSignIn start, CancellationToken ct) =>
            Results.Redirect(await start.RunAsync(http, http.Request.Query["request"], PromptOf(http.Request.Query), http.Request.Query["to"],
                http.Request.Query["foreign"] == "1", ct)));
        app.MapGet("/signin/callback", async (HttpContext http, FinishPortalSignIn finish, CancellationToken ct) =>
            Results.Redirect(await finish.RunAsync(http, ct)));
        app.MapGet(Continue.Path, async (HttpContext http, Continue next, CancellationToken ct) =>
            Results.Redirect(await next.RunAsync(http, http.Request.Query["request"], ct)));
    }

    private static string? PromptOf(IQueryCollection query) =>
        query["anew"] == "1" ? StartPortalSignIn.Anew : query["quiet"] == "1" ? StartPortalSignIn.Quiet : null;
}
