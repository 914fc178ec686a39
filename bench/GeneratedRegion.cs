using System.Globalization;
using System.Text;

namespace Aupd.Bench;

/// <summary>Registry files of any size, the same for the same size: per 4.5 million rows 2,000 schools, 150,000 staff, 1.45 million pupils and
/// 2.9 million guardians. Names come from short lists, so that namesakes abound, as in life.</summary>
internal static class GeneratedRegion
{
    private static readonly string[] Last = [.. from a in Words("Иван Петр Сидор Смирн Кузнец Соловь Волк Лебед Зайц Орл Степан Никит Фёдор Морозк Белозёр Голуб Виноград Тарас Жук Комар") from b in Words("ов ёв ин овский енко ченко ицын ский") select a + b];
    private static readonly string[] First = Words("Анна Мария Елена Ольга Наталья Ирина Светлана Татьяна Юлия Пётр Иван Сергей Алексей Дмитрий Андрей Максим Артём Никита Егор Фёдор");
    private static readonly string[] Middle = Words("Иванович Петрович Сергеевич Алексеевич Дмитриевич Андреевич Ильич Фёдорович Ивановна Петровна Сергеевна Алексеевна Дмитриевна Андреевна Ильинична Фёдоровна");

    public static void Write(string folder, int rows)
    {
        var schools = Math.Max(1, (int)(rows * 2000L / 4_500_000));
        var staff = (int)(rows * 150_000L / 4_500_000);
        var pupils = (int)(rows * 1_450_000L / 4_500_000);
        var guardians = rows - schools - staff - pupils;
        File(folder, "organisations.csv", "nsi_id;ekis_id;short_name;founder;district;kind", schools, i => $"{1000 + i};{500 + i};ГБОУ Школа № {i + 1};ДОНМ;zao;state");
        File(folder, "staff.csv", "record_id;org_nsi_id;last_name;first_name;middle_name;snils;birth_date;position;teacher;start_date;end_date;journal_login", staff,
            i => $"s{i};{1000 + i % schools};{Name(i)};{Snils(i)};{Day(i, 1960, 40)};учитель;yes;{Day(i, 2005, 20)};;login{i}");
        File(folder, "pupils.csv", "record_id;org_nsi_id;class;last_name;first_name;middle_name;birth_date;snils;phone;email;journal_login", pupils,
            i => $"p{i};{1000 + i % schools};{i % 11 + 1}А;{Name(i + 7)};{Day(i, 2008, 11)};{Snils(i + 10_000_000)};{Phone(i)};pupil{i}@example.org;");
        File(folder, "guardians.csv", "record_id;pupil_record_id;last_name;first_name;middle_name;snils;phone;email;relation", guardians,
            i => $"g{i};p{i % pupils};{Name(i + 13)};{(i % 3 == 0 ? Snils(i + 20_000_000) : "")};{Phone(i + 50_000_000)};guardian{i}@example.org;мать");
    }

    private static void File(string folder, string name, string header, int rows, Func<int, string> row)
    {
        using var text = new StreamWriter(Path.Combine(folder, name), append: false, new UTF8Encoding(false), 1 << 18);
        text.WriteLine(header);
        for (var i = 0; i < rows; i++) text.WriteLine(row(i));
    }

    // Multiplicative hashing spreads neighbours over the lists.
    private static string Name(int i)
    {
        var h = (uint)i * 2654435761u;
        return $"{Last[h % Last.Length]};{First[(h >> 8) % First.Length]};{Middle[(h >> 16) % Middle.Length]}";
    }

    private static string Phone(int i) => string.Create(CultureInfo.InvariantCulture, $"+79{i % 1_000_000_000:D9}");

    private static string Day(int i, int from, int years) => new DateOnly(from, 1, 1).AddDays((int)((uint)i * 40503u % (uint)(years * 365))).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Snils(int i)
    {
        var digits = (100_000_000 + i).ToString("D9", CultureInfo.InvariantCulture);
        var sum = 0;
        for (var at = 0; at < 9; at++) sum += (digits[at] - '0') * (9 - at);
        return $"{digits}{sum % 101 % 100:D2}";
    }

    private static string[] Words(string text) => text.Split(' ');
}
