namespace Aupd.Registries.Matching.Rules;

/// <summary>Pupil: full name and СНИЛС (confirmed), phone or e-mail equal those of enrolment, or the account was made from the record
/// itself (simplified registration); the birth date, where both sides have it, does not contradict.</summary>
internal static class PupilRule
{
    public static bool Fits(Comparison c) => c.NameAgrees && c.IdentifierAgrees && !c.BirthDateContradicts;

    /// <summary>What a record that no account has says about an account that is no pupil.</summary>
    public static Reason WhyNot(Comparison c)
    {
        var reason = FamilyRule.WhyNot(c);
        return reason == Reason.None && c.NameAgrees && c.IdentifierAgrees && c.BirthDateContradicts ? Reason.BirthDateContradicts : reason;
    }
}
