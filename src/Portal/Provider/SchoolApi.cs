using System.Globalization;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Throttling;
using Aupd.Portal.Accounts;
using Aupd.Portal.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aupd.Portal.Provider;

/// <summary>What the school gateway asks the portal directly: is this the person's password (activation), and may he sign in by this login
/// from now on. HTTP Basic by the client <c>school</c>; form in, JSON out.</summary>
internal static class SchoolApi
{
    private const int MaxPassword = 2000;
    private const string Actor = "client:" + SchoolClient.ClientId;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/password-check", CheckPasswordAsync).DisableAntiforgery();
        app.MapPost("/api/login-issued", LoginIssuedAsync).DisableAntiforgery();
    }

    private static async Task<IResult> CheckPasswordAsync(
        HttpContext http, SchoolClient school, SchoolLinkSettings settings, Throttle throttle, AccountStore store, PasswordTries tries,
            AuditTrail audit, CancellationToken ct)
    {
        if (await RefusalAsync(http, school, settings, throttle, ct) is { } refusal) return refusal;
        if (await FormAsync(http, ct) is not { } form) return BadRequest("the body must be a form");
        if (Subject(form) is not { } sub) return BadRequest("sub must be the id of an account");
        if (One(form, "password") is not { Length: > 0 and <= MaxPassword } password) return BadRequest("password must be given once");
        var account = await store.FindAsync(sub, ct);
        // The person's session at the gateway stands for a known device: strangers' tries do not count against him, only those made there.
        var outcome = account?.IsDisabled == true ? null
            : await tries.TryAsync(account, sub.ToString(), password, new TryPlace(Actor, IsKnown: true), ct);
        if (outcome is TryOutcome.Busy busy) return Later(http, StatusCodes.Status503ServiceUnavailable, busy.RetryAfter);
        var result = outcome switch { null => "disabled", TryOutcome.Correct => "correct", TryOutcome.MustWait => "locked", _ => "wrong" };
        await audit.WriteAsync(new AuditLine("portal.password-checked", Actor, sub.ToString(), Details: new { result }), ct);
        return Results.Json(new { result });
    }

    private static async Task<IResult> LoginIssuedAsync(
        HttpContext http, SchoolClient school, SchoolLinkSettings settings, Throttle throttle, IssueLogin issue, CancellationToken ct)
    {
        if (await RefusalAsync(http, school, settings, throttle, ct) is { } refusal) return refusal;
        if (await FormAsync(http, ct) is not { } form) return BadRequest("the body must be a form");
        if (Subject(form) is not { } sub) return BadRequest("sub must be the id of an account");
        if (One(form, "login") is not { } login || !LoginText.IsLogin(login))
            return BadRequest($"login must be 1 to {LoginText.MaxLength} Latin letters, digits, dots, hyphens and underscores");
        return await issue.RunAsync(sub, login, Actor, ct) switch
        {
            IssueLoginOutcome.Issued => Results.NoContent(),
            IssueLoginOutcome.Taken => Results.Json(new { error = "login_taken" }, statusCode: StatusCodes.Status409Conflict),
            IssueLoginOutcome.HasAnother => Results.Json(new { error = "login_differs" }, statusCode: StatusCodes.Status409Conflict),
            _ => Results.Json(new { error = "no_account" }, statusCode: StatusCodes.Status404NotFound),
        };
    }

    private static async Task<IResult?> RefusalAsync(HttpContext http, SchoolClient school, SchoolLinkSettings settings, Throttle throttle,
        CancellationToken ct)
    {
        if (!school.IsMe(http.Request.Headers.Authorization))
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"portal\", charset=\"UTF-8\"";
            return Results.Json(new { error = "invalid_client" }, statusCode: StatusCodes.Status401Unauthorized);
        }
        var verdict = await throttle.HitAsync(new ThrottleRule("portal.school-asks", settings.AsksPerMinute, TimeSpan.FromMinutes(1)),
            SchoolClient.ClientId, ct);
        return verdict.Allowed ? null : Later(http, StatusCodes.Status429TooManyRequests, verdict.RetryAfter);
    }

    private static async Task<IFormCollection?> FormAsync(HttpContext http, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType) return null;
        try { return await http.Request.ReadFormAsync(ct); }
        catch (Exception e) when (e is InvalidDataException or IOException) { return null; }
    }

    private static string? One(IFormCollection form, string name) => form[name] is { Count: 1 } values ? values[0] : null;

    private static Guid? Subject(IFormCollection form) => Guid.TryParseExact(One(form, "sub"), "D", out var id) ? id : null;

    private static IResult BadRequest(string why) =>
        Results.Json(new { error = "invalid_request", error_description = why }, statusCode: StatusCodes.Status400BadRequest);

    private static IResult Later(HttpContext http, int status, TimeSpan after)
    {
        http.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Results.Json(new { error = "temporarily_unavailable" }, statusCode: status);
    }
}
