namespace Aupd.Workplace.Doors;

/// <summary>What an administrator sees and decides of the accounts in the directory and in Teams; every decision goes to the audit trail.</summary>
public interface IWorkplaceAccounts
{
    /// <summary>How many accounts are as they should be, wait, were given up, or need a decision: a line for each target.</summary>
    Task<IReadOnlyList<WorkplaceCounts>> CountsAsync(CancellationToken ct);

    /// <summary>Accounts that need a decision, the oldest first, at most so many.</summary>
    Task<IReadOnlyList<ConflictLine>> ConflictsAsync(int limit, CancellationToken ct);

    /// <summary>Accounts that a target has refused again and again, the oldest first.</summary>
    Task<IReadOnlyList<DeadLine>> DeadAsync(int limit, CancellationToken ct);

    /// <summary>Tries again: one login, or all that were given up or need a decision. Returns how many.</summary>
    Task<int> ReplayAsync(string? login, string actor, CancellationToken ct);

    /// <summary>The account in question is that person's own: it is taken over. False when that login waits for no such decision at that target.</summary>
    Task<bool> AdoptAsync(string login, string target, string actor, CancellationToken ct);

    /// <summary>Reads anew what is so of everyone who is activated; returns how many differ from what was last kept.</summary>
    Task<int> RefreshAsync(CancellationToken ct);

    /// <summary>Takes Teams names that people had before, line by line "login;name@domain": they keep them. Returns how many.</summary>
    /// <exception cref="FormatException">Nothing was taken; the message names the line and what is wrong with it.</exception>
    Task<int> ImportTeamsNamesAsync(TextReader lines, string actor, CancellationToken ct);

    /// <summary>Accounts of the directory that look like one person's, group by group with the evidence.</summary>
    /// <exception cref="DirectoryUnusableException">The directory cannot be read.</exception>
    IAsyncEnumerable<TwinGroup> TwinsAsync(CancellationToken ct);

    /// <summary>Opens each target that is configured as the worker does and says what it found.</summary>
    /// <exception cref="DirectoryUnusableException">The message says which cannot be used and why.</exception>
    Task<IReadOnlyList<string>> CheckAsync(CancellationToken ct);
}

/// <param name="Target"><c>directory</c> or <c>teams</c>.</param>
/// <param name="AwaySince">Since when the target cannot be spoken to; null: it can, as far as is known.</param>
/// <param name="AwayReason">Why, a sentence for an administrator.</param>
public sealed record WorkplaceCounts(string Target, int InOrder, int Waiting, int Dead, int Conflicts, int Left, DateTimeOffset? AwaySince, string? AwayReason);

/// <param name="EntryName">Distinguished name (in Teams: user name) of the account in question; null where it was not seen.</param>
public sealed record ConflictLine(string Target, string Login, Guid ProfileId, DateTimeOffset Since, string Reason, string Sentence, string? EntryName);

/// <param name="Login">Of the person; of a group in Teams, its key.</param>
/// <param name="ProfileId">Null of a group.</param>
public sealed record DeadLine(string Target, string Login, Guid? ProfileId, DateTimeOffset Since, string Error);

/// <param name="Evidence">What agrees: <c>id</c>, <c>snils</c> or <c>name and login</c>.</param>
public sealed record TwinGroup(string Evidence, IReadOnlyList<TwinAccount> Accounts);

/// <param name="IsManaged">It is the account that is kept for a person.</param>
public sealed record TwinAccount(string Login, string EntryName, string ShownName, bool IsDisabled, DateOnly? CreatedOn, DateOnly? LastUsedOn, bool IsManaged);

/// <summary>The directory cannot be used; the message is a sentence for an administrator.</summary>
public sealed class DirectoryUnusableException(string message, Exception? inner = null) : Exception(message, inner);
