using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching.Rules;

/// <summary>How a fitting record stands when all that fit one account are seen together.</summary>
internal enum Standing : byte
{
    DoesNotFit, Fits,
    /// <summary>It fits, but so does one that cannot be true beside it, and nothing tells which.</summary>
    Ambiguous,
    /// <summary>It fits, but a birth date says that it means the other person of the card.</summary>
    MeansTheOther,
    /// <summary>It fits, but the account is ambiguous elsewhere, so that it has no role of this kind.</summary>
    Void,
}

/// <summary>The same data fit a guardian and a pupil of one card (they share a full name and a contact) and no birth date tells them
/// apart: neither role, and the account is guardian of nobody. Or they fit pupil records of two different people: no pupil.</summary>
internal static class AmbiguityRule
{
    /// <summary>Settles the standing of an account's candidates; on entry each fits on its own or does not.</summary>
    public static void Settle(Population population, in Account account, ReadOnlySpan<int> candidates, Span<Standing> standings)
    {
        var oneCard = false;
        for (var i = 0; i < candidates.Length; i++)
            if (standings[i] == Standing.Fits && population.Records[candidates[i]].Role == RegistryRole.Pupil)
                oneCard |= SettleCard(population, account, i, candidates, standings);
        if (AreDifferentPeople(population, candidates, standings))
            Replace(population, candidates, standings, Standing.Ambiguous, RegistryRole.Pupil);
        if (!oneCard) return;
        Replace(population, candidates, standings, Standing.Void, RegistryRole.Pupil);
        Replace(population, candidates, standings, Standing.Void, RegistryRole.Guardian);
    }

    /// <summary>True where the pupil and a guardian of his card cannot be told apart.</summary>
    private static bool SettleCard(
        Population population, in Account account, int pupil, ReadOnlySpan<int> candidates, Span<Standing> standings)
    {
        var ambiguous = false;
        for (var pass = 0; pass < 2; pass++)
            for (var i = 0; i < candidates.Length; i++)
            {
                ref readonly var guardian = ref population.Records[candidates[i]];
                if (standings[i] != Standing.Fits || guardian.Card != candidates[pupil]) continue;
                var (mine, theirs) = (account.Person.BirthDay, guardian.Person.BirthDay);
                var canTell = mine != 0 && theirs != 0;
                if (pass == 0 && canTell && mine == theirs)
                {
                    standings[pupil] = Standing.MeansTheOther;
                    return false;
                }
                if (pass == 0) continue;
                standings[i] = canTell ? Standing.MeansTheOther : Standing.Ambiguous;
                ambiguous |= !canTell;
            }
        if (ambiguous) standings[pupil] = Standing.Ambiguous;
        return ambiguous;
    }

    private static bool AreDifferentPeople(Population population, ReadOnlySpan<int> candidates, ReadOnlySpan<Standing> standings)
    {
        // All with one birth date and one СНИЛС, as far as known: comparing with the first known value of each is enough.
        var (birthDay, snils) = (0, IdentifierKey.None);
        for (var i = 0; i < candidates.Length; i++)
        {
            ref readonly var record = ref population.Records[candidates[i]];
            if (standings[i] is not (Standing.Fits or Standing.Ambiguous) || record.Role != RegistryRole.Pupil) continue;
            if (birthDay != 0 && record.Person.BirthDay != 0 && birthDay != record.Person.BirthDay) return true;
            if (snils.Differs(record.Person.Snils)) return true;
            if (birthDay == 0) birthDay = record.Person.BirthDay;
            if (snils.IsNone) snils = record.Person.Snils;
        }
        return false;
    }

    private static void Replace(
        Population population, ReadOnlySpan<int> candidates, Span<Standing> standings, Standing with, RegistryRole role)
    {
        for (var i = 0; i < candidates.Length; i++)
            if (standings[i] == Standing.Fits && population.Records[candidates[i]].Role == role) standings[i] = with;
    }
}
