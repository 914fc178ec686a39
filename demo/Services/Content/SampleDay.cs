using System.Text;
using Aupd.Demo.Region;

namespace Aupd.Demo.Services.Content;

/// <summary>A text in both languages.</summary>
internal sealed record Words(string Russian, string English);

/// <param name="Topic">Of the lesson.</param>
/// <param name="Homework">For the next one; null where there is none.</param>
internal sealed record Lesson(TimeOnly Starts, Words Subject, string Class, int Room, Words Topic, Words? Homework, int? Mark);

/// <summary>Invented lessons, the same for the same person and day: enough for the demo to look like a school day.</summary>
internal static class SampleDay
{
    private static readonly TimeOnly[] Bells = [new(8, 30), new(9, 25), new(10, 30), new(11, 30), new(12, 25), new(13, 20)];

    /// <param name="FromGrade">The youngest class that has it.</param>
    private sealed record Subject(Words Name, Words[] Topics, Words?[] Homework, int FromGrade = 1);

    private static readonly Subject[] Subjects =
    [
        new(new("Математика", "Mathematics"), [new("Дроби и проценты", "Fractions and percentages"), new("Площадь фигур", "Areas"), new("Уравнения", "Equations")],
            [new("№ 214, 217", "Nos. 214 and 217"), new("Карточка 5", "Card 5")]),
        new(new("Русский язык", "Russian"), [new("Причастный оборот", "Participial phrases"), new("Сочинение по картине", "Writing about a picture")],
            [new("Упр. 88", "Exercise 88"), new("Дописать сочинение", "Finish the essay")]),
        new(new("Литература", "Literature"), [new("Басни", "Fables"), new("Рассказ и его герой", "A story and its hero")],
            [new("Выучить отрывок", "Learn a passage by heart"), new("Прочитать главы 1–3", "Read chapters 1 to 3")]),
        new(new("Английский язык", "English"), [new("Моя комната", "My room"), new("Прошедшее время", "The past tense")],
            [new("Слова урока 7", "Words of lesson 7"), new("Рассказ о выходных", "A story about the weekend")]),
        new(new("Физика", "Physics"), [new("Плотность вещества", "Density"), new("Простые механизмы", "Simple machines")],
            [new("§ 12, вопросы", "§ 12, questions"), new("Задача 45", "Problem 45")], FromGrade: 7),
        new(new("История", "History"), [new("Города Древней Руси", "Towns of ancient Rus"), new("Великие открытия", "The great discoveries")],
            [new("Контурная карта", "Outline map"), new("§ 9 пересказать", "Retell § 9")], FromGrade: 5),
        new(new("Биология", "Biology"), [new("Строение листа", "How a leaf is built"), new("Птицы нашего парка", "Birds of our park")],
            [new("Наблюдение за погодой", "Watch the weather"), new("§ 6", "§ 6")], FromGrade: 5),
        new(new("Музыка", "Music"), [new("Симфонический оркестр", "The symphony orchestra"), new("Народная песня", "Folk songs")],
            [new("Послушать отрывок", "Listen to an excerpt"), null]),
        new(new("Физкультура", "Sports"), [new("Баскетбол: передачи", "Basketball: passing"), new("Бег 1000 м", "Running 1,000 m")],
            [null, new("Зарядка каждый день", "Exercise every day")]),
    ];

    /// <summary>The next day with lessons: today, or Monday.</summary>
    public static DateOnly SchoolDay(DateOnly today) => today.DayOfWeek switch
    {
        DayOfWeek.Saturday => today.AddDays(2),
        DayOfWeek.Sunday => today.AddDays(1),
        _ => today,
    };

    /// <summary>A teacher's day: one subject, several classes.</summary>
    public static IReadOnlyList<Lesson> OfTeacher(string person, DateOnly day)
    {
        var subject = Dice(person).Pick(Subjects);
        var dice = Dice($"{person} {day:yyyy-MM-dd}");
        return [.. Bells.Where(_ => dice.Chance(800)).Select((b, i) =>
            new Lesson(b, subject.Name, $"{5 + dice.Below(7)}{"АБВГ"[dice.Below(4)]}", 101 + dice.Below(240), subject.Topics[i % subject.Topics.Length],
                dice.Pick(subject.Homework), null))];
    }

    /// <summary>A pupil's day: several subjects, marks for some.</summary>
    public static IReadOnlyList<Lesson> OfPupil(string person, string? form, DateOnly day)
    {
        var dice = Dice($"{person} {day:yyyy-MM-dd}");
        var subjects = Subjects.Where(s => s.FromGrade <= GradeOf(form)).ToList();
        var first = dice.Below(subjects.Count);
        return [.. Bells.Take(4 + dice.Below(3)).Select((b, i) =>
        {
            var subject = subjects[(first + i) % subjects.Count];
            return new Lesson(b, subject.Name, form ?? "", 101 + dice.Below(240), dice.Pick(subject.Topics), dice.Pick(subject.Homework),
                dice.Chance(450) ? 3 + dice.Below(3) : null);
        })];
    }

    private static int GradeOf(string? form) => int.TryParse(string.Concat((form ?? "").TakeWhile(char.IsAsciiDigit)), out var grade) ? grade : 11;

    // FNV-1a: string.GetHashCode differs from start to start.
    private static SplitMix64 Dice(string seed)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(seed)) hash = (hash ^ b) * 1099511628211UL;
        return new SplitMix64(hash);
    }
}
