namespace Aupd.OpenId.Doors;

/// <summary>Which services have received a person's data: for the page where each sees it.</summary>
public interface IReceivedData
{
    /// <summary>One line for each client, the latest first. What a grant of a moment ago gave is among it.</summary>
    Task<IReadOnlyList<ReceivedByClient>> OfAsync(string subject, CancellationToken ct);
}

/// <param name="ClientId">As it was registered.</param>
/// <param name="Client">As it is registered today; null: no longer.</param>
/// <param name="Claims">Names of the claims that it could have read, by its registration of today.</param>
/// <param name="FirstAt">When the person first signed in there.</param>
/// <param name="LastAt">When last.</param>
public sealed record ReceivedByClient(
    string ClientId, OpenIdClient? Client, IReadOnlyList<ScopeText> Scopes, IReadOnlyList<string> Claims, DateTimeOffset FirstAt, DateTimeOffset LastAt);
