namespace Aupd.Registries.Matching.Rules;

/// <summary>Guardian: full name and СНИЛС (confirmed), phone or e-mail equal those of the guardian's own row on the child's card. A
/// different СНИЛС does not undo a match by phone or e-mail. An account with the pupil's birth date is the pupil: no guardian of that
/// card.</summary>
internal static class GuardianRule
{
    public static bool Fits(Comparison c) => !c.IsThePupilOfTheCard && c.NameAgrees && c.IdentifierAgrees;

    /// <summary>What a record that no account has says about an account that is nobody's guardian.</summary>
    public static Reason WhyNot(Comparison c) => c.IsThePupilOfTheCard ? Reason.None : FamilyRule.WhyNot(c);
}
