namespace Aupd.Workplace.Doors;

/// <summary>What an administrator sees and decides of the accounts in the directory; every decision goes to the audit trail.</summary>
public interface IWorkplaceAccounts
{
    /// <summary>How many accounts are as they should be, wait, were given up, or need a decision.</summary>
    Task<WorkplaceCounts> CountsAsync(CancellationToken ct);

    /// <summary>Accounts that need a decision, the oldest first, at most so many.</summary>
    Task<IReadOnlyList<ConflictLine>> ConflictsAsync(int limit, CancellationToken ct);

    /// <summary>Accounts that the directory has refused again and again, the oldest first.</summary>
    Task<IReadOnlyList<DeadLine>> DeadAsync(int limit, CancellationToken ct);

    /// <summary>Tries again: one login, or all that were given up or need a decision. Returns how many.</summary>
    Task<int> ReplayAsync(string? login, string actor, CancellationToken ct);

    /// <summary>The account in question is that person's own: it is taken over. False when that login waits for no such decision.</summary>
    Task<bool> AdoptAsync(string login, string actor, CancellationToken ct);

    /// <summary>Reads anew what is so of everyone who is activated; returns how many differ from what was last kept.</summary>
    Task<int> RefreshAsync(CancellationToken ct);

    /// <summary>Accounts of the directory that look like one person's, group by group with the evidence.</summary>
    /// <exception cref="DirectoryUnusableException">The directory cannot be read.</exception>
    IAsyncEnumerable<TwinGroup> TwinsAsync(CancellationToken ct);

    /// <summary>Opens the directory as the worker does and says what it found.</summary>
    /// <exception cref="DirectoryUnusableException">The message says why it cannot be used.</exception>
    Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct);
}

public sealed record WorkplaceCounts(int InOrder, int Waiting, int Dead, int Conflicts, int Left);

/// <param name="EntryName">Distinguished name of the account in question; null where it was not seen.</param>
public sealed record ConflictLine(string Login, Guid ProfileId, DateTimeOffset Since, string Reason, string Sentence, string? EntryName);

public sealed record DeadLine(string Login, Guid ProfileId, DateTimeOffset Since, string Error);

/// <param name="Evidence">What agrees: <c>id</c>, <c>snils</c> or <c>name and login</c>.</param>
public sealed record TwinGroup(string Evidence, IReadOnlyList<TwinAccount> Accounts);

/// <param name="IsManaged">It is the account that is kept for a person.</param>
public sealed record TwinAccount(string Login, string EntryName, string ShownName, bool IsDisabled, DateOnly? CreatedOn, DateOnly? LastUsedOn, bool IsManaged);

/// <summary>The directory cannot be used; the message is a sentence for an administrator.</summary>
public sealed class DirectoryUnusableException(string message, Exception? inner = null) : Exception(message, inner);
