using System.Globalization;
using System.Text;

namespace Aupd.Bench;

/// <summary>Portal accounts for a generated region, the same for the same files: most belong to somebody in the registries, as their rows
/// have it or with one thing wrong; one in sixteen is a stranger.</summary>
internal static class GeneratedAccounts
{
    private const string Header = "account_id;last_name;first_name;middle_name;snils;snils_confirmed;phone;email;birth_date;created_at;made_from_record_id";

    public static string Write(string folder, int accounts)
    {
        var path = Path.Combine(folder, "accounts.csv");
        using var text = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 18);
        text.WriteLine(Header);
        var written = 0;
        // Staff: record_id;org;last;first;middle;snils;birth_date;…
        foreach (var f in Rows(folder, "staff.csv")) One(text, accounts, ref written, f[2], f[3], f[4], f[5], "", "", f[6], "");
        // Guardians: record_id;pupil;last;first;middle;snils;phone;email;…  Two thirds of the accounts are theirs.
        foreach (var f in Rows(folder, "guardians.csv").Where((_, i) => i % 4 != 0)) One(text, accounts, ref written, f[2], f[3], f[4], f[5], f[6], f[7], "", "");
        // Pupils: record_id;org;class;last;first;middle;birth_date;snils;phone;email;…
        foreach (var f in Rows(folder, "pupils.csv"))
            One(text, accounts, ref written, f[3], f[4], f[5], f[7], written % 9 == 0 ? "" : f[8], f[9], f[6], written % 9 == 0 ? f[0] : "");
        return path;
    }

    private static void One(StreamWriter text, int accounts, ref int written, string last, string first, string middle, string snils, string phone,
        string email, string birth, string madeFrom)
    {
        if (written >= accounts) return;
        var i = written++;
        if (i % 16 == 3) (phone, email, snils, birth) = ($"+7900{i % 10_000_000:D7}", $"stranger{i}@example.com", "", "");
        if (i % 16 == 5) last += "а";
        if (i % 16 == 7) snils = "";
        if (i % 16 == 9) (phone, email) = (email, "");
        var made = new DateTime(2015, 1, 1).AddMinutes(i).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        text.WriteLine($"a{i:D9};{last};{first};{middle};{snils};{(i % 11 == 0 ? "no" : "yes")};{phone};{email};{birth};{made};{madeFrom}");
    }

    private static IEnumerable<string[]> Rows(string folder, string file) => File.ReadLines(Path.Combine(folder, file)).Skip(1).Select(line => line.Split(';'));
}
