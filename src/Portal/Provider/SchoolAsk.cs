using System.Globalization;
using Aupd.Kernel.Throttling;
using Microsoft.AspNetCore.Http;

namespace Aupd.Portal.Provider;

/// <summary>What every question of the gateway begins with: is it the gateway, does it not ask too often, and is there a form.</summary>
internal sealed class SchoolAsk(SchoolClient school, SchoolLinkSettings settings, Throttle throttle)
{
    internal const string Actor = "client:" + SchoolClient.ClientId;
    /// <summary>Kinds of questions; each has a limit of its own, so that a crowd at one does not hold up the other.</summary>
    internal const string SignIns = "portal.school-asks", Family = "portal.school-family", Network = "portal.school-network";

    /// <summary>The form, or the answer that refuses the question.</summary>
    internal async Task<(IFormCollection? Form, IResult? Refusal)> ReadAsync(HttpContext http, string kind, CancellationToken ct)
    {
        if (!school.IsMe(http.Request.Headers.Authorization))
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"portal\", charset=\"UTF-8\"";
            return (null, Results.Json(new { error = "invalid_client" }, statusCode: StatusCodes.Status401Unauthorized));
        }
        var limit = kind switch { Family => settings.FamilyAsksPerMinute, Network => settings.NetworkAsksPerMinute, _ => settings.AsksPerMinute };
        var verdict = await throttle.HitAsync(new ThrottleRule(kind, limit, TimeSpan.FromMinutes(1)), SchoolClient.ClientId, ct);
        if (!verdict.Allowed) return (null, Later(http, StatusCodes.Status429TooManyRequests, verdict.RetryAfter));
        return await FormAsync(http, ct) is { } form ? (form, null) : (null, BadRequest("the body must be a form"));
    }

    internal static IResult BadRequest(string why) =>
        Results.Json(new { error = "invalid_request", error_description = why }, statusCode: StatusCodes.Status400BadRequest);

    internal static IResult Later(HttpContext http, int status, TimeSpan after)
    {
        http.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Results.Json(new { error = "temporarily_unavailable" }, statusCode: status);
    }

    private static async Task<IFormCollection?> FormAsync(HttpContext http, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType) return null;
        try { return await http.Request.ReadFormAsync(ct); }
        catch (Exception e) when (e is InvalidDataException or IOException) { return null; }
    }
}

/// <summary>Fields of a question, each given once.</summary>
internal static class SchoolForm
{
    public static string? One(this IFormCollection form, string name) => form[name] is { Count: 1 } values ? values[0] : null;

    public static Guid? Id(this IFormCollection form, string name) => Guid.TryParseExact(form.One(name), "D", out var id) ? id : null;

    /// <summary>Whom it is about: an account's id.</summary>
    public static Guid? Subject(this IFormCollection form) => form.Id("sub");
}
