namespace Aupd.Registries.Matching.Rules;

/// <summary>Two accounts fit one record: it goes to the one with more kinds of agreeing identifiers, then to a confirmed СНИЛС, then to
/// the earlier made (not known is last), then to the smaller id.</summary>
internal static class ContestRule
{
    public static bool Beats(Population population, int challenger, int holder, int record)
    {
        ref readonly var mine = ref population.Accounts[challenger];
        ref readonly var theirs = ref population.Accounts[holder];
        var myKinds = Comparison.Of(population, mine, record).KindsAgreeing;
        var theirKinds = Comparison.Of(population, theirs, record).KindsAgreeing;
        if (myKinds != theirKinds) return myKinds > theirKinds;
        var (iAmSure, theyAreSure) = (HasConfirmedSnils(mine), HasConfirmedSnils(theirs));
        if (iAmSure != theyAreSure) return iAmSure;
        return mine.CreatedAt != theirs.CreatedAt ? mine.CreatedAt < theirs.CreatedAt : CodePoints.Compare(mine.Id, theirs.Id) < 0;
    }

    private static bool HasConfirmedSnils(in Account account) => account.SnilsConfirmed && !account.Person.Snils.IsNone;
}
