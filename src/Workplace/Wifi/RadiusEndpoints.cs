using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aupd.Workplace.Wifi;

/// <summary>What a FreeRADIUS server asks by its module <c>rlm_rest</c>: <c>POST /radius/authenticate</c> and <c>POST /radius/accounting</c>, with the
/// key of the server as bearer. What the status codes mean to it: 200 and 204 yes, 401 no (without a word why), 400 and 413 a packet that cannot be
/// one, 403 not your key or not over HTTPS, 503 not now.</summary>
internal static class RadiusEndpoints
{
    /// <summary>Longest attribute of RADIUS, in bytes (RFC 2865 §5).</summary>
    private const int LongestAttribute = 253;

    public static void Map(WebApplication app)
    {
        app.MapPost("/radius/authenticate", AuthenticateAsync).DisableAntiforgery();
        app.MapPost("/radius/accounting", AccountAsync).DisableAntiforgery();
    }

    private static async Task<IResult> AuthenticateAsync(HttpContext http, RadiusServers servers, CheckAccess check, WifiSettings settings, CancellationToken ct)
    {
        var (server, body, refusal) = await ReadAsync(http, servers, ct);
        if (server is null || body is null) return refusal!;
        if (body.Text("User-Name") is not { Length: > 0 and <= LongestAttribute } userName) return BadRequest("User-Name must be given, in 253 characters at most");
        if (body.Text("User-Password") is not { Length: > 0 and <= LongestAttribute } password)
            return BadRequest("User-Password must be given, in 253 characters at most: only PAP and EAP-TTLS with PAP bring one");
        var answer = await check.RunAsync(new WifiAsk(server, userName, password, StationAddress.Of(body.Shown("Calling-Station-Id")), AccessPointOf(body)), ct);
        switch (answer)
        {
            case WifiAnswer.Accepted accepted: return Results.Json(Reply(accepted, settings));
            case WifiAnswer.Refused: return Results.StatusCode(StatusCodes.Status401Unauthorized);
            default:
                http.Response.Headers.RetryAfter = "5";
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> AccountAsync(HttpContext http, RadiusServers servers, KeepAccounting keep, CancellationToken ct)
    {
        var (server, body, refusal) = await ReadAsync(http, servers, ct);
        if (server is null || body is null) return refusal!;
        return await keep.RunAsync(server, body, ct) is { } fault ? BadRequest(fault) : Results.NoContent();
    }

    private static async Task<(RadiusServer? Server, RadiusBody? Body, IResult? Refusal)> ReadAsync(HttpContext http, RadiusServers servers, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (!IsSafe(http))
            return (null, null, Fault(StatusCodes.Status403Forbidden, "access_denied", "passwords travel here: https is needed, or a RADIUS server on this very machine"));
        // Not 401: to the RADIUS server that would be a wrong password of the person.
        if (await servers.FindAsync(http.Request.Headers.Authorization, ct) is not { } server)
            return (null, null, Fault(StatusCodes.Status403Forbidden, "access_denied", "the key of the RADIUS server is missing or not in force: ./aupd wifi server add"));
        var (body, fault) = await RadiusBody.ReadAsync(http.Request, ct);
        return body is null ? (null, null, BadRequest(fault!)) : (server, body, null);
    }

    // As a proxy that is believed tells it, else as it came. Whoever has set it up without is to notice at the first try.
    private static bool IsSafe(HttpContext http) => http.Request.IsHttps || http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from);

    // RFC 3580 §3.20: the address of the access point, and its network's name; else whatever names the client.
    private static string AccessPointOf(RadiusBody body) => body.Shown("Called-Station-Id") is { Length: > 0 } called ? StationAddress.Of(called)
        : body.Shown("NAS-Identifier") is { Length: > 0 } identifier ? identifier : body.Shown("NAS-IP-Address");

    private static Dictionary<string, object> Reply(WifiAnswer.Accepted accepted, WifiSettings settings)
    {
        var reply = new Dictionary<string, object>();
        // RFC 2865 §5.1: the client uses it in its reports; what it has seen is the name outside of the tunnel.
        Add("User-Name", accepted.Login);
        if (accepted.Place.Vlan.Length > 0)
        {
            // RFC 3580 §3.31.
            Add("Tunnel-Type", "VLAN");
            Add("Tunnel-Medium-Type", "IEEE-802");
            Add("Tunnel-Private-Group-Id", accepted.Place.Vlan);
        }
        if (accepted.Place.Class.Length > 0) Add("Class", accepted.Place.Class);
        if (settings.ReauthenticateMinutes > 0)
        {
            Add("Session-Timeout", (settings.ReauthenticateMinutes * 60).ToString(CultureInfo.InvariantCulture));
            Add("Termination-Action", "RADIUS-Request");
        }
        return reply;

        // do_xlat off: else FreeRADIUS would run what stands in a value as an expression.
        void Add(string name, string value) => reply["reply:" + name] = new { op = ":=", do_xlat = false, value = new[] { value } };
    }

    private static IResult BadRequest(string why) => Fault(StatusCodes.Status400BadRequest, "invalid_request", why);

    private static IResult Fault(int status, string error, string why) => Results.Json(new { error, error_description = why }, statusCode: status);
}
