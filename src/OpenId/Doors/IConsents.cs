namespace Aupd.OpenId.Doors;

/// <summary>What people have allowed third parties: for the page where each sees their own and takes it back.</summary>
public interface IConsents
{
    /// <summary>Those that are good now, the latest first.</summary>
    Task<IReadOnlyList<Consent>> OfAsync(string subject, CancellationToken ct);

    /// <summary>Takes a consent back: what the client was granted for this person ends at once, and the client is told by back-channel
    /// logout. False when there was none.</summary>
    Task<bool> RevokeAsync(string subject, string clientId, CancellationToken ct);
}

/// <param name="Client">As it is registered today.</param>
/// <param name="Scopes">What was allowed, in the order of the client's registration.</param>
/// <param name="GivenAt">When the last of them was.</param>
/// <param name="ExpiresAt">When the last of them ends by itself.</param>
public sealed record Consent(OpenIdClient Client, IReadOnlyList<ScopeText> Scopes, DateTimeOffset GivenAt, DateTimeOffset ExpiresAt);

/// <summary>What a scope means to a person, as the end of "The service will be able to see:". A site registers one for each scope of its own; a
/// later one for the same scope replaces an earlier.</summary>
public sealed record ScopeText(string Scope, string Russian, string English);
