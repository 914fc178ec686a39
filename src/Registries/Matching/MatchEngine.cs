using System.Runtime.InteropServices;
using Aupd.Registries.Doors;
using Aupd.Registries.Matching.Rules;

namespace Aupd.Registries.Matching;

/// <summary>One line of an account's verdict.</summary>
/// <param name="Reason"><see cref="Reason.None"/> for a match.</param>
internal readonly record struct Finding(RegistryRole Role, int Record, Reason Reason, string Hint);

/// <summary>Compares every account of a population with its records. Pure: no clock, no files, no database; the same input gives the
/// same output in any number of threads. What a population must hold for one account's verdict to be that of everything is told in
/// <see cref="Neighbourhood"/>.</summary>
/// <remarks>First every account claims the records that it alone would match, and each record takes the best claim
/// (step "claim", for all accounts); only then can an account be judged (step "judge"), for another may have its record.</remarks>
internal sealed class MatchEngine
{
    private const int NoAccount = -1;

    private readonly Population _population;
    private readonly CandidateIndex _index;
    private readonly int _today;
    /// <summary>By record: the account that has it.</summary>
    private readonly int[] _holders;

    public MatchEngine(Population population, DateOnly today)
    {
        population.Seal();
        (_population, _today) = (population, Population.Day(today));
        _index = new CandidateIndex(population);
        _holders = new int[population.Records.Length];
        Array.Fill(_holders, NoAccount);
    }

    /// <summary>What one thread works with; nothing is kept in it from one account to the next.</summary>
    internal sealed class Desk
    {
        internal readonly List<int> Candidates = [];
        internal Comparison[] Comparisons = new Comparison[16];
        internal Standing[] Standings = new Standing[16];

        /// <summary>The outcome of <see cref="Judge"/>: staff, guardian, pupil, then by record id; empty where nothing is near.</summary>
        public List<Finding> Findings { get; } = [];
    }

    /// <summary>Claims the records of these accounts. Any thread, any order; each account once.</summary>
    public void Claim(int fromAccount, int toAccount, Desk desk)
    {
        for (var account = fromAccount; account < toAccount; account++)
        {
            LookAt(account, desk);
            for (var i = 0; i < desk.Candidates.Count; i++)
                if (desk.Standings[i] == Standing.Fits) Claim(desk.Candidates[i], account);
        }
    }

    private void Claim(int record, int account)
    {
        for (; ; )
        {
            var holder = Volatile.Read(ref _holders[record]);
            if (holder != NoAccount && !ContestRule.Beats(_population, account, holder, record)) return;
            if (Interlocked.CompareExchange(ref _holders[record], account, holder) == holder) return;
        }
    }

    /// <summary>Fills the desk's findings; all accounts must have claimed.</summary>
    public void Judge(int account, Desk desk)
    {
        desk.Findings.Clear();
        LookAt(account, desk);
        AddFindings(account, RegistryRole.Staff, desk);
        AddFindings(account, RegistryRole.Guardian, desk);
        AddFindings(account, RegistryRole.Pupil, desk);
    }

    private void LookAt(int account, Desk desk)
    {
        ref readonly var me = ref _population.Accounts[account];
        _index.Find(me, desk.Candidates);
        var count = desk.Candidates.Count;
        if (count > desk.Comparisons.Length)
        {
            Array.Resize(ref desk.Comparisons, count * 2);
            Array.Resize(ref desk.Standings, count * 2);
        }
        var fitting = 0;
        for (var i = 0; i < count; i++)
        {
            desk.Comparisons[i] = Comparison.Of(_population, me, desk.Candidates[i]);
            var fits = Fits(desk.Comparisons[i], _population.Records[desk.Candidates[i]]);
            desk.Standings[i] = fits ? Standing.Fits : Standing.DoesNotFit;
            fitting += fits ? 1 : 0;
        }
        // Nothing is ambiguous where one record alone fits.
        if (fitting > 1)
            AmbiguityRule.Settle(_population, me, CollectionsMarshal.AsSpan(desk.Candidates), desk.Standings.AsSpan(0, count));
    }

    private bool Fits(Comparison c, in Record record) => record.Role switch
    {
        RegistryRole.Staff => StaffRule.Fits(c, record, _today),
        RegistryRole.Guardian => GuardianRule.Fits(c),
        _ => PupilRule.Fits(c),
    };

    private void AddFindings(int account, RegistryRole role, Desk desk)
    {
        var first = desk.Findings.Count;
        var nearest = new Finding(role, Population.NoRecord, Reason.None, Hint.None);
        for (var i = 0; i < desk.Candidates.Count; i++)
        {
            var record = desk.Candidates[i];
            if (_population.Records[record].Role != role) continue;
            if (_holders[record] == account) desk.Findings.Add(new Finding(role, record, Reason.None, Hint.None));
            else if (desk.Findings.Count == first) nearest = Nearer(nearest, record, WhyNot(account, i, desk));
        }
        if (desk.Findings.Count > first + 1)
            desk.Findings.Sort(first, desk.Findings.Count - first, Comparer<Finding>.Create((x, y) => CompareIds(x.Record, y.Record)));
        if (desk.Findings.Count > first || nearest.Reason == Reason.None) return;
        var hint = Hint.Of(_population, nearest.Reason, _population.Accounts[account], _population.Records[nearest.Record]);
        desk.Findings.Add(nearest with { Hint = hint });
    }

    private Finding Nearer(Finding nearest, int record, Reason reason)
    {
        if (reason == Reason.None) return nearest;
        var isNearer = reason < nearest.Reason || reason == nearest.Reason && CompareIds(record, nearest.Record) < 0;
        return isNearer ? nearest with { Record = record, Reason = reason } : nearest;
    }

    private int CompareIds(int x, int y) => CodePoints.Compare(_population.Records[x].Id, _population.Records[y].Id);

    private Reason WhyNot(int account, int candidate, Desk desk)
    {
        var record = desk.Candidates[candidate];
        ref readonly var theirs = ref _population.Records[record];
        var (comparison, standing) = (desk.Comparisons[candidate], desk.Standings[candidate]);
        if (standing == Standing.MeansTheOther) return Reason.None;
        if (_holders[record] != NoAccount && _holders[record] != account)
            return DuplicateRule.Applies(comparison, theirs.Role) ? Reason.DuplicateAccount : Reason.None;
        if (standing == Standing.Ambiguous) return Reason.Ambiguous;
        return theirs.Role switch
        {
            RegistryRole.Staff => StaffRule.WhyNot(comparison, _population.Accounts[account], theirs, _today),
            RegistryRole.Guardian => GuardianRule.WhyNot(comparison),
            _ => PupilRule.WhyNot(comparison),
        };
    }
}
