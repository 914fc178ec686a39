using Aupd.Workplace.ActiveDirectory;
using Npgsql;

namespace Aupd.Workplace.Delivery;

/// <summary>A place that accounts are carried to: what its queue needs to know of it.</summary>
internal abstract class DeliveryTarget
{
    /// <summary>As it stands in workplace.delivery and in the commands.</summary>
    public abstract string Name { get; }
    /// <summary>First half of the advisory locks on its people: another for each target, so that none waits for another.</summary>
    public abstract int LockClass { get; }
    public abstract bool IsConfigured { get; }
    /// <summary>Accounts carried at once by one node.</summary>
    public abstract int Lanes { get; }
    /// <summary>How long the account of a person who has left waits before it is removed.</summary>
    public abstract int RemoveAfterDays { get; }
    public virtual bool TakesPasswords => false;

    /// <summary>Opens nothing yet: that is done by the first delivery.</summary>
    public abstract TargetSession Begin();

    /// <summary>In the transaction that keeps what came of a delivery.</summary>
    public virtual Task KeepAsync(NpgsqlConnection connection, DueAccount due, Delivered delivered, CancellationToken ct) => Task.CompletedTask;

    /// <summary>Opens the target as the worker does and says what was found.</summary>
    /// <exception cref="TargetAwayException">The message says why it cannot be used.</exception>
    /// <exception cref="TargetRefusalException">It answers, but not as it should.</exception>
    public abstract Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct);
}

/// <summary>What one lane holds open towards a target. For one caller at a time; of no more use after a <see cref="TargetAwayException"/>.</summary>
internal abstract class TargetSession : IAsyncDisposable
{
    /// <exception cref="TargetAwayException">Try again when the target is back.</exception>
    /// <exception cref="TargetRefusalException">The target does not want it so.</exception>
    /// <exception cref="TargetConflictException">A person must decide.</exception>
    public abstract Task<Delivered> DeliverAsync(DueAccount due, bool isOver, string? password, CancellationToken ct);

    private int _turn;

    /// <summary>True at every fiftieth look.</summary>
    public bool IsTurnOfOthers => ++_turn % 50 == 0;

    /// <summary>Work of the target beside people's accounts; false when there is none.</summary>
    public virtual Task<bool> DeliverOtherAsync(NpgsqlConnection connection, CancellationToken ct) => Task.FromResult(false);

    public abstract ValueTask DisposeAsync();
}

/// <param name="Acts">What was done, as words for the audit trail; empty: all was as it should be.</param>
/// <param name="Refusal">Why the password was not taken; null when it was or none came.</param>
/// <param name="LacksPassword">The account cannot be opened to its owner before a password comes.</param>
internal sealed record Delivered(string? RemoteId, IReadOnlyList<string> Acts, PasswordRefusal? Refusal = null, bool LacksPassword = false)
{
    /// <summary>The account's name at the target, where that is not the login.</summary>
    public string? RemoteName { get; init; }
    /// <summary>What the target has confirmed, as JSON; null where it is asked anew each time.</summary>
    public string? Acknowledged { get; init; }
    /// <summary>False when nothing had to be said, so that nothing is known of how the target does.</summary>
    public bool WasAsked { get; init; } = true;

    public override string ToString() => $"delivered {RemoteId}";
}
