using Aupd.Kernel.People;

namespace Aupd.Portal.Doors;

/// <summary>Says whether a СНИЛС that a person has typed in is theirs. Asked by the worker, again if it throws. The default leaves it to an
/// operator; a region with a connection to the pension fund puts its own here.</summary>
public interface ISnilsConfirmation
{
    Task<SnilsAnswer> AskAsync(SnilsQuestion question, CancellationToken ct);
}

public sealed record SnilsQuestion(Guid AccountId, PersonName Name, Snils Snils, DateOnly? BirthDate)
{
    public override string ToString() => $"question about account {AccountId}";
}

public enum SnilsAnswer
{
    Confirmed,
    Declined,
    /// <summary>Somebody decides later, by <see cref="ISnilsDecisions"/>.</summary>
    Later,
}

/// <summary>Where an operator, or whoever answers later, decides. Scoped.</summary>
public interface ISnilsDecisions
{
    /// <param name="actor">Who decides: <c>command</c>, or an id.</param>
    /// <param name="judged">The number that was judged: if another stands there by now, nothing is decided. Else a person could put a
    /// stranger's number in the place of the judged one.</param>
    Task<SnilsDecisionOutcome> ConfirmAsync(Guid accountId, string actor, Snils judged, CancellationToken ct = default);

    /// <inheritdoc cref="ConfirmAsync"/>
    Task<SnilsDecisionOutcome> DeclineAsync(Guid accountId, string actor, Snils judged, CancellationToken ct = default);

    /// <summary>Requests without a decision, oldest first. The look is recorded.</summary>
    Task<IReadOnlyList<WaitingSnils>> WaitingAsync(string actor, int most = 100, CancellationToken ct = default);
}

public abstract record SnilsDecisionOutcome
{
    private SnilsDecisionOutcome() { }
    public sealed record Decided : SnilsDecisionOutcome;
    /// <summary>It was so already.</summary>
    public sealed record Unchanged : SnilsDecisionOutcome;
    public sealed record NoAccount : SnilsDecisionOutcome;
    /// <summary>No СНИЛС stands on the account, another than the judged one, or a confirmed one that was to be declined.</summary>
    public sealed record NothingEntered : SnilsDecisionOutcome;
    /// <summary>The same number is confirmed for another account.</summary>
    public sealed record ConfirmedForAnother : SnilsDecisionOutcome;
}

/// <summary>What an operator needs to decide by.</summary>
public sealed record WaitingSnils(Guid AccountId, PersonName Name, Snils Snils, DateTimeOffset AskedAt)
{
    public override string ToString() => $"request of account {AccountId}";
}
