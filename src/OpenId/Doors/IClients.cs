namespace Aupd.OpenId.Doors;

/// <summary>The registered clients of this site's provider. Every node sees a change within a second.</summary>
public interface IClients
{
    /// <summary>Adds the client, or replaces the one of that id. A registration that is not safe or not complete changes nothing.</summary>
    Task<RegisterClientOutcome> RegisterAsync(OpenIdClient client, CancellationToken ct);

    /// <summary>The same for a client written as in clients.json: one object, with <c>secret</c> allowed.</summary>
    Task<RegisterClientOutcome> RegisterAsync(string json, CancellationToken ct);

    Task<IReadOnlyList<OpenIdClient>> AllAsync(CancellationToken ct);

    /// <summary>False when there is none of that id. Its grants end with it.</summary>
    Task<bool> RemoveAsync(string clientId, CancellationToken ct);
}

public abstract record RegisterClientOutcome
{
    private RegisterClientOutcome() { }
    public sealed record Registered(OpenIdClient Client) : RegisterClientOutcome;
    /// <summary>Everything that is wrong, one sentence each, naming the member.</summary>
    public sealed record Refused(IReadOnlyList<string> Faults) : RegisterClientOutcome;
}
