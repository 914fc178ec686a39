using Aupd.Kernel.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aupd.Demo.Services;

/// <summary>One of the five services. Each is a relying party of its own: client id, secret, cookie, address.</summary>
/// <param name="Key">Client id at the gateway and first part of the path.</param>
/// <param name="Icon">SVG path in a 24×24 box.</param>
/// <param name="Roles">As in clients.json; empty: anyone. Here only so that no tile leads to a refusal.</param>
internal sealed record DemoService(string Key, string Name, string NameEnglish, string Purpose, string PurposeEnglish, string WhoEnters,
    string WhoEntersEnglish, string Icon, params IReadOnlyList<string> Roles)
{
    public string Path => $"/{Key}/";

    /// <param name="role">As in the claim: <c>teacher</c> is staff.</param>
    public bool Admits(string role) => Roles.Count == 0 || Roles.Contains(role == "teacher" ? "staff" : role);

    public string In(Language language) => language[Name, NameEnglish];

    public static IReadOnlyList<DemoService> All { get; } =
    [
        new("journal", "Журнал", "Journal", "Уроки, темы и отметки — для учителей", "Lessons, topics and marks, for teachers",
            "В журнал входят сотрудники школ.", "The journal is for school staff.",
                "M5 3h12a2 2 0 0 1 2 2v16H7a2 2 0 0 1-2-2zm3 4v2h8V7zm0 4v2h8v-2zm0 4v2h5v-2z", "staff"),
        new("diary", "Дневник", "Diary", "Расписание, задания и отметки — для учеников и родителей",
            "Timetable, homework and marks, for pupils and parents",
            "В дневник входят ученики и родители.", "The diary is for pupils and parents.",
                "M6 2h10l4 4v16H6zm3 8v2h8v-2zm0 4v2h8v-2zm0-8v2h4V6z", "pupil", "guardian", "trusted"),
        new("library", "Библиотека", "Library", "Сценарии уроков, тесты и книги — для всех", "Lesson plans, tests and books, for everyone",
            "В библиотеку входят сотрудники школ, ученики и родители.", "The library is for staff, pupils and parents.",
                "M4 4h5v16H4zm6 0h4v16h-4zm5.3.6 3.9-1 4 15.4-3.9 1z", "staff", "pupil", "guardian", "trusted"),
        new("portfolio", "Портфолио", "Portfolio", "Грамоты, олимпиады и кружки ученика", "A pupil's certificates, contests and clubs",
            "В портфолио входят ученики и родители.", "The portfolio is for pupils and parents.",
                "M12 2a6 6 0 0 1 3.5 10.9L17 22l-5-3-5 3 1.5-9.1A6 6 0 0 1 12 2zm0 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z", "pupil", "guardian", "trusted"),
        new("help", "Справка", "Help", "Ответы на вопросы о входе и доступе", "Answers about sign-in and access",
            "В справку может войти любой.", "Anyone may enter the help.",
                "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm-1 14v2h2v-2zm1-10a4 4 0 0 0-4 4h2a2 2 0 1 1 3 1.7c-1.2.7-2 1.5-2 3.3h2c0-1 .5-1.3 1.2-1.8A4 4 0 0 0 12 6z"),
    ];

    public static DemoService? Find(string? key) => All.FirstOrDefault(s => s.Key == key);
}

/// <summary><c>{service:service}</c> in a route: the key of one of the five.</summary>
internal sealed class ServiceRouteConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values,
        RouteDirection routeDirection) =>
        DemoService.Find(values[routeKey]?.ToString()) is not null;
}
