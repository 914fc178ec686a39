namespace Aupd.Portal.Doors;

/// <summary>The way back for whoever has lost every second factor and the recovery codes. Somebody who has checked the person's identity
/// — an operator with the passport before him, or a region's own service — decides here; nothing that a stranger can hold (an e-mail, an
/// SMS, a password) decides it. The decision holds only after a wait (<c>Portal:SecondFactor:ResetWaitHours</c>) in which the person is told on every
/// confirmed contact and can cancel it wherever he is signed in. Scoped.</summary>
public interface ISecondFactorResets
{
    /// <param name="actor">Who decides: <c>command</c>, or an id.</param>
    Task<ResetOutcome> AllowAsync(Guid accountId, string actor, CancellationToken ct = default);

    /// <summary>By the person himself, or by whoever decided.</summary>
    Task<ResetOutcome> CancelAsync(Guid accountId, string actor, CancellationToken ct = default);
}

public abstract record ResetOutcome
{
    private ResetOutcome() { }
    /// <param name="From">From when the password alone lets the person in, once; he then sets up a new second step if he must or likes.</param>
    public sealed record Waiting(DateTimeOffset From, DateTimeOffset Until) : ResetOutcome;
    public sealed record Cancelled : ResetOutcome;
    /// <summary>There was nothing to cancel.</summary>
    public sealed record Unchanged : ResetOutcome;
    /// <summary>The account has no second factor, is closed, or is not there.</summary>
    public sealed record NothingToReset : ResetOutcome;
}

/// <summary>Which accounts must have a second factor: those of administrators. Scoped.</summary>
public interface IAdministrators
{
    /// <summary>From now on the account can do nothing on the portal before it has a second factor, and keeps at least one. False when there is no such account.</summary>
    Task<bool> MarkAsync(Guid accountId, string actor, CancellationToken ct = default);

    /// <summary>What the account has stays; it may remove it. False when it was not marked.</summary>
    Task<bool> UnmarkAsync(Guid accountId, string actor, CancellationToken ct = default);
}
