using Aupd.Registries.Doors;

namespace Aupd.Registries.Matching;

/// <summary>The verdict of one account, from the part of everything that can matter to it.</summary>
/// <remarks>
/// A neighbourhood of account A is complete, and its verdict that of everything, when the population holds
/// <list type="number">
/// <item>A itself, and the <b>records near A</b>: those with A's full name; those that share an identifier with A (СНИЛС, a phone, an
/// e-mail); the pupil record A was made from, and the same child's other records;</item>
/// <item>the <b>rivals</b>: of each record near A, every account with the record's full name that shares an identifier with it or was made
/// from it or from another record of the same child. Only such an account can have the record;</item>
/// <item>the <b>records of the rivals</b>: pupil and guardian records with the rival's full name that share an identifier with the
/// rival or that the rival was made from. They say whether the rival is ambiguous;</item>
/// <item>of every guardian record, the pupil's record.</item>
/// </list>
/// More than that changes nothing, so a question that finds too much (a hash of a name, identifiers of all kinds in one array) is fine,
/// and so is a step asked with all the names and all the identifiers of the step before it at once.
/// Identifiers are compared as <see cref="IdentifierKey"/>s: from the database they are the blind indexes, and nothing is unsealed.
/// </remarks>
internal static class Neighbourhood
{
    /// <param name="account">Index of the account, as <see cref="Population.AddAccount"/> gave it.</param>
    public static IReadOnlyList<Verdict> Judge(Population population, int account, DateOnly today) =>
        Judge(population, [account], today)[population.Accounts[account].Id];

    /// <summary>The verdicts of several accounts at once, by their ids: a neighbourhood of each of them.</summary>
    public static Dictionary<string, IReadOnlyList<Verdict>> Judge(Population population, IReadOnlyCollection<int> accounts, DateOnly today)
    {
        var engine = new MatchEngine(population, today);
        var desk = new MatchEngine.Desk();
        engine.Claim(0, population.Accounts.Length, desk);
        var verdicts = new Dictionary<string, IReadOnlyList<Verdict>>(StringComparer.Ordinal);
        foreach (var account in accounts)
        {
            engine.Judge(account, desk);
            verdicts[population.Accounts[account].Id] = desk.Findings.Count > 0
                ? [.. desk.Findings.Select(f => Told(population, account, f, today))]
                : [new Verdict(Words.NoRole, null, null, false, Words.NoRecord, Hint.None, $"looked_at={desk.Candidates.Count}")];
        }
        return verdicts;
    }

    private static Verdict Told(Population population, int account, Finding finding, DateOnly today)
    {
        var record = population.Records[finding.Record];
        var matches = finding.Reason == Reason.None;
        return new Verdict(Words.Of(finding.Role), record.Id, record.School, matches, matches ? "" : Words.Of(finding.Reason), finding.Hint,
            Evidence.Of(population, population.Accounts[account], finding.Record, today));
    }
}
