namespace Aupd.Demo.Region;

/// <summary>Fills every school with staff to its figure: the named demo people first, generated people after them.</summary>
internal sealed class StaffMaker(SplitMix64 dice, ResidentMaker residents, ClerksHand hand)
{
    private static readonly string[] Subjects =
    [
        "начальных классов", "русского языка", "математики", "английского языка", "физики", "химии", "биологии", "истории", "географии",
        "информатики", "физической культуры", "технологии", "музыки", "изобразительного искусства",
    ];
    private static readonly string[] Others =
    [
        "заместитель директора", "педагог-психолог", "педагог-организатор", "учитель-логопед", "воспитатель", "секретарь",
        "главный бухгалтер", "инженер", "библиотекарь", "социальный педагог", "лаборант",
    ];
    private readonly List<(Resident Person, string Login)> _employed = [];
    private int _records;

    /// <summary>Women of an age to have children at school; the family maker gives some of them children.</summary>
    public Queue<Resident> Mothers { get; } = new();

    public List<StaffRow> Make(DateOnly today)
    {
        var rows = DemoRecords.Staff(today).ToList();
        foreach (var school in DemoSchools.All)
        {
            var missing = school.Staff - rows.Count(r => r.Org == school.NsiId);
            for (var i = 0; i < missing; i++) rows.Add(Row(school, isHead: i == 0));
        }
        return rows;
    }

    private StaffRow Row(DemoSchool school, bool isHead)
    {
        // About one in seventy works at a second school too.
        var (person, login) = _employed.Count > 100 && !isHead && dice.Chance(15) ? dice.Pick(_employed) : Hire();
        var (position, teaches) = Position(school, isHead);
        var birth = dice.Chance(900) ? person.Birth : (DateOnly?)null;
        var start = dice.DayBefore(new DateOnly(2026, 3, 1), 9000);
        return new StaffRow($"hr-{++_records:D6}", school.NsiId, hand.Surname(person.Last), hand.First(person.First),
            hand.Patronymic(person.Middle), hand.Snils(person.Snils), birth, position, teaches, start, null, dice.Chance(950) ? login : null);
    }

    private (Resident, string) Hire()
    {
        var person = residents.Adult(female: dice.Chance(820), dice.DayBefore(new DateOnly(2003, 6, 30), 15_000));
        var hired = (person, Login(person));
        _employed.Add(hired);
        if (person.Female && person.Birth.Year is >= 1976 and <= 1988 && dice.Chance(600)) Mothers.Enqueue(person);
        return hired;
    }

    private (string, bool) Position(DemoSchool school, bool isHead)
    {
        if (isHead) return ("директор", false);
        if (!school.Teaches) return (dice.Chance(300) ? "старший методист" : "методист", false);
        return dice.Chance(720) ? ("учитель " + dice.Pick(Subjects), true) : (dice.Pick(Others), false);
    }

    // One in twenty has a character that a workplace login may not have.
    private string Login(Resident person)
    {
        var surname = NameBook.Latin(person.Last);
        var initials = NameBook.Latin(person.First)[..1] + (person.Middle is null ? "" : NameBook.Latin(person.Middle)[..1]);
        var number = person.Phone[^6..].TrimStart('0');
        return dice.Chance(50) ? $"{surname}.{initials}{number}" : $"{surname[..Math.Min(surname.Length, 11)]}{initials}{number}";
    }
}
