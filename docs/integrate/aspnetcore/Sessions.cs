using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Caching.Memory;

namespace Example;

/// <summary>Sessions stay at the server, the cookie holds a random name alone: so a sign-out elsewhere can end them. In memory here; a service of
/// several nodes keeps them in its database.</summary>
public sealed class Sessions(IMemoryCache cache) : ITicketStore
{
    public static readonly TimeSpan Longest = TimeSpan.FromHours(8);
    private const string KeyItem = "session";

    public Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        ticket.Properties.Items[KeyItem] = key;
        cache.Set(key, new Session(ticket), Longest);
        return Task.FromResult(key);
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => Task.FromResult(Find(key)?.Ticket);

    public Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        if (Find(key) is { } session) session.Ticket = ticket;
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string key)
    {
        cache.Remove(key);
        return Task.CompletedTask;
    }

    /// <summary>Ends all sessions that began in this session of the region.</summary>
    public void End(string sid) => cache.Set("ended " + sid, true, Longest);

    /// <summary>Asks the region who the person is now. False: the person may no longer come in.</summary>
    public async Task<bool> RefreshAsync(AuthenticationProperties asked, RegionProvider region, CancellationToken ct)
    {
        if (Find(asked.Items[KeyItem]!) is not { } session) return false;
        // One at a time: a refresh token that comes twice ends the sign-in.
        await session.Turn.WaitAsync(ct);
        try
        {
            var (properties, person) = (session.Ticket.Properties, session.Ticket.Principal);
            var token = properties.GetTokenValue("refresh_token")!;
            if (token != asked.GetTokenValue("refresh_token")) return true;
            // Not to be interrupted: the answer holds the only refresh token that is good from now on.
            if (await region.RefreshAsync(token, CancellationToken.None) is not var (access, refresh)) return false;
            var next = properties.Clone();
            next.UpdateTokenValue("access_token", access);
            next.UpdateTokenValue("refresh_token", refresh);
            session.Ticket = new AuthenticationTicket(person, next, session.Ticket.AuthenticationScheme);
            var now = await region.PersonAsync(access, person.FindFirst("sub")!.Value, person.FindFirst("sid")!.Value, ct);
            session.Ticket = new AuthenticationTicket(now, next, session.Ticket.AuthenticationScheme);
            return true;
        }
        finally { session.Turn.Release(); }
    }

    private Session? Find(string key) =>
        cache.TryGetValue(key, out Session? session) && !cache.TryGetValue("ended " + session!.Ticket.Principal.FindFirst("sid")?.Value, out _) ? session : null;

    private sealed class Session(AuthenticationTicket ticket)
    {
        public AuthenticationTicket Ticket { get; set; } = ticket;
        public SemaphoreSlim Turn { get; } = new(1);
    }
}
