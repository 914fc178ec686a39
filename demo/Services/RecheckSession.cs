using Aupd.OpenId.RelyingParty;
using Microsoft.Extensions.Logging;

namespace Aupd.Demo.Services;

internal abstract record RecheckOutcome(ServiceSession Session)
{
    /// <summary>Checked lately, or another tab is at it.</summary>
    internal sealed record Unchanged(ServiceSession Session) : RecheckOutcome(Session);
    internal sealed record Renewed(ServiceSession Session) : RecheckOutcome(Session);
    /// <summary>The gateway cannot be asked now; the person goes on with what is known.</summary>
    internal sealed record NotChecked(ServiceSession Session) : RecheckOutcome(Session);
    /// <summary>The gateway no longer lets this person in; the session is gone.</summary>
    internal sealed record Ended(ServiceSession Session) : RecheckOutcome(Session);
}

/// <summary>Asks the gateway anew, by the refresh token, who the person is and in which role. A service without one never asks.</summary>
internal sealed partial class RecheckSession(ServiceClients clients, SessionStore sessions, DemoSettings settings, TimeProvider clock,
    ILogger<RecheckSession> log)
{
    // Longer than the gateway may take to answer; after it another request tries.
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);

    /// <remarks>Not cancelled with the request: a refresh token that was spent and not replaced would end the session.</remarks>
    public async Task<RecheckOutcome> RunAsync(DemoService service, ServiceSession session)
    {
        if (session.Held.RefreshToken is null || clock.GetUtcNow() < session.CheckedAt.AddSeconds(settings.RecheckSeconds))
            return new RecheckOutcome.Unchanged(session);
        if (await sessions.TakeForCheckAsync(session, AtMost, CancellationToken.None) is not { RefreshToken: { } token } held)
            return new RecheckOutcome.Unchanged(session);
        session = session with { Held = held };
        switch (await clients[service].RefreshAsync(token, session.Subject, CancellationToken.None))
        {
            case RefreshOutcome.Refreshed refreshed: return await KeepAsync(service, session, refreshed.Tokens);
            case RefreshOutcome.ProviderDown: return new RecheckOutcome.NotChecked(session);
            default: return await EndAsync(session);
        }
    }

    private async Task<RecheckOutcome> KeepAsync(DemoService service, ServiceSession session, TokenSet tokens)
    {
        var held = session.Held with
        {
            RefreshToken = tokens.RefreshToken ?? session.Held.RefreshToken, IdToken = tokens.IdToken ?? session.Held.IdToken,
        };
        // Kept before anything else can fail: the old refresh token is spent.
        await sessions.KeepTokensAsync(session, held, CancellationToken.None);
        switch (await clients[service].UserInfoAsync(tokens.AccessToken, session.Subject, CancellationToken.None))
        {
            case UserInfoOutcome.Got got:
                var renewed = session with { CheckedAt = clock.GetUtcNow(), Held = held with { Claims = got.Claims.GetRawText() } };
                await sessions.KeepCheckedAsync(renewed, CancellationToken.None);
                return new RecheckOutcome.Renewed(renewed);
            case UserInfoOutcome.ProviderDown: return new RecheckOutcome.NotChecked(session with { Held = held });
            default: return await EndAsync(session);
        }
    }

    private async Task<RecheckOutcome> EndAsync(ServiceSession session)
    {
        await sessions.EndAsync(session, CancellationToken.None);
        SessionRefused(log, session.Service);
        return new RecheckOutcome.Ended(session);
    }

    [LoggerMessage(EventId = 6101, Level = LogLevel.Information,
        Message = "The gateway ended a session of {Service}: its refresh was refused")]
    private static partial void SessionRefused(ILogger logger, string service);
}
