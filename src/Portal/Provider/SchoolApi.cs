using System.Globalization;
using Aupd.Kernel.Audit;
using Aupd.Kernel.Throttling;
using Aupd.Portal.Accounts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aupd.Portal.Provider;

/// <summary>What the school gateway asks the portal directly: is this the person's password (activation), and may he sign in by this login
/// from now on. HTTP Basic by the client <c>school</c>; form in, JSON out.</summary>
internal static class SchoolApi
{
    private const int MaxPassword = 2000;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/password-check", CheckPasswordAsync).DisableAntiforgery();
        app.MapPost("/api/login-issued", LoginIssuedAsync).DisableAntiforgery();
        SchoolFamilyApi.Map(app);
        SchoolNetworkApi.Map(app);
    }

    private static async Task<IResult> CheckPasswordAsync(
        HttpContext http, SchoolAsk ask, AccountStore store, ConfirmForSchool confirm, AuditTrail audit, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.SignIns, ct);
        if (form is null) return refusal!;
        if (form.Subject() is not { } sub) return SchoolAsk.BadRequest("sub must be the id of an account");
        if (form.One("password") is not { Length: > 0 and <= MaxPassword } password) return SchoolAsk.BadRequest("password must be given once");
        var confirmed = await confirm.RunAsync(await store.FindAsync(sub, ct), sub, password, ct);
        if (confirmed.RetryAfter is { } later) return SchoolAsk.Later(http, StatusCodes.Status503ServiceUnavailable, later);
        await audit.WriteAsync(new AuditLine("portal.password-checked", SchoolAsk.Actor, sub.ToString(), Details: new { result = confirmed.Result }), ct);
        return confirmed.Version is { } version ? Results.Json(new { result = confirmed.Result, version }) : Results.Json(new { result = confirmed.Result });
    }

    private static async Task<IResult> LoginIssuedAsync(HttpContext http, SchoolAsk ask, IssueLogin issue, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.SignIns, ct);
        if (form is null) return refusal!;
        if (form.Subject() is not { } sub) return SchoolAsk.BadRequest("sub must be the id of an account");
        if (form.One("login") is not { } login || !LoginText.IsLogin(login))
            return SchoolAsk.BadRequest($"login must be 1 to {LoginText.MaxLength} Latin letters, digits, dots, hyphens and underscores");
        return await issue.RunAsync(sub, login, SchoolAsk.Actor, ct) switch
        {
            IssueLoginOutcome.Issued => Results.NoContent(),
            IssueLoginOutcome.Taken => Results.Json(new { error = "login_taken" }, statusCode: StatusCodes.Status409Conflict),
            IssueLoginOutcome.HasAnother => Results.Json(new { error = "login_differs" }, statusCode: StatusCodes.Status409Conflict),
            _ => Results.Json(new { error = "no_account" }, statusCode: StatusCodes.Status404NotFound),
        };
    }
}
