namespace Aupd.Registries.Doors;

/// <summary>Why an account has the roles it has, or none: for support and for the person's own page.</summary>
public interface IVerdicts
{
    /// <summary>What the last comparison found, in the contract's order; empty for an account that was never compared.</summary>
    Task<IReadOnlyList<Verdict>> OfAsync(string accountId, CancellationToken ct);
}
