using Aupd.Registries.Doors;
using Aupd.Registries.Matching;
using FsCheck;
using FsCheck.Fluent;

namespace Aupd.Registries.Tests.Matching;

/// <summary>Over random small regions, so poor in names and identifiers that everything collides: one account's verdict from its
/// neighbourhood is its verdict from everything; and the order of rows, and what lies outside, mean nothing.</summary>
public sealed class NeighbourhoodTests
{
    private const int Regions = 1000;
    private static readonly DateOnly Today = new(2026, 11, 20);

    private sealed record PersonSeed(int Last, int First, int Middle, int Birth, int Snils, int[] Phones, int[] Emails)
    {
        public string NameText => $"{Last} {First} {Middle}";

        public bool SharesIdentifier(PersonSeed other) =>
            Snils != 0 && Snils == other.Snils || Phones.Intersect(other.Phones).Any() || Emails.Intersect(other.Emails).Any();
    }

    private sealed record RecordSeed(RegistryRole Role, int Id, PersonSeed Person, int Card, int Start, int End);

    private sealed record AccountSeed(int Id, PersonSeed Person, bool Invalid, bool Confirmed, int Created, int MadeFrom);

    private sealed record Everything(RecordSeed[] Records, AccountSeed[] Accounts);

    private static readonly Gen<int[]> Contacts = Gen.Frequency((4, Gen.Choose(1, 3).Select(c => new[] { c })), (1, Gen.Constant(Array.Empty<int>())), (1, Gen.Constant(new[] { 1, 3 })));

    private static readonly Gen<PersonSeed> People =
        from last in Gen.Choose(1, 2) from first in Gen.Choose(1, 2) from middle in Gen.Choose(0, 1) from birth in Gen.Choose(0, 2)
        from snils in Gen.Choose(0, 3) from phones in Contacts from emails in Contacts
        select new PersonSeed(last, first, middle, birth, snils, phones, emails);

    private static readonly Gen<RecordSeed> SomeRecord =
        from role in Gen.Elements(RegistryRole.Staff, RegistryRole.Pupil, RegistryRole.Pupil, RegistryRole.Guardian, RegistryRole.Guardian)
        from person in People from card in Gen.Choose(0, 99) from start in Gen.Choose(0, 3) from end in Gen.Choose(0, 3)
        select new RecordSeed(role, 0, person, card, start, end);

    private static readonly Gen<AccountSeed> SomeAccount =
        from person in People from invalid in Gen.Choose(0, 4) from confirmed in Gen.Choose(0, 3) from created in Gen.Choose(0, 2) from made in Gen.Choose(0, 12)
        select new AccountSeed(0, invalid == 0 ? person with { Snils = 0 } : person, invalid == 0, confirmed > 0, created, made);

    private static readonly Arbitrary<Everything> Regional = (
        from records in SomeRecord.ArrayOf() from accounts in SomeAccount.ArrayOf()
        select new Everything(WithCards(records), [.. accounts.Select((a, i) => a with { Id = i + 1 })])).ToArbitrary();

    /// <summary>Ids, no contacts for staff, and a pupil for every guardian; a guardian without any pupil to be had becomes one.</summary>
    private static RecordSeed[] WithCards(RecordSeed[] records)
    {
        var pupils = records.Select((r, i) => (r.Role, Id: i + 1)).Where(r => r.Role == RegistryRole.Pupil).Select(r => r.Id).ToArray();
        return [.. records.Select((r, i) => r.Role == RegistryRole.Staff ? r with { Id = i + 1, Card = 0, Person = r.Person with { Phones = [], Emails = [] } }
            : r.Role == RegistryRole.Pupil ? r with { Id = i + 1, Card = 0 }
            : pupils.Length == 0 ? r with { Id = i + 1, Card = 0, Role = RegistryRole.Pupil } : r with { Id = i + 1, Card = pupils[r.Card % pupils.Length] })];
    }

    [Fact, Trait("takes", "long")]
    public void The_neighbourhood_of_an_account_says_what_everything_says() => Check(region =>
    {
        foreach (var account in region.Accounts)
        {
            var whole = Judge(region, account.Id);
            if (!whole.SequenceEqual(Judge(NeighbourhoodOf(region, account), account.Id))) return false;
        }
        return true;
    });

    [Fact, Trait("takes", "long")]
    public void The_order_of_rows_means_nothing() => Check(region => region.Accounts.All(account => Judge(region, account.Id)
        .SequenceEqual(Judge(new Everything([.. region.Records.Reverse()], [.. region.Accounts.Reverse()]), account.Id))));

    [Fact, Trait("takes", "long")]
    public void Every_record_has_one_account_at_most_and_every_account_has_a_verdict() => Check(region =>
    {
        var verdicts = region.Accounts.SelectMany(a => Judge(region, a.Id)).ToArray();
        var held = verdicts.Where(v => v.Matches).Select(v => (v.Role, v.RecordId)).ToArray();
        return held.Length == held.Distinct().Count() && region.Accounts.All(a => Judge(region, a.Id).Count > 0)
            && verdicts.All(v => v.Hint.Length == 0 || Hint.All.Contains(v.Hint));
    });

    [Fact]
    public void The_index_misses_no_record_that_a_rule_speaks_of() => Check(region =>
    {
        var population = Build(region, out _);
        population.Seal();
        var index = new CandidateIndex(population);
        var found = new List<int>();
        for (var a = 0; a < population.Accounts.Length; a++)
        {
            index.Find(population.Accounts[a], found);
            for (var r = 0; r < population.Records.Length; r++)
                if (!found.Contains(r) && IsSpokenOf(population, a, r)) return false;
        }
        return true;
    });

    private static bool IsSpokenOf(Population population, int account, int record)
    {
        var c = Comparison.Of(population, population.Accounts[account], record);
        var staff = population.Records[record].Role == RegistryRole.Staff;
        return c.SnilsEqual || c.NameAgrees && (staff || c.BirthDateAgrees || c.IdentifierAgrees)
            || (c.PhoneAgrees || c.EmailAgrees) && (c.BirthDateAgrees || c.FirstNameAndPatronymicAgree);
    }

    /// <summary>As the engine's remark tells the database to ask.</summary>
    private static Everything NeighbourhoodOf(Everything region, AccountSeed account)
    {
        var near = region.Records.Where(r => r.Person.NameText == account.Person.NameText || r.Person.SharesIdentifier(account.Person) || r.Id == account.MadeFrom).ToArray();
        var rivals = region.Accounts.Where(b => near.Any(r => CanHave(b, r))).Append(account).Distinct().ToArray();
        var ofRivals = region.Records.Where(r => r.Role != RegistryRole.Staff && rivals.Any(b => CanHave(b, r)));
        var records = near.Concat(ofRivals).ToList();
        records.AddRange(region.Records.Where(p => records.Any(r => r.Card == p.Id)).ToArray());
        return new Everything([.. records.Distinct()], rivals);
    }

    private static bool CanHave(AccountSeed account, RecordSeed record) =>
        account.Person.NameText == record.Person.NameText && (account.Person.SharesIdentifier(record.Person) || account.MadeFrom == record.Id);

    private static IReadOnlyList<Verdict> Judge(Everything region, int accountId)
    {
        var population = Build(region, out var indexes);
        return [.. Neighbourhood.Judge(population, indexes[accountId], Today).Select(v => v.Role == "none" ? v with { Evidence = "" } : v)];
    }

    private static Population Build(Everything region, out Dictionary<int, int> accounts)
    {
        var population = new Population();
        foreach (var r in region.Records.OrderBy(r => r.Role == RegistryRole.Guardian))
            if (r.Role == RegistryRole.Staff) population.AddStaff($"{r.Id}", "o", Input(population, r.Person), Around(r.Start), Around(r.End));
            else if (r.Role == RegistryRole.Pupil) population.AddPupil($"{r.Id}", "o", Input(population, r.Person));
            else population.AddGuardian($"{r.Id}", $"{r.Card}", Input(population, r.Person));
        accounts = region.Accounts.ToDictionary(a => a.Id, a => population.AddAccount($"{a.Id}", Input(population, a.Person), a.Invalid, a.Confirmed,
            a.Created == 0 ? null : new DateTime(2020, 1, a.Created), a.MadeFrom == 0 ? null : $"{a.MadeFrom}"));
        return population;
    }

    private static DateOnly? Around(int day) => day == 0 ? null : Today.AddDays(day - 2);

    private static PersonInput Input(Population population, PersonSeed p) => new(
        population.Names.OfKeys($"L{p.Last}", $"F{p.First}", p.Middle == 0 ? null : $"M{p.Middle}"), p.Birth == 0 ? null : new DateOnly(2000, 1, p.Birth),
        p.Snils == 0 ? IdentifierKey.None : new IdentifierKey(1, (ulong)p.Snils), Keys(2, p.Phones), Keys(3, p.Emails));

    private static IdentifierKey[] Keys(ulong kind, int[] values) => [.. values.Select(v => new IdentifierKey(kind, (ulong)v))];

    private static void Check(Func<Everything, bool> holds) =>
        Prop.ForAll(Regional, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(Regions).WithEndSize(14));
}
