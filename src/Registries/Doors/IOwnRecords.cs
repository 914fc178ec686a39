using Aupd.Kernel.People;

namespace Aupd.Registries.Doors;

/// <summary>What the registries keep about a person, for that person's own eyes.</summary>
public interface IOwnRecords
{
    /// <summary>The records that the last comparison found to be this account's, in its order; one round trip. Whoever shows them writes the look
    /// into the audit trail.</summary>
    Task<IReadOnlyList<OwnRecord>> OfAsync(string accountId, CancellationToken ct);
}

/// <summary>A record of the registries with every value it has. Prints its id alone.</summary>
/// <param name="Child">Whose card the guardian stands in; null in other records.</param>
/// <param name="Place">Position of staff, class of a pupil or of the child.</param>
/// <param name="Relation">Who the guardian is to the child, as the school wrote it.</param>
/// <param name="From">First and last day of work; null in other records.</param>
public sealed record OwnRecord(
    RegistryRole Role, string RecordId, string School, PersonName Name, DateOnly? BirthDate, Snils? Snils, IReadOnlyList<Phone> Phones,
    IReadOnlyList<Email> Emails, PersonName? Child, string? Place, string? Relation, string? JournalLogin, DateOnly? From, DateOnly? Until)
{
    /// <summary>Staff records hold no phone and no e-mail.</summary>
    public bool HoldsContacts => Role is not RegistryRole.Staff;

    public override string ToString() => $"record {RecordId}";
}

/// <summary>Which pupils have an account of their own.</summary>
public interface IPupilAccounts
{
    /// <summary>Those of the records that no portal account has been found for; one round trip.</summary>
    Task<IReadOnlySet<string>> WithoutAccountAsync(IReadOnlyCollection<string> pupilRecordIds, CancellationToken ct);
}
