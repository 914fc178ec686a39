using Aupd.Kernel.Audit;
using Aupd.Kernel.Http;
using Aupd.Kernel.Throttling;
using Aupd.OpenId.Clients;
using Aupd.OpenId.Consents;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Grants;
using Aupd.OpenId.Protocol;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Aupd.OpenId.Device;

/// <summary><c>/device</c>, where a person types the code of a screen, and the question whether to let it in. A link with the code in it
/// leads to the same question: it may have come from a stranger (RFC 8628 §5.4).</summary>
internal sealed class DevicePages(
    DeviceAuthorizations devices, ClientDirectory clients, IEndUser endUser, PendingRequests pending, ConsentStore consents, ScopeTexts texts, QuestionSeal questions, Throttle throttle,
    IAntiforgery antiforgery, AuditTrail audit, ProviderIdentity provider, OpenIdSettings settings, TimeProvider clock)
{
    public const string Path = "/device", ConfirmPath = Path + "/confirm", DonePath = Path + "/done", RefusedPath = Path + "/refused";
    private const string Kind = "device";
    private const int LongestEcho = 40;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>A request that can be decided on: the person is signed in, in a role the service takes.</summary>
    private sealed record Turn(Handle Id, UserCode Code, WaitingDevice Device, OpenIdClient Client, EndUserSession Session)
    {
        public IReadOnlyList<string> About =>
            [Code.Value, Client.ClientId, Client.ThirdParty ? $"{Client.ConsentDays} {Client.Owner}" : "", .. Device.Scopes];
    }

    public async Task EnterAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        if (RequestParameters.FromQuery(http.Request)["user_code"] is not { } typed) { await EnterPageAsync(http, "", EnterFault.None); return; }
        if (UserCode.TryParse(typed) is not { } code) { await EnterPageAsync(http, typed, EnterFault.Malformed); return; }
        if (!await MayTryAsync(http)) { await EnterPageAsync(http, typed, EnterFault.TooOften); return; }
        if (await devices.FindAsync(code, ct) is not { Allowed: null }) { await EnterPageAsync(http, typed, EnterFault.Unknown); return; }
        var id = pending.NewId();
        var parameters = RequestParameters.Of(new Dictionary<string, string> { ["user_code"] = code.Value });
        await pending.KeepAsync(id, Kind, new PendingRequest(parameters, clock.GetUtcNow(), SelectionShown: false), ct);
        Answers.SeeOther(http, ConfirmUrl(id));
    }

    public async Task ConfirmAsync(HttpContext http)
    {
        if (await ReadAsync(http, RequestParameters.FromQuery(http.Request)["request"]) is { } turn) await AskAsync(http, turn);
    }

    /// <summary>The person has pressed one of the two buttons. Anything else, an empty form too, puts the question again.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        if (await OwnForm.ReadAsync(http, antiforgery, "request", "question", "answer") is not { } form)
        {
            await EndAsync(http, DeviceEnd.TooLate, StatusCodes.Status400BadRequest);
            return;
        }
        if (await ReadAsync(http, form["request"]) is not { } turn) return;
        var allowed = form["answer"] == "allow";
        if (!allowed && form["answer"] != "refuse" || !questions.Fits(form["question"], turn.Id.Text, turn.Session, turn.About))
        {
            await AskAsync(http, turn);
            return;
        }
        var until = GrantLimits.Until(turn.Client, turn.Session, turn.Device.Scopes);
        if (allowed && turn.Client.ThirdParty)
            until = GrantLimits.Earlier(until,
                await consents.GiveAsync(turn.Session.Subject, turn.Client, turn.Device.Scopes, http.RequestAborted));
        if (!await devices.DecideAsync(turn.Code, turn.Client, allowed, turn.Session, until, http.RequestAborted))
        {
            await EndAsync(http, DeviceEnd.TooLate, StatusCodes.Status410Gone);
            return;
        }
        await audit.WriteAsync(new AuditLine(allowed ? "openid.device-allowed" : "openid.device-refused", turn.Session.Subject,
            turn.Client.ClientId, Details: new { provider = provider.Name }), http.RequestAborted);
        Answers.SeeOther(http, allowed ? DonePath : RefusedPath);
    }

    public static Task EndAsync(HttpContext http, DeviceEnd end, int status = StatusCodes.Status200OK) =>
        Answers.PageAsync(http, "/OpenId/Device/DeviceEnded.cshtml", end, status);

    // Everything that the page and its answer both need; null when the browser has been answered already.
    private async Task<Turn?> ReadAsync(HttpContext http, string? request)
    {
        var ct = http.RequestAborted;
        var id = Handle.TryParse(request);
        if (await pending.FindAsync(id, Kind, ct) is not { } kept || UserCode.TryParse(kept.Parameters["user_code"]) is not { } code
            || await devices.FindAsync(code, ct) is not { } device || await clients.FindAsync(device.ClientId, ct) is not { } client
            || !client.Allows(GrantTypes.DeviceCode))
        {
            await EndAsync(http, DeviceEnd.TooLate, StatusCodes.Status410Gone);
            return null;
        }
        var after = GrantLimits.AuthenticatedAfter(client, clock.GetUtcNow());
        // Whoever has several roles says in which one the screen is let in: it will stay in it for long.
        var ask = new AuthorizationAsk(id!.Text, ConfirmUrl(id), client, device.Scopes, after, !kept.SelectionShown, null, null);
        switch (await endUser.AskAsync(http, ask, ct))
        {
            // The site was asked a while ago, and since then the sign-in has become too old for this client: once more from the start.
            case EndUserAnswer.SignedIn signedIn when after > signedIn.Session.AuthenticatedAt:
                Answers.SeeOther(http, $"{Path}?user_code={code.Shown}");
                return null;
            // What is granted here goes on at the other device, and a sign-in that leaves nothing must not.
            case EndUserAnswer.SignedIn { Session.LeavesNothing: true }: await EndAsync(http, DeviceEnd.NotFromHere, StatusCodes.Status403Forbidden); return null;
            case EndUserAnswer.SignedIn signedIn: return await OpenAsync(http, new Turn(id, code, device, client, signedIn.Session));
            case EndUserAnswer.MustAct must:
                if (must.Why == Interaction.AccountSelectionRequired && !kept.SelectionShown) await pending.MarkSelectionShownAsync(id, ct);
                Answers.SeeOther(http, must.Url);
                return null;
            case EndUserAnswer.Refused: await EndAsync(http, DeviceEnd.NotForYou, StatusCodes.Status403Forbidden); return null;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    // Whoever goes back to the page after having answered it sees what came of it.
    private static async Task<Turn?> OpenAsync(HttpContext http, Turn turn)
    {
        if (turn.Device.Allowed is not { } allowed) return turn;
        if (turn.Device.DecidedIn == turn.Session.SessionId) Answers.SeeOther(http, allowed ? DonePath : RefusedPath);
        else await EndAsync(http, DeviceEnd.TooLate, StatusCodes.Status410Gone);
        return null;
    }

    private Task AskAsync(HttpContext http, Turn turn) =>
        Answers.PageAsync(http, "/OpenId/Device/ConfirmDevice.cshtml", new ConfirmDevice(
            turn.Id.Text, questions.For(turn.Id.Text, turn.Session, turn.About), turn.Code, turn.Client, turn.Device,
            IsSameNetwork: turn.Device.Network == AddressPrefix.Of(http))
            {
                Consent = turn.Client.ThirdParty ? AskedDataOf(turn) : null,
            }, StatusCodes.Status200OK);

    private AskedData AskedDataOf(Turn turn) => new(turn.Client, texts.Of(turn.Client, turn.Device.Scopes),
        clock.GetUtcNow() + TimeSpan.FromDays(turn.Client.ConsentDays));

    private static Task EnterPageAsync(HttpContext http, string typed, EnterFault fault) =>
        Answers.PageAsync(http, "/OpenId/Device/EnterCode.cshtml", new EnterCode(typed[..Math.Min(typed.Length, LongestEcho)], fault),
            fault == EnterFault.TooOften ? StatusCodes.Status429TooManyRequests : StatusCodes.Status200OK);

    // Every try counts, also a right one: whoever has one right code must not buy guesses with it (RFC 8628 §5.1).
    private async Task<bool> MayTryAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var byNetwork = new ThrottleRule("openid.user-code/network", settings.UserCodesPerNetwork, Window);
        var allowed = (await throttle.HitAsync(byNetwork, provider.Name + AddressPrefix.Of(http), ct)).Allowed;
        if (await endUser.CurrentAsync(http, ct) is not { } session) return allowed;
        var bySession = new ThrottleRule("openid.user-code/session", settings.UserCodesPerSession, Window);
        return (await throttle.HitAsync(bySession, provider.Name + session.SessionId, ct)).Allowed && allowed;
    }

    private static string ConfirmUrl(Handle id) => $"{ConfirmPath}?request={id.Text}";
}

/// <summary>What is wrong with a typed code.</summary>
internal enum EnterFault { None, Malformed, Unknown, TooOften }

/// <param name="Typed">As the person typed it.</param>
internal sealed record EnterCode(string Typed, EnterFault Fault);

/// <param name="RequestId">Names the kept request.</param>
/// <param name="Question">Seal of this very question.</param>
internal sealed record ConfirmDevice(
    string RequestId, string Question, UserCode Code, OpenIdClient Client, WaitingDevice Device, bool IsSameNetwork)
{
    /// <summary>What is consented to by letting the device in; null: the service is the region's own.</summary>
    public AskedData? Consent { get; init; }
}

/// <summary>How letting a device in can end.</summary>
internal enum DeviceEnd { Done, Refused, TooLate, NotForYou, NotFromHere }
