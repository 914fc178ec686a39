using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Badges;

/// <summary>The address on the badge: shows nothing, and the browser leaves it at once, with a cookie in the place of the secret.</summary>
internal static class BadgeEndpoints
{
    internal static void Map(WebApplication app) =>
        app.MapGet("/badge/{secret}", async (string secret, HttpContext http, BadgeEntries entries, RequestStore requests, CancellationToken ct) =>
        {
            var request = await requests.FindAsync(http.Request.Query["request"], ct);
            var outcome = BadgeSecret.TryParse(secret) is { } shown ? await entries.ShowAsync(http, shown, request?.RequestId, ct) : ShowOutcome.NoGood;
            return Results.Redirect(WhereTo(outcome, request?.RequestId));
        });

    internal static string WhereTo(ShowOutcome outcome, string? requestId) => outcome switch
    {
        ShowOutcome.Pictures => PicturesModel.Path,
        ShowOutcome.Locked => WayBack.With(BadgeModel.Because("locked"), requestId),
        _ => WayBack.With(BadgeModel.Because("no-good"), requestId),
    };
}
