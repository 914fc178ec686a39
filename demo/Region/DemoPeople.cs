namespace Aupd.Demo.Region;

/// <summary>The named people of the demo region, one for every case that sign-in must handle. None of them exists.</summary>
public static class DemoPeople
{
    /// <summary>One password for all, so that trying the demo needs no list at hand.</summary>
    public const string Password = "zvonok-na-urok";

    public static DemoPerson Teacher { get; } = Person(
        "teacher", "Учитель", "Teacher",
        "Обычный первый вход: активация, логин, журнал",
        "The ordinary first sign-in: activation, login, journal",
        Lands.Journal, activates: true,
        Account("Соколова", "Марина", "Викторовна", 1, "1984-03-12"),
        SignIn.Phone, Match("staff", "demo-hr-teacher"));

    public static DemoPerson TeacherAndParent { get; } = Person(
        "teacher-parent", "Учитель и родитель", "Teacher who is a parent",
        "Одна учётная запись, две роли: после активации — выбор роли",
        "One account, two roles: the chooser after activation",
        Lands.Choose, activates: true,
        Account("Орлов", "Дмитрий", "Сергеевич", 2, "1981-11-05"),
        SignIn.Email, Match("staff", "demo-hr-teacher-parent"), Match("guardian", "demo-g-teacher-parent"));

    public static DemoPerson Pupil { get; } = Person(
        "pupil", "Ученик", "Pupil",
        "Активация и дневник; в школе записан как «Артем», на портале как «Артём»",
        "Activation and diary; the school spells his name without ё",
        Lands.Diary, activates: true,
        Account("Лебедев", "Артём", "Андреевич", 3, "2012-05-17") with { Snils = null, SnilsConfirmed = false },
        SignIn.Phone, Match("pupil", "demo-p-pupil"));

    public static DemoPerson ParentOfTwo { get; } = Person(
        "parent-two", "Мама двоих детей в двух школах", "Mother of two children in two schools",
        "Без активации сразу в дневник: одна школа знает её телефон, другая — почту. В кабинете, «Семья»: аккаунты детям",
        "Straight to the diary: one school has her phone, the other her e-mail. In the cabinet, “Family”: accounts for the children",
        Lands.Diary, activates: false,
        Account("Морозова", "Елена", "Игоревна", 4, "1986-08-23") with { Snils = null, SnilsConfirmed = false },
        SignIn.Email, Match("guardian", "demo-g-two-1"), Match("guardian", "demo-g-two-2"));

    public static DemoPerson WrongSnils { get; } = Person(
        "wrong-snils", "Учитель, в кадрах другой СНИЛС", "Teacher with another SNILS in HR",
        "«Такой учётной записи нет»: СНИЛС на портале и в кадрах различаются",
        "No such account: the SNILS of the portal and of HR differ",
        Lands.NoAccount, activates: false,
        Account("Петров", "Николай", "Олегович", 5, "1979-01-30"),
        SignIn.Snils, Miss("staff", "demo-hr-wrong-snils", "snils_differs"));

    public static DemoPerson UnconfirmedSnils { get; } = Person(
        "unconfirmed-snils", "Учитель, СНИЛС не подтверждён", "Teacher whose SNILS is not confirmed",
        "Подсказка подтвердить СНИЛС на портале",
        "Is told to confirm the SNILS on the portal",
        Lands.NoAccount, activates: false,
        Account("Попова", "Ольга", "Павловна", 6, "1990-06-14") with { SnilsConfirmed = false },
        SignIn.Phone, Miss("staff", "demo-hr-unconfirmed-snils", "snils_unconfirmed"));

    public static DemoPerson NotStarted { get; } = Person(
        "not-started", "Учитель, договор ещё не начался", "Teacher whose contract has not started",
        "Доступ откроется в день начала работы",
        "Access opens on the first working day",
        Lands.NoAccount, activates: false,
        Account("Волков", "Игорь", "Петрович", 7, "1995-12-02"),
        SignIn.Phone, Miss("staff", "demo-hr-not-started", "not_started"));

    public static DemoPerson Ended { get; } = Person(
        "ended", "Уволенный учитель", "Teacher who has left",
        "Договор закончился, доступа нет",
        "The contract has ended, so has the access",
        Lands.NoAccount, activates: false,
        Account("Фёдорова", "Тамара", "Ильинична", 8, "1968-04-09"),
        SignIn.Email, Miss("staff", "demo-hr-ended", "ended"));

    public static DemoPerson PrivateSchool { get; } = Person(
        "private-school", "Учитель частной школы", "Teacher of a private school",
        "Частная школа без активации: сразу в журнал; в кабинете — бейджи для 2А",
        "A private school does not activate: straight to the journal; badges for 2А in the cabinet",
        Lands.Journal, activates: false,
        Account("Михайлова", "Анна", "Романовна", 9, "1988-09-27"),
        SignIn.Phone, Match("staff", "demo-hr-private-school"));

    public static DemoPerson TwoAccountsMain { get; } = Person(
        "two-accounts-main", "Учитель с двумя учётными записями: основная", "Teacher with two accounts: the main one",
        "Запись со СНИЛС и контактами из школы: вход как обычно",
        "The account with SNILS and contacts: the ordinary sign-in",
        Lands.Journal, activates: true,
        Account("Смирнов", "Олег", "Денисович", 10, "1983-02-18"),
        SignIn.Phone, Match("staff", "demo-hr-two-accounts"));

    public static DemoPerson TwoAccountsOther { get; } = Person(
        "two-accounts-other", "Он же: вторая учётная запись", "The same man: his other account",
        "Подсказка войти в основную запись; второго профиля нет",
        "Is told to use the main account; no second profile is made",
        Lands.NoAccount, activates: false,
        Account("Смирнов", "Олег", "Денисович", 11, "1983-02-18") with { Snils = null, SnilsConfirmed = false, CreatedAt = Made(60) },
        SignIn.Email, Miss("staff", "demo-hr-two-accounts", "duplicate_account"));

    public static DemoPerson DottedLogin { get; } = Person(
        "dotted-login", "Учитель, логин журнала с точкой", "Teacher whose journal login has a dot",
        "Логин nikolaeva.n не годится: выдаётся новый",
        "The login nikolaeva.n cannot be used: a new one is issued",
        Lands.Journal, activates: true,
        Account("Николаева", "Надежда", "Юрьевна", 12, "1977-07-07"),
        SignIn.Snils, Match("staff", "demo-hr-dotted-login"));

    public static DemoPerson TwoSchools { get; } = Person(
        "two-schools", "Учитель в двух школах", "Teacher at two schools",
        "Две роли сотрудника: выбор школы",
        "Two staff roles: chooses the school",
        Lands.Choose, activates: true,
        Account("Павлов", "Сергей", "Геннадьевич", 13, "1974-10-21"),
        SignIn.Phone, Match("staff", "demo-hr-two-schools-1"), Match("staff", "demo-hr-two-schools-2"));

    public static DemoPerson Simplified { get; } = Person(
        "simplified", "Ученица с упрощённой регистрацией", "Pupil with a simplified registration",
        "Только логин и пароль с листка: активация и дневник",
        "Only the login and password from a sheet: activation and diary",
        Lands.Diary, activates: true,
        Account("Беспалова", "Аня", null, 14, "2018-06-03") with
        {
            FirstName = "Анна", MiddleName = "Михайловна", Phone = null, Email = null, Snils = null, SnilsConfirmed = false,
            BirthDate = null, Login = "bespalova-anna", MadeFromRecordId = "demo-p-simplified",
        },
        SignIn.Login, Match("pupil", "demo-p-simplified"));

    public static DemoPerson GuardianByEmail { get; } = Person(
        "guardian-email", "Папа, в школе есть только его почта", "Father of whom the school has the e-mail only",
        "Вход по телефону, узнан по почте: дневник",
        "Signs in by phone, is recognised by e-mail: diary",
        Lands.Diary, activates: false,
        Account("Гришин", "Вадим", "Антонович", 15, "1985-05-29") with { Snils = null, SnilsConfirmed = false },
        SignIn.Phone, Match("guardian", "demo-g-guardian-email"));

    public static DemoPerson SharedCard { get; } = Person(
        "shared-card", "Отец и сын — полные тёзки с одним телефоном", "Father and son of one name and one phone",
        "Система не гадает, кто вошёл: просит указать дату рождения",
        "The service does not guess who has come: it asks for the birth date",
        Lands.NoAccount, activates: false,
        Account("Лаптев", "Павел", "Павлович", 16, "1900-01-01") with { Snils = null, SnilsConfirmed = false, BirthDate = null },
        SignIn.Phone, Miss("guardian", "demo-g-shared-card", "ambiguous"), Miss("pupil", "demo-p-shared-card", "ambiguous"));

    public static DemoPerson OneLetter { get; } = Person(
        "one-letter", "Учитель, в кадрах опечатка в фамилии", "Teacher whose surname is misspelt in HR",
        "СНИЛС совпал, фамилия нет: подсказка, куда обратиться",
        "The SNILS agrees, the surname does not: whom to ask",
        Lands.NoAccount, activates: false,
        Account("Кириллова", "Инна", "Львовна", 17, "1992-11-11"),
        SignIn.Phone, Miss("staff", "demo-hr-one-letter", "name_differs"));

    public static DemoPerson NoRecord { get; } = Person(
        "no-record", "Человек, которого нет в школах", "A person no school knows",
        "«Такой учётной записи нет» и что делать дальше",
        "No such account, and what to do next",
        Lands.NoAccount, activates: false,
        Account("Ерёмина", "Жанна", "Тимуровна", 18, "1993-04-25"),
        SignIn.Email, new DemoVerdict("none", null, "no_record"));

    public static DemoPerson BadgePupil { get; } = Person(
        "badge-pupil", "Ученица с бейджем", "Pupil with a badge",
        "Входит раз с паролем; потом учитель частной школы печатает ей бейдж",
        "Signs in once with the password; then the private school's teacher prints a badge",
        Lands.Diary, activates: false,
        Sheet("Тихонова", "Варвара", "Олеговна", 26, "tihonova-varya", "demo-p-badge-1"),
        SignIn.Login, Match("pupil", "demo-p-badge-1"));

    public static DemoPerson BadgeClassmate { get; } = Person(
        "badge-classmate", "Её одноклассник", "Her classmate",
        "То же: у каждого свой бейдж и свои картинки",
        "The same: everybody has a badge and pictures of his own",
        Lands.Diary, activates: false,
        Sheet("Зуев", "Матвей", "Петрович", 27, "zuev-matvey", "demo-p-badge-2"),
        SignIn.Login, Match("pupil", "demo-p-badge-2"));

    public static IReadOnlyList<DemoPerson> All { get; } =
    [
        Teacher, TeacherAndParent, Pupil, ParentOfTwo, WrongSnils, UnconfirmedSnils, NotStarted, Ended, PrivateSchool, TwoAccountsMain,
        TwoAccountsOther, DottedLogin, TwoSchools, Simplified, GuardianByEmail, SharedCard, OneLetter, NoRecord, BadgePupil, BadgeClassmate,
    ];

    private enum SignIn { Phone, Email, Snils, Login }

    private static class Lands
    {
        public const string Journal = "journal", Diary = "diary", Choose = "choose", NoAccount = "no-account";
    }

    private static DemoPerson Person(string key, string who, string whoEnglish, string shows, string showsEnglish, string lands,
        bool activates,
        DemoAccount account, SignIn with, params DemoVerdict[] verdicts) => new(key, who, whoEnglish, Identifier(account, with), Password,
        shows, showsEnglish, lands, activates, account, verdicts);

    private static string Identifier(DemoAccount account, SignIn with) => with switch
    {
        SignIn.Phone => $"{account.Phone![..2]} {account.Phone[2..5]} {account.Phone[5..8]}-{account.Phone[8..10]}-{account.Phone[10..]}",
        SignIn.Email => account.Email!,
        SignIn.Snils => FictionalNumbers.Spell(account.Snils!),
        _ => account.Login!,
    };

    private static DemoAccount Account(string last, string first, string? middle, int number, string birth) => new(last, first, middle,
        FictionalNumbers.Phone(number), $"{NameBook.Latin(last)}{number}@example.org", FictionalNumbers.DemoSnils(number),
        SnilsConfirmed: true, DateOnly.ParseExact(birth, "yyyy-MM-dd"), Login: null, MadeFromRecordId: null, Made(number));

    // A login and a password on a sheet of paper, and nothing else.
    private static DemoAccount Sheet(string last, string first, string middle, int number, string login, string record) =>
        new(last, first, middle, null, null, null, SnilsConfirmed: false, null, login, record, Made(number));

    // Long before any school year in which the demo is shown, each at a moment of its own.
    private static DateTimeOffset Made(int number) => new DateTimeOffset(2024, 9, 2, 9, 0, 0, TimeSpan.Zero).AddDays(number);

    private static DemoVerdict Match(string role, string recordId) => new(role, recordId, "");

    private static DemoVerdict Miss(string role, string recordId, string reason) => new(role, recordId, reason);
}
