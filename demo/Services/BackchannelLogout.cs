using Aupd.OpenId.RelyingParty;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aupd.Demo.Services;

/// <summary>The gateway's word that a sign-in is over (OpenID Connect Back-Channel Logout 1.0): the service ends its own session.</summary>
internal static partial class BackchannelLogout
{
    public static void MapBackchannelLogout(this WebApplication app) =>
        app.MapPost("/{service:service}/backchannel-logout", ReceiveAsync).DisableAntiforgery();

    private static async Task<IResult> ReceiveAsync(
        string service, HttpContext http, ServiceClients clients, SessionStore sessions, ILogger<SessionStore> log, CancellationToken ct)
    {
        var receiver = DemoService.Find(service)!;
        if (await TokenAsync(http, ct) is not { } token) return Refused("one logout_token is needed, as application/x-www-form-urlencoded");
        var read = await clients[receiver].ReadLogoutTokenAsync(token, (id, until) => sessions.FirstSeenAsync(receiver, id, until, ct), ct);
        switch (read)
        {
            case LogoutTokenOutcome.Valid valid:
                var ended = await sessions.EndNamedAsync(receiver, valid.Notice.Subject, valid.Notice.SessionId, ct);
                SessionsEnded(log, receiver.Key, ended);
                return Results.Ok();
            case LogoutTokenOutcome.Invalid invalid: return Refused(invalid.Why);
            default:
                http.Response.Headers.RetryAfter = "30";
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<string?> TokenAsync(HttpContext http, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType) return null;
        try
        {
            var form = await http.Request.ReadFormAsync(ct);
            return form["logout_token"] is { Count: 1 } tokens && tokens[0] is { Length: > 0 } token ? token : null;
        }
        catch (InvalidDataException) { return null; }
    }

    // §2.8: 400 with an error in JSON, as at the token endpoint.
    private static IResult Refused(string why) => Results.Json(new { error = "invalid_request", error_description = why },
        statusCode: StatusCodes.Status400BadRequest);

    [LoggerMessage(EventId = 6102, Level = LogLevel.Information, Message = "A logout notice ended {Count} sessions of {Service}")]
    private static partial void SessionsEnded(ILogger logger, string service, int count);
}
