namespace Aupd.Registries.Matching.Rules;

/// <summary>What guardians and pupils have in common.</summary>
internal static class FamilyRule
{
    public static Reason WhyNot(Comparison c)
    {
        if (!c.NameAgrees) return NameDiffers(c) ? Reason.NameDiffers : Reason.None;
        if (c.IdentifierAgrees) return Reason.None;
        if (c.SnilsEqual) return Reason.SnilsUnconfirmed;
        return c.BirthDateAgrees ? Reason.ContactsDiffer : Reason.None;
    }

    /// <summary>Contact data alone make nothing near: families share them.</summary>
    private static bool NameDiffers(Comparison c) =>
        c.SnilsAgrees || (c.PhoneAgrees || c.EmailAgrees) && (c.BirthDateAgrees || c.FirstNameAndPatronymicAgree);
}
