namespace Aupd.Registries.Matching.Rules;

/// <summary>Staff: full name and СНИЛС equal those of HR; the account's СНИЛС is confirmed; HR has the first working day, it has come,
/// and the last one has not passed (both days belong to the work). The birth date is not compared.</summary>
internal static class StaffRule
{
    public static bool Fits(Comparison c, in Record record, int today) =>
        c.NameAgrees && c.SnilsEqual && WhyNotWorking(c, record, today) == Reason.None;

    /// <summary>What a record that no account has says about an account that has no staff record.</summary>
    public static Reason WhyNot(Comparison c, in Account account, in Record record, int today)
    {
        if (c.SnilsEqual) return c.NameAgrees ? WhyNotWorking(c, record, today) : Reason.NameDiffers;
        // Namesakes are many: only the same birth date, or none to compare, makes one of them near.
        if (!c.NameAgrees || c.BirthDateContradicts) return Reason.None;
        if (account.SnilsInvalid) return Reason.SnilsInvalid;
        if (record.Person.Snils.IsNone) return Reason.SnilsMissingInRegistry;
        return account.Person.Snils.IsNone ? Reason.SnilsMissing : Reason.SnilsDiffers;
    }

    private static Reason WhyNotWorking(Comparison c, in Record record, int today)
    {
        if (!c.SnilsConfirmed) return Reason.SnilsUnconfirmed;
        if (record.Start > today) return Reason.NotStarted;
        if (record.Start == 0) return Reason.StartDateMissing;
        return record.End != 0 && record.End < today ? Reason.Ended : Reason.None;
    }
}
