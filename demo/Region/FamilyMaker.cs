namespace Aupd.Demo.Region;

/// <summary>Fills every school with pupils, family by family, so that brothers and sisters share parents and sometimes a school.</summary>
/// <remarks>Ages fit the school year 2026/27 whatever the day is: a birth date in a registry does not move.</remarks>
internal sealed class FamilyMaker(SplitMix64 dice, ResidentMaker residents, ClerksHand hand, Queue<Resident> mothersAmongStaff)
{
    private const int Grades = 11, ClassSize = 27, OldestFirstGrader = 2019;
    private const string Letters = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ";

    private sealed record Child(string Id, string Org, int Grade, string Last, string First, string? Middle, DateOnly Birth, string? Phone,
        string? Email);

    private readonly List<Child> _children = [];
    private readonly List<GuardianRow> _guardians = [.. DemoRecords.Guardians];
    private readonly Dictionary<string, int> _places =
        DemoSchools.All.ToDictionary(s => s.NsiId, s => s.Pupils - DemoRecords.Pupils.Count(p => p.Org == s.NsiId));

    public (List<PupilRow> Pupils, List<GuardianRow> Guardians) Make()
    {
        foreach (var school in DemoSchools.All)
            while (_places[school.NsiId] > 0) AddFamily(school.NsiId);
        return ([.. DemoRecords.Pupils, .. _children.GroupBy(c => (c.Org, c.Grade)).SelectMany(g => InClasses([.. g]))], _guardians);
    }

    private void AddFamily(string home)
    {
        var grades = SiblingGrades();
        var births = grades.Select(BirthOf).ToList();
        var eldest = births.Min();
        var mother = dice.Chance(100) && mothersAmongStaff.TryDequeue(out var teacher) ? teacher : null;
        var father = residents.Adult(female: false, Before(eldest), mother?.Root);
        mother ??= residents.Adult(female: true, Before(eldest), dice.Chance(800) ? father.Root : null);
        var adults = Adults(mother, father, eldest);
        for (var i = 0; i < grades.Length; i++)
        {
            if (SchoolFor(home, isFirst: i == 0) is not { } org) break;
            _places[org]--;
            var child = Born(father, adults, org, grades[i], births[i]);
            _children.Add(child);
            foreach (var (adult, relation) in adults) _guardians.Add(Guardian(adult, relation, child.Id));
        }
    }

    // Two years or more apart, so that no birth date contradicts another.
    private int[] SiblingGrades()
    {
        var first = 1 + dice.Below(Grades);
        var count = dice.Below(100) switch { < 62 => 1, < 92 => 2, _ => 3 };
        return [.. Enumerable.Range(0, count).Select(i => (first - 1 + i * 3) % Grades + 1)];
    }

    private DateOnly BirthOf(int grade) => dice.DayBefore(new DateOnly(OldestFirstGrader + 1 - grade, 10, 31), 380);

    private DateOnly Before(DateOnly eldest) => dice.DayBefore(eldest.AddYears(-21), 5500);

    private List<(Resident, string)> Adults(Resident mother, Resident father, DateOnly eldest)
    {
        if (dice.Chance(15)) return [(residents.Adult(female: true, dice.DayBefore(eldest.AddYears(-42), 5000), father.Root), "опекун")];
        return dice.Below(100) switch
        {
            < 55 => [(mother, "мать"), (father, "отец")],
            < 95 => [(mother, "мать")],
            _ => [(father, "отец")],
        };
    }

    private string? SchoolFor(string home, bool isFirst)
    {
        if (_places[home] > 0 && (isFirst || dice.Chance(800))) return home;
        var open = DemoSchools.All.Where(s => _places[s.NsiId] > 0).ToList();
        return open.Count == 0 ? null : dice.Pick(open).NsiId;
    }

    private Child Born(Resident father, List<(Resident Adult, string)> adults, string org, int grade, DateOnly birth)
    {
        var female = dice.Chance(490);
        var first = female ? dice.Pick(NameBook.Female) : dice.Pick(NameBook.Male).Name;
        var middle = dice.Chance(15) ? null : NameBook.Patronymic(NameBook.Male.First(m => m.Name == father.First).Patronymic, female);
        var last = NameBook.Surname(father.Root, female);
        var own = grade >= 4 && dice.Chance(700) ? residents.NextPhone() : null;
        // A small child's card often carries a parent's phone.
        var phone = own ?? (dice.Chance(150) ? adults[0].Adult.Phone : null);
        var email = own is not null && dice.Chance(350) ? residents.Mail(first, last, own) : null;
        return new Child($"p-{_children.Count + 1:D6}", org, grade, last, first, middle, birth, phone, email);
    }

    private GuardianRow Guardian(Resident adult, string relation, string child) => new($"g-{_guardians.Count + 1:D6}", child,
        hand.Surname(adult.Last),
        hand.First(adult.First), hand.Patronymic(adult.Middle), dice.Chance(600) ? adult.Birth : null, dice.Chance(400)
            ? hand.Snils(adult.Snils) : null,
        dice.Chance(970) ? hand.Phone(adult.Phone) : null, dice.Chance(600) ? hand.Email(adult.Email) : null, relation);

    private IEnumerable<PupilRow> InClasses(List<Child> sameGrade)
    {
        var classes = Math.Clamp((sameGrade.Count + ClassSize - 1) / ClassSize, 1, Letters.Length);
        return sameGrade.Select((c, i) => new PupilRow(c.Id, c.Org, $"{c.Grade}{Letters[i % classes]}", hand.Surname(c.Last),
            hand.First(c.First),
            hand.Patronymic(c.Middle), dice.Chance(985) ? c.Birth : null, dice.Chance(700) ? hand.Snils(residents.NextSnils()) : null,
            c.Phone is null ? null : hand.Phone(c.Phone), c.Email is null ? null : hand.Email(c.Email), Login(c)));
    }

    private string? Login(Child child) => dice.Chance(920)
        ? $"{NameBook.Latin(child.Last)[..Math.Min(NameBook.Latin(child.Last).Length, 11)]}{(dice.Chance(40) ? "." : "")}{child.Id[2..]}"
        : null;
}
