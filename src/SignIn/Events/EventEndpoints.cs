using System.Text;
using Aupd.OpenId.RelyingParty;
using Aupd.SignIn.PortalSignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Events;

/// <summary>Where the portal reports: security events (RFC 8935) and the end of its sessions (OpenID Connect Back-Channel Logout 1.0).</summary>
internal static class EventEndpoints
{
    private const int LongestToken = 16_384;
    private const string Audience = PortalClient.ClientId;

    internal static void Map(WebApplication app)
    {
        app.MapPost("/events/portal", TakeEventAsync).DisableAntiforgery();
        app.MapPost("/signin/backchannel-logout", TakeLogoutAsync).DisableAntiforgery();
    }

    private static async Task<IResult> TakeEventAsync(HttpContext http, CancellationToken ct)
    {
        if (http.Request.ContentType?.Split(';')[0].Trim().Equals("application/secevent+jwt", StringComparison.OrdinalIgnoreCase) != true)
            return Refuse("invalid_request", "Content-Type must be application/secevent+jwt.");
        if (await ReadAsync(http.Request.Body, ct) is not { } token) return Refuse("invalid_request", $"The token is longer than {LongestToken} bytes or empty.");
        var services = http.RequestServices;
        var outcome = await services.GetRequiredService<PortalClient>().Client.ReadSecurityEventAsync(token, Audience, ct);
        switch (outcome)
        {
            case SecurityEventOutcome.Valid valid:
                await services.GetRequiredService<PortalEvents>().TakeAsync(valid.Event, ct);
                return Results.StatusCode(StatusCodes.Status202Accepted);
            case SecurityEventOutcome.Invalid invalid: return Refuse(invalid.Error, invalid.Description);
            default: return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> TakeLogoutAsync(HttpContext http, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType) return BadLogout("logout_token must come as a form.");
        IFormCollection form;
        try { form = await http.Request.ReadFormAsync(ct); }
        catch (Exception e) when (e is InvalidDataException or IOException) { return BadLogout("The form cannot be read."); }
        if (form["logout_token"] is not { Count: 1 } tokens || tokens[0] is not { Length: > 0 and <= LongestToken } token) return BadLogout("One logout_token is required.");
        var portal = http.RequestServices.GetRequiredService<PortalClient>();
        switch (await portal.Client.ReadLogoutTokenAsync(token, null, ct))
        {
            case LogoutTokenOutcome.Valid valid:
                await http.RequestServices.GetRequiredService<PortalEvents>().TakeAsync(valid.Notice, ct);
                return Results.Ok();
            case LogoutTokenOutcome.Invalid invalid: return BadLogout(invalid.Why);
            default: return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<string?> ReadAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[LongestToken + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return length is 0 or > LongestToken ? null : Encoding.ASCII.GetString(buffer, 0, length).Trim();
    }

    // RFC 8935 §2.4.
    private static IResult Refuse(string error, string description) => Results.Json(new { err = error, description }, statusCode: StatusCodes.Status400BadRequest);

    private static IResult BadLogout(string description) =>
        Results.Json(new { error = "invalid_request", error_description = description }, statusCode: StatusCodes.Status400BadRequest);
}
