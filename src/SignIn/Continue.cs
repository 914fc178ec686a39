using System.Diagnostics;
using Aupd.Kernel.Http;
using Aupd.SignIn.Cabinet;
using Aupd.SignIn.Devices;
using Aupd.SignIn.PortalSignIn;
using Aupd.SignIn.Provider;
using Aupd.SignIn.Qr;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn;

/// <summary>The dispatcher's address, <c>/continue</c>: every page of a sign-in returns here, and is told nothing of the others.</summary>
internal sealed class Continue(
    Sessions.Sessions sessions, RequestStore requests, SituationReader situations, RecogniseDevice recognise, SiteIdentity site, SignInSettings settings)
{
    internal const string Path = "/continue";

    internal async Task<string> RunAsync(HttpContext http, string? requestId, CancellationToken ct)
    {
        var request = await requests.FindAsync(requestId, ct);
        var visitor = await sessions.CurrentAsync(http, ct);
        if (visitor is { Kind: SessionKind.Panel } && request is null) return LessonModel.Path;
        var device = request is null ? await recognise.RunAsync(http, visitor, ct) : new Recognition.Unknown();
        if (device is Recognition.Copied) return Start.IndexModel.DeviceCopied;
        // The pin of a device is its owner's: whoever else signs in on it goes the usual way.
        var pin = device is Recognition.Known { Device: var own } && own.AccountId == visitor?.AccountId ? new DevicePin(own.Role, own.Service) : null;
        var situation = await situations.ReadAsync(visitor, request, ct, pin);
        if (situation.Step is Step.Land land)
        {
            await sessions.UseRoleAsync(situation.Visitor!, land.Role.Id, ct);
            return EntranceOf(land.Service);
        }
        return AddressOf(http, situation.Step, request);
    }

    /// <summary>The page or the endpoint that a step is done at.</summary>
    internal string AddressOf(HttpContext http, Step step, PendingRequest? request) =>
        step is Step.Authenticate { Anew: false } ? WaysIn(http, request) : Address(step, request);

    /// <summary>Where a service begins a sign-in that starts with us (OpenID Connect Core §4).</summary>
    internal string EntranceOf(Service service) =>
        $"{service.EntranceUrl}{(service.EntranceUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}iss={Uri.EscapeDataString(site.PublicUrl)}";

    // Whoever comes from a service goes straight to the portal, unless there are several ways in to choose from. On a computer or a panel the
    // phone in one's hand is one of them, for those whom the portal does not know already.
    private string WaysIn(HttpContext http, PendingRequest? request)
    {
        if (request is null || settings.OtherEntrances.Count > 0) return WayBack.With("/", request?.RequestId);
        var mayShowCode = !request.IsForAnotherScreen && DeviceLabel.IsLargeScreen(http.Request.Headers.UserAgent);
        return WayBack.With(mayShowCode ? "/signin/start?quiet=1" : "/signin/start", request.RequestId);
    }

    private static string Address(Step step, PendingRequest? request) => step switch
    {
        Step.Issue => request!.ResumeUrl,
        Step.Authenticate => WayBack.With("/signin/start?anew=1", request!.RequestId),
        Step.Disabled or Step.NoRight => WayBack.With("/no-right", request?.RequestId),
        Step.NoSuchAccount => WayBack.With("/no-account", request?.RequestId),
        Step.Activate => WayBack.With("/activate", request?.RequestId),
        Step.Choose => WayBack.With("/choose", request?.RequestId),
        Step.OwnPage => CabinetTabs.Home,
        _ => throw new UnreachableException(step.ToString()),
    };
}
