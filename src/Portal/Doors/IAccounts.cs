using Aupd.Kernel.People;

namespace Aupd.Portal.Doors;

/// <summary>Accounts of the portal, for the program's commands and the demo region. Scoped.</summary>
public interface IAccounts
{
    /// <summary>How the names of the receivers begin that carry the events of accounts to the school.</summary>
    const string EventReceivers = "portal.tell-";

    /// <summary>Asked again with the same id, it answers AlreadyThere and changes nothing.</summary>
    Task<CreateAccountOutcome> CreateAsync(NewAccount account, string actor, CancellationToken ct = default);

    /// <summary>Ends the account's sessions and grants and lets nobody sign in to it; false when there is no such account.</summary>
    Task<bool> DisableAsync(Guid id, string actor, CancellationToken ct = default);

    /// <summary>Opens a closed account again, with what it had but for its sessions; false when there is no such account.</summary>
    Task<bool> EnableAsync(Guid id, string actor, CancellationToken ct = default);

    /// <summary>By phone, e-mail, confirmed СНИЛС or login in any spelling, or by id.</summary>
    Task<FoundAccount?> FindAsync(string identifier, CancellationToken ct = default);
}

/// <param name="Id">Given for accounts that must have the same id on every start; else one is made.</param>
/// <param name="Phone">Confirmed already.</param>
/// <param name="Email">Confirmed already.</param>
/// <param name="MadeFromRecordId">Simplified registration: the pupil's record.</param>
/// <param name="CreatedAt">Now, unless given.</param>
public sealed record NewAccount(
    PersonName Name, Snils? Snils = null, bool SnilsConfirmed = false, Phone? Phone = null, Email? Email = null, DateOnly? BirthDate = null,
    string? Login = null, string? Password = null, string? MadeFromRecordId = null, Guid? Id = null, DateTimeOffset? CreatedAt = null)
{
    public override string ToString() => $"new account {Id}";
}

public abstract record CreateAccountOutcome
{
    private CreateAccountOutcome() { }
    public sealed record Created(Guid Id) : CreateAccountOutcome;
    public sealed record AlreadyThere(Guid Id) : CreateAccountOutcome;
    /// <param name="What"><c>phone</c>, <c>email</c>, <c>snils</c> (confirmed by another), <c>login</c> or <c>record</c>.</param>
    public sealed record Taken(string What) : CreateAccountOutcome;
    /// <param name="Fault"><c>too-short</c>, <c>too-long</c>, <c>unprintable</c>, <c>own-identifier</c> or <c>common</c>.</param>
    public sealed record PasswordRefused(string Fault) : CreateAccountOutcome;
    public sealed record LoginUnusable : CreateAccountOutcome;
    /// <summary>Too many passwords are waiting to be hashed; try again later.</summary>
    public sealed record Busy : CreateAccountOutcome;
}

public sealed record FoundAccount(Guid Id, string? Login, string SnilsState, bool IsDisabled, DateTimeOffset CreatedAt);
