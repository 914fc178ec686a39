using Aupd.Kernel.People;
using Aupd.Registries.Doors;

namespace Aupd.SignIn.Profiles;

/// <summary>The portal's account as it last described itself. Prints its id alone.</summary>
/// <param name="Subject">The portal's <c>sub</c>; account id of the matching.</param>
internal sealed record PortalAccount(string Issuer, string Subject, PersonName Name)
{
    /// <summary>The gateway's own id of the account; empty until it has been kept.</summary>
    public Guid Id { get; init; }
    public Snils? Snils { get; init; }
    public bool SnilsInvalid { get; init; }
    public bool SnilsConfirmed { get; init; }
    public Phone? Phone { get; init; }
    public bool PhoneVerified { get; init; }
    public Email? Email { get; init; }
    public bool EmailVerified { get; init; }
    public DateOnly? BirthDate { get; init; }
    public string? PortalLogin { get; init; }
    public string? MadeFromRecordId { get; init; }
    public DateTimeOffset? CreatedAtPortal { get; init; }

    /// <summary>What is compared with the registries. A phone or an e-mail that its owner has not confirmed proves nothing and stays out.</summary>
    internal AccountFacts ToFacts() => new(Subject, Name, Snils, SnilsInvalid, SnilsConfirmed,
        Phone is not null && PhoneVerified ? [Phone] : [], Email is not null && EmailVerified ? [Email] : [], BirthDate, CreatedAtPortal, MadeFromRecordId);

    public override string ToString() => $"portal account {Id}";
}

/// <summary>One verdict of the last comparison as it is kept: words of closed lists only.</summary>
/// <param name="Proven">Something that the account has confirmed agrees with the record: СНИЛС, phone, e-mail, or what it was made from.</param>
internal sealed record KeptVerdict(string Role, bool Matches, string Reason, string Hint, bool Proven)
{
    private static readonly string[] Proofs = ["snils=agrees", "phone=agrees", "email=agrees", "made_from=agrees"];

    internal static KeptVerdict Of(Verdict verdict) =>
        new(verdict.Role, verdict.Matches, verdict.Reason, verdict.Hint, verdict.Evidence.Split(' ').Intersect(Proofs).Any());
}
