using static Aupd.Demo.Region.DemoPeople;

namespace Aupd.Demo.Region;

/// <summary>What the registries hold of the named demo people and their children.</summary>
internal static class DemoRecords
{
    /// <param name="today">The contract that has not started begins on the 1 September after this day.</param>
    public static IReadOnlyList<StaffRow> Staff(DateOnly today) =>
    [
        Hr(Teacher, DemoSchools.School1515, "учитель математики", "sokolovamv"),
        Hr(TeacherAndParent, DemoSchools.School1413, "учитель физики", "orlovds"),
        Hr(WrongSnils, DemoSchools.School1515, "учитель истории", "petrovno") with { Snils = FictionalNumbers.DemoSnils(505) },
        Hr(UnconfirmedSnils, DemoSchools.School953, "учитель английского языка", "popovaop"),
        Hr(NotStarted, DemoSchools.Bibirevo, "учитель информатики", null) with { Start = FirstSeptemberAfter(today) },
        Hr(Ended, DemoSchools.School1583, "учитель русского языка", "fedorovati") with { End = new DateOnly(2025, 8, 31) },
        Hr(PrivateSchool, DemoSchools.Topolyok, "учитель начальных классов", "mikhailova"),
        Hr(TwoAccountsMain, DemoSchools.School1159, "учитель химии", "smirnovod") with { RecordId = "demo-hr-two-accounts" },
        Hr(DottedLogin, DemoSchools.School656, "учитель географии", "nikolaeva.n"),
        Hr(TwoSchools, DemoSchools.Veshnyaki, "учитель музыки", "pavlovsg") with { RecordId = "demo-hr-two-schools-1" },
        Hr(TwoSchools, DemoSchools.Digital, "педагог дополнительного образования", "pavlovsg") with { RecordId = "demo-hr-two-schools-2" },
        Hr(OneLetter, DemoSchools.School1249, "учитель биологии", "kirillovail") with { Last = "Кирилова" },
    ];

    public static IReadOnlyList<PupilRow> Pupils { get; } =
    [
        Child("demo-p-pupil", DemoSchools.School1515, "8Б", "Лебедев", "Артем", "Андреевич", "2012-05-17") with
        {
            Phone = "8 (900) 000-00-03", JournalLogin = "lebedevaa",
        },
        Child("demo-p-orlova", DemoSchools.School1413, "6А", "Орлова", "Вера", "Дмитриевна", "2014-04-11"),
        Child("demo-p-morozov", DemoSchools.Veshnyaki, "9В", "Морозов", "Глеб", "Ильич", "2011-02-08"),
        Child("demo-p-morozova", DemoSchools.Digital, "3А", "Морозова", "Кира", "Ильинична", "2017-09-30"),
        Child("demo-p-simplified", DemoSchools.School656, "2А", "Беспалова", "Анна", "Михайловна", "2018-06-03"),
        Child("demo-p-badge-1", DemoSchools.Topolyok, "2А", "Тихонова", "Варвара", "Олеговна", "2018-10-12"),
        Child("demo-p-badge-2", DemoSchools.Topolyok, "2А", "Зуев", "Матвей", "Петрович", "2018-03-05"),
        Child("demo-p-badge-3", DemoSchools.Topolyok, "2А", "Ким", "Софья", "Артуровна", "2018-07-21"),
        Child("demo-p-grishin", DemoSchools.School1249, "5Б", "Гришин", "Марк", "Вадимович", "2015-03-19"),
        Child("demo-p-shared-card", DemoSchools.School1159, "10А", "Лаптев", "Павел", "Павлович",
            null) with { Phone = SharedCard.Account.Phone },
    ];

    public static IReadOnlyList<GuardianRow> Guardians { get; } =
    [
        Parent(TeacherAndParent, "demo-g-teacher-parent", "demo-p-orlova", "отец") with { Phone = TeacherAndParent.Account.Phone },
        Parent(ParentOfTwo, "demo-g-two-1", "demo-p-morozov", "мать") with { Phone = "+7 900 000-00-04" },
        Parent(ParentOfTwo, "demo-g-two-2", "demo-p-morozova", "мать") with { Email = ParentOfTwo.Account.Email },
        Parent(GuardianByEmail, "demo-g-guardian-email", "demo-p-grishin", "отец") with { Email = "Grishin15@Example.ORG" },
        Parent(SharedCard, "demo-g-shared-card", "demo-p-shared-card", "отец") with { Phone = SharedCard.Account.Phone },
    ];

    private static StaffRow Hr(DemoPerson person, string org, string position, string? login) => new($"demo-hr-{person.Key}", org,
        person.Account.LastName,
        person.Account.FirstName, person.Account.MiddleName, FictionalNumbers.Spell(person.Account.Snils!), person.Account.BirthDate,
        position, Teacher: position.StartsWith("учитель", StringComparison.Ordinal), new DateOnly(2019, 9, 1), null, login);

    private static PupilRow Child(string id, string org, string form, string last, string first, string middle, string? birth) => new(id,
        org, form, last, first, middle, birth is null ? null : DateOnly.ParseExact(birth, "yyyy-MM-dd"), null, null, null, null);

    private static GuardianRow Parent(DemoPerson person, string id, string pupil, string relation) => new(id, pupil,
        person.Account.LastName, person.Account.FirstName, person.Account.MiddleName, person.Account.BirthDate, null, null, null, relation);

    private static DateOnly FirstSeptemberAfter(DateOnly today) => new(today < new DateOnly(today.Year, 9, 1) ? today.Year : today.Year + 1,
        9, 1);
}
