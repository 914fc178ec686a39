using Aupd.Kernel.People;

namespace Aupd.Registries.Doors;

public enum RegistryRole { Staff, Guardian, Pupil }

/// <summary>What a portal account says of itself: one side of the comparison. Prints nothing personal.</summary>
/// <param name="Snils">Null when absent or invalid; <paramref name="SnilsInvalid"/> tells which.</param>
/// <param name="MadeFromRecordId">Simplified registration: the pupil's record the account was made from.</param>
public sealed record AccountFacts(
    string AccountId, PersonName Name, Snils? Snils, bool SnilsInvalid, bool SnilsConfirmed, IReadOnlyList<Phone> Phones, IReadOnlyList<Email> Emails,
    DateOnly? BirthDate, DateTimeOffset? CreatedAt, string? MadeFromRecordId)
{
    public override string ToString() => $"account {AccountId}";
}

/// <summary>One line of the contract's verdicts: what a record meant for an account, and why.</summary>
/// <param name="Role"><c>staff</c>, <c>guardian</c>, <c>pupil</c> or <c>none</c>.</param>
/// <param name="Matches">True for <c>match</c>; then <paramref name="Reason"/> is empty.</param>
/// <param name="Reason">A word of the contract's table, or <c>no_record</c>.</param>
/// <param name="Hint">A word of the closed list of hints, or empty.</param>
/// <param name="Evidence">For support: what agreed and what did not, as words (<c>name=agrees snils=differs</c>); no values.</param>
public sealed record Verdict(string Role, string? RecordId, string? OrgNsiId, bool Matches, string Reason, string Hint, string Evidence);

/// <summary>A school as the organisation registry has it.</summary>
public sealed record Organisation(string NsiId, string? EkisId, string ShortName, string? Founder, string? District, bool IsState, bool TakesPartInActivation);

/// <summary>A role that the registries give an account today. <see cref="Id"/> is stable while the record is.</summary>
public abstract record HeldRole(string Id, RegistryRole Kind)
{
    public sealed record Staff(string RecordId, Organisation School, string? Position, bool IsTeacher, string? JournalLogin)
        : HeldRole($"staff:{RecordId}", RegistryRole.Staff);

    public sealed record Pupil(string RecordId, Organisation School, string? ClassName, string? JournalLogin)
        : HeldRole($"pupil:{RecordId}", RegistryRole.Pupil)
    {
        /// <summary>Fourteen or older by the card, or no birth date in it: then what guardians do with the account is told.</summary>
        public bool IsFourteen { get; init; }
    }

    /// <summary>One role for all of a person's children.</summary>
    public sealed record Guardian(IReadOnlyList<Child> Children) : HeldRole("guardian", RegistryRole.Guardian);

    /// <summary>Not of a registry: a guardian trusts this person with one child, in these services, until a day. Lands where guardians do.</summary>
    public sealed record Trusted(Guid GrantId, Child Child, IReadOnlyList<string> Services, DateOnly Until)
        : HeldRole($"trusted:{GrantId}", RegistryRole.Guardian);
}

/// <summary>A child of a guardian. <paramref name="Name"/> may be shown to that guardian alone.</summary>
public sealed record Child(string PupilRecordId, string GuardianRecordId, PersonName Name, Organisation School, string? ClassName);

public sealed record MatchResult(string AccountId, IReadOnlyList<HeldRole> Roles, IReadOnlyList<Verdict> Verdicts);

/// <summary>The heart of the service: who is this account in the registries?</summary>
public interface IMatching
{
    /// <summary>Remembers the account, compares it with the registries and with the accounts around it, keeps and returns the outcome. Where the
    /// outcome changes someone else's roles, that leaves a <see cref="RolesChanged"/> fact.</summary>
    Task<MatchResult> MatchAsync(AccountFacts account, CancellationToken ct);

    /// <summary>The roles an account holds now, as kept by the last comparison; one round trip.</summary>
    Task<IReadOnlyList<HeldRole>> RolesAsync(string accountId, CancellationToken ct);
}

/// <summary>Payload of the fact <c>registries.roles-changed</c>; key is the account id.</summary>
public sealed record RolesChanged(string AccountId, IReadOnlyList<string> Gained, IReadOnlyList<string> Lost)
{
    public const string Topic = "registries.roles-changed";
}

/// <summary>Accounts whose records an import or a new day has touched were compared anew: what the records say of their holders (class, position,
/// school) may be other than before, also where the roles are the same. Key names the round.</summary>
public sealed record AccountsCompared(IReadOnlyList<string> AccountIds)
{
    public const string Topic = "registries.accounts-compared";
}
