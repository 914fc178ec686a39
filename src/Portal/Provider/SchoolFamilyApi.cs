using System.Globalization;
using Aupd.Kernel.People;
using Aupd.Portal.Accounts;
using Aupd.Portal.Doors;
using Aupd.Portal.FirstPasswords;
using Aupd.Portal.Messages;
using Aupd.Portal.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aupd.Portal.Provider;

/// <summary>What the gateway has the portal do for a family: an account for a child by simplified registration, a first password instead of a
/// forgotten one, a message of a closed list, the end of sessions. What is asked for by an id of the gateway's, a UUID, is done once, however often it is
/// asked.</summary>
internal static class SchoolFamilyApi
{
    private const int LongestName = 1000, LongestRecord = 1000;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/child-account", MakeAccountAsync).DisableAntiforgery();
        app.MapPost("/api/first-password", SetFirstPasswordAsync).DisableAntiforgery();
        app.MapPost("/api/family-news", TellNewsAsync).DisableAntiforgery();
        app.MapPost("/api/sessions-end", EndSessionsAsync).DisableAntiforgery();
    }

    private static async Task<IResult> MakeAccountAsync(HttpContext http, SchoolAsk ask, MakeChildAccount make, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.Family, ct);
        if (form is null) return refusal!;
        if (OrderOf(form) is not { } order) return SchoolAsk.BadRequest("order and by must be UUIDs");
        if (form.One("record") is not { Length: > 0 and <= LongestRecord } record || record.Any(char.IsControl))
            return SchoolAsk.BadRequest("record must be the id of an enrolment record");
        if (NameOf(form) is not { } name) return SchoolAsk.BadRequest("last_name and first_name must be a name");
        if (form.One("login") is not { } login || !LoginText.IsLogin(login))
            return SchoolAsk.BadRequest($"login must be 1 to {LoginText.MaxLength} Latin letters, digits, dots, hyphens and underscores");
        var born = DateOf(form.One("birth_date"), out var isDate);
        if (!isDate) return SchoolAsk.BadRequest("birth_date must be yyyy-MM-dd");
        var child = new NewAccount(name, BirthDate: born, Login: login, MadeFromRecordId: record);
        return Answer(http, await make.RunAsync(child, order, SchoolAsk.Actor, ct));
    }

    private static async Task<IResult> SetFirstPasswordAsync(HttpContext http, SchoolAsk ask, ResetToFirstPassword reset, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.Family, ct);
        if (form is null) return refusal!;
        if (form.Subject() is not { } sub) return SchoolAsk.BadRequest("sub must be the id of an account");
        if (OrderOf(form) is not { } order) return SchoolAsk.BadRequest("order and by must be UUIDs");
        return Answer(http, await reset.RunAsync(sub, order, SchoolAsk.Actor, ct));
    }

    private static async Task<IResult> TellNewsAsync(HttpContext http, SchoolAsk ask, TellFamilyNews tell, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.Family, ct);
        if (form is null) return refusal!;
        if (form.Subject() is not { } sub) return SchoolAsk.BadRequest("sub must be the id of an account");
        if (form.Id("id") is not { } id) return SchoolAsk.BadRequest("id must be a UUID");
        if (FamilyNews.KindOf(form.One("kind")) is not { } kind) return SchoolAsk.BadRequest("kind is not one of the list");
        DateOnly? until = DateOf(form.One("until"), out var isDate);
        if (!isDate || until is null == FamilyNews.HasTerm(kind)) return SchoolAsk.BadRequest("until must be yyyy-MM-dd, for the kinds that have a term");
        return await tell.RunAsync(new FamilyNews(id, sub, kind, until), SchoolAsk.Actor, ct) is { } ways ? Results.Json(new { ways }) : Refused("no_account", StatusCodes.Status404NotFound);
    }

    // The gateway has ended its own: without this the portal would let the browser in again, without a password.
    private static async Task<IResult> EndSessionsAsync(HttpContext http, SchoolAsk ask, PortalSessions sessions, CancellationToken ct)
    {
        var (form, refusal) = await ask.ReadAsync(http, SchoolAsk.Family, ct);
        if (form is null) return refusal!;
        if (form.Subject() is not { } sub) return SchoolAsk.BadRequest("sub must be the id of an account");
        if (form["sid"].Count == 0) return Results.Json(new { ended = await sessions.EndAllAsync(sub, SchoolAsk.Actor, ct) });
        if (form.Id("sid") is not { } sid) return SchoolAsk.BadRequest("sid must be the id of a session");
        return Results.Json(new { ended = await sessions.EndAsync(sub, [sid], SchoolAsk.Actor, ct) });
    }

    private static DateOnly? DateOf(string? text, out bool isDate)
    {
        isDate = string.IsNullOrEmpty(text);
        if (isDate) return null;
        isDate = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        return isDate ? date : null;
    }

    private static IResult Answer(HttpContext http, FirstPasswordOutcome outcome)
    {
        http.Response.Headers.CacheControl = "no-store";
        return outcome switch
        {
            FirstPasswordOutcome.Given given => Results.Json(new { sub = given.AccountId, login = given.Login, password = given.Password }),
            FirstPasswordOutcome.Over over => Results.Json(new { sub = over.AccountId, login = (string?)null, password = (string?)null }),
            FirstPasswordOutcome.RecordTaken => Refused("record_taken", StatusCodes.Status409Conflict),
            FirstPasswordOutcome.LoginTaken => Refused("login_taken", StatusCodes.Status409Conflict),
            FirstPasswordOutcome.Disabled => Refused("disabled", StatusCodes.Status409Conflict),
            FirstPasswordOutcome.NoAccount => Refused("no_account", StatusCodes.Status404NotFound),
            FirstPasswordOutcome.Busy busy => SchoolAsk.Later(http, StatusCodes.Status503ServiceUnavailable, busy.RetryAfter),
            _ => throw new InvalidOperationException(),
        };
    }

    private static IResult Refused(string error, int status) => Results.Json(new { error }, statusCode: status);

    private static FirstPasswordOrder? OrderOf(IFormCollection form) =>
        form.Id("order") is { } order && form.Id("by") is { } by ? new FirstPasswordOrder(order, by) : null;

    private static PersonName? NameOf(IFormCollection form)
    {
        var parts = new[] { form.One("last_name"), form.One("first_name"), form.One("middle_name") };
        return parts.Any(p => p is not null && (p.Length > LongestName || p.Any(char.IsControl))) ? null : PersonName.TryCreate(parts[0], parts[1], parts[2]);
    }
}
