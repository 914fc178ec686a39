namespace Aupd.Demo.Services.Content;

/// <summary>Invented works, certificates and articles of the library, the portfolio and the help.</summary>
internal static class SampleShelf
{
    internal sealed record Work(Words Title, Words Kind, Words For);
    internal sealed record Award(Words Title, Words From, int Year);
    internal sealed record Article(Words Question, Words Answer);

    public static IReadOnlyList<Work> Works { get; } =
    [
        new(new("Почему лист зелёный", "Why a leaf is green"), new("сценарий урока", "lesson plan"), new("биология, 6 класс", "biology, year 6")),
        new(new("Дроби на кухне", "Fractions in the kitchen"), new("интерактивная работа", "interactive work"), new("математика, 5 класс", "mathematics, year 5")),
        new(new("Города на реках", "Towns by rivers"), new("карта и тест", "map and test"), new("история, 6 класс", "history, year 6")),
        new(new("Как звучит оркестр", "How an orchestra sounds"), new("аудиоурок", "audio lesson"), new("музыка, 4 класс", "music, year 4")),
        new(new("Причастие за 20 минут", "Participles in 20 minutes"), new("видеоурок", "video lesson"), new("русский язык, 7 класс", "Russian, year 7")),
        new(new("Рычаги вокруг нас", "Levers around us"), new("лабораторная работа", "lab work"), new("физика, 7 класс", "physics, year 7")),
    ];

    public static IReadOnlyList<Article> Articles { get; } =
    [
        new(new("Что такое активация и зачем она нужна", "What activation is and what it is for"),
            new("При первом входе сотрудники и ученики один раз вводят пароль портала ещё раз. После этого появляется логин для школьных компьютеров и Wi-Fi. Родителям активация не нужна.",
                "At the first sign-in staff and pupils type the portal password once more. That gives them a login for school computers and Wi-Fi. Parents need no activation.")),
        new(new("Пишут: «Такой учётной записи нет»", "It says there is no such account"),
            new("Учителям: сверьте имя и СНИЛС на портале с отделом кадров. Родителям и ученикам: сверьте имя, телефон и почту с теми, что есть в школе.",
                "Teachers: compare your name and SNILS on the portal with HR. Parents and pupils: compare the name, phone and e-mail with those the school has.")),
        new(new("Я учитель и родитель. Нужны ли две учётные записи?", "I am a teacher and a parent. Do I need two accounts?"),
            new("Нет. Входите одной учётной записью и выбирайте роль. Пароль при смене роли не спрашивают.",
                "No. Use one account and choose the role. Changing the role asks for no password.")),
        new(new("Я сменил пароль на портале. А в школе?", "I changed my password on the portal. And at school?"),
            new("Пароль один. Новый начинает действовать везде в течение пяти минут.", "There is one password. The new one works everywhere within five minutes.")),
    ];

    private static readonly Award[] Awards =
    [
        new(new("Призёр олимпиады по математике", "Prize at the mathematics olympiad"), new("школьный этап", "school round"), 2025),
        new(new("Участник хора «Созвучие»", "Member of the choir Harmony"), new("кружок при школе", "school club"), 2024),
        new(new("Золотой значок по плаванию", "Gold badge in swimming"), new("спортивная секция", "sports section"), 2025),
        new(new("Победитель конкурса чтецов", "Winner of the recitation contest"), new("городской этап", "city round"), 2024),
        new(new("Проект «Птицы нашего двора»", "Project: birds of our yard"), new("неделя науки", "science week"), 2026),
    ];

    /// <summary>Two to four awards, the same for the same child.</summary>
    public static IReadOnlyList<Award> AwardsOf(string child)
    {
        var first = child.Sum(c => c) % Awards.Length;
        return [.. Enumerable.Range(0, 2 + first % 3).Select(i => Awards[(first + i) % Awards.Length])];
    }
}
