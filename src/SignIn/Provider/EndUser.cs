using System.Diagnostics;
using Aupd.OpenId.Doors;
using Aupd.SignIn.Sessions;
using Microsoft.AspNetCore.Http;

namespace Aupd.SignIn.Provider;

/// <summary>The gateway's answer to the engine: who sits here, in which role, or which page must come first.</summary>
internal sealed class EndUser(Sessions.Sessions sessions, RequestStore requests, SituationReader situations, Continue next, SignOutHere signOut) : IEndUser
{
    public async ValueTask<EndUserAnswer> AskAsync(HttpContext http, AuthorizationAsk ask, CancellationToken ct)
    {
        var visitor = await sessions.CurrentAsync(http, ct);
        var kept = ask.IsResumed ? await requests.FindAsync(ask.RequestId, ct) : null;
        var request = kept ?? requests.FromAsk(ask);
        var situation = await situations.ReadAsync(visitor, request, ct);
        if (situation.Step is Step.Issue issue)
        {
            await sessions.UseRoleAsync(situation.Visitor!, issue.Role.Id, ct);
            return new EndUserAnswer.SignedIn(SessionOf(situation.Visitor!, issue.Role.Id));
        }
        if (kept is null) await requests.AddAsync(request, ct);
        return new EndUserAnswer.MustAct(next.AddressOf(http, situation.Step, request), situation.Step switch
        {
            Step.Authenticate => Interaction.LoginRequired,
            Step.Choose => Interaction.AccountSelectionRequired,
            Step.Activate or Step.NoSuchAccount or Step.NoRight or Step.Disabled => Interaction.InteractionRequired,
            _ => throw new UnreachableException($"A request ends in {situation.Step}"),
        });
    }

    public async ValueTask<EndUserSession?> CurrentAsync(HttpContext http, CancellationToken ct) =>
        await sessions.CurrentAsync(http, ct) is { } visitor ? SessionOf(visitor, visitor.ActiveRole) : null;

    public Task<string> SignOutAsync(HttpContext http, string finalUrl, CancellationToken ct) => signOut.RunAsync(http, finalUrl, ct);

    // A person without a profile has no subject that a service knows; such a session is never granted anything.
    private static EndUserSession SessionOf(Visitor visitor, string? role) =>
        new(visitor.Sid, visitor.ProfileId?.ToString() ?? "", visitor.AuthenticatedAt, visitor.Methods, role) { ExpiresAt = visitor.ExpiresAt, LeavesNothing = visitor.Kind != SessionKind.Usual };
}
