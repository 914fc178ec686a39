using Aupd.Kernel.People;

namespace Aupd.Registries.Doors;

/// <summary>Who is whose guardian by the enrolment cards as they are at this moment: asked anew for every act on a child's account.</summary>
public interface IFamilies
{
    /// <summary>The enrolled children in whose cards this account was found to be a guardian; one round trip.</summary>
    /// <param name="accountId">The portal's <c>sub</c>.</param>
    Task<IReadOnlyList<ChildRecord>> ChildrenOfAsync(string accountId, CancellationToken ct);

    /// <summary>The guardians in the cards of the pupil whom this account was found to be, with the record it is; one round trip.</summary>
    Task<IReadOnlyList<GuardianOf>> GuardiansOfAsync(string pupilAccountId, CancellationToken ct);

    /// <summary>The accounts of a child's guardians; one round trip.</summary>
    Task<IReadOnlyList<string>> GuardianAccountsAsync(string pupilRecordId, CancellationToken ct);

    /// <summary>The accounts that have signed in with this full name (in comparison form) and this phone or e-mail, confirmed; one round trip.</summary>
    Task<IReadOnlyList<string>> AccountsWithAsync(PersonName name, Phone? phone, Email? email, CancellationToken ct);
}

/// <summary>A child as its card has it, for its guardian. Prints its id alone.</summary>
/// <param name="AccountId">The portal account that was found to be this child's, by this record or by another of the same child; null: none yet.</param>
/// <param name="MadeFromRecord">That account was made from a record of this child (simplified registration).</param>
/// <param name="Records">All records of the same child, this one among them, by code point: a child at two schools has two.</param>
/// <param name="IsRecognised">That account has the role of this very record.</param>
public sealed record ChildRecord(
    string PupilRecordId, PersonName Name, string School, string? ClassName, DateOnly? BirthDate, bool IsFourteen, string? JournalLogin,
    string? AccountId, bool MadeFromRecord, IReadOnlyList<string> Records, bool IsRecognised)
{
    /// <summary>The age from which a child is told what its guardians do.</summary>
    public const int AgeOfOwnSay = 14;

    /// <summary>The same for all records of one child, whoever asks: under it an account is ordered and a login reserved.</summary>
    public string ChildId => Records[0];

    public override string ToString() => $"pupil record {PupilRecordId}";
}

/// <summary>A guardian as the child may see it. Prints an id.</summary>
/// <param name="AccountId">The portal account found to be the guardian's; null: none.</param>
public sealed record GuardianOf(string PupilRecordId, string GuardianRecordId, PersonName Name, string? Relation, string? AccountId)
{
    public override string ToString() => $"guardian record {GuardianRecordId}";
}
