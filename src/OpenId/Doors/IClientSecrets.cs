namespace Aupd.OpenId.Doors;

/// <summary>The secrets of this site's registered clients, changed without a gap: a new one is added, both work while the service is changed
/// over, then the old one is retired. Every node sees a change within a second.</summary>
public interface IClientSecrets
{
    /// <summary>Adds a secret. The latest one before it works on; those before that one end.</summary>
    Task<ChangeSecretOutcome> AddAsync(string clientId, CancellationToken ct);

    /// <summary>Ends all secrets but the latest.</summary>
    Task<ChangeSecretOutcome> RetireAsync(string clientId, CancellationToken ct);
}

public abstract record ChangeSecretOutcome
{
    private ChangeSecretOutcome() { }
    /// <param name="Secret">Made here, kept as a hash, told this once.</param>
    public sealed record Added(string Secret) : ChangeSecretOutcome
    {
        public override string ToString() => "Added { Secret = *** }";
    }
    public sealed record Retired : ChangeSecretOutcome;
    /// <summary>There is one secret alone: the new one must be added first.</summary>
    public sealed record NoOldSecret : ChangeSecretOutcome;
    public sealed record NoSuchClient : ChangeSecretOutcome;
    /// <summary>It stands in the clients' file, which would undo the change at the next start.</summary>
    public sealed record OfTheFile : ChangeSecretOutcome;
    /// <summary>It is public, or proves itself by a key.</summary>
    public sealed record NoSecret : ChangeSecretOutcome;
}
