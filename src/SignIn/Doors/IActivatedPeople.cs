using Aupd.Kernel.Facts;
using Aupd.Kernel.People;
using Aupd.Registries.Doors;
using Npgsql;

namespace Aupd.SignIn.Doors;

/// <summary>Somebody was activated, has another name or СНИЛС, or may sign in no more; what is so now, <see cref="IActivatedPeople"/> says. Key is
/// the portal's account id, as with <see cref="RolesChanged"/>.</summary>
public sealed record PersonChanged(string Subject)
{
    public const string Topic = "signin.person-changed";

    internal static Fact FactFor(string subject) => new(Topic, subject, new PersonChanged(subject));
}

/// <summary>A person with an issued login. Prints its id alone.</summary>
/// <param name="Subject">The portal's account id.</param>
/// <param name="IsDisabled">May not sign in, whatever the registries say.</param>
/// <param name="Roles">Those that a login was issued for: work and study at schools that take part.</param>
public sealed record ActivatedPerson(Guid ProfileId, string Subject, string Login, PersonName Name, Snils? Snils, bool IsDisabled, IReadOnlyList<HeldRole> Roles)
{
    public override string ToString() => $"person {ProfileId}";
}

/// <summary>Who has an issued login, and what is so of them now; for the directory of the schools.</summary>
public interface IActivatedPeople
{
    /// <summary>Those of the accounts who are activated; one round trip on the caller's connection, since a pool can run dry of callers that hold
    /// one and wait for another.</summary>
    Task<IReadOnlyList<ActivatedPerson>> OfAsync(NpgsqlConnection connection, IReadOnlyCollection<string> subjects, CancellationToken ct);

    /// <summary>The person with that login, in any case of letters; null where nobody has it now. One round trip on the caller's connection.</summary>
    Task<ActivatedPerson?> ByLoginAsync(NpgsqlConnection connection, string login, CancellationToken ct);

    /// <summary>The subjects of all of them, a page at a time, in their order.</summary>
    /// <param name="after">The last of the page before; empty: from the first.</param>
    Task<IReadOnlyList<string>> SubjectsAsync(string after, int limit, CancellationToken ct);
}
