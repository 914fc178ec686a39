using System.Text;
using Aupd.Registries.Doors;

namespace Aupd.Registries.Tests.Matching;

/// <summary>A small region written as the contract's files, and what the bulk match makes of it.</summary>
internal sealed class Region
{
    public const string Ivanov = "Иванов;Иван;Иванович";
    public const string Snils1 = "112-233-445 95", Snils2 = "087-654-303 00", WrongSnils = "112-233-445 96";
    public const string Phone1 = "+79161234567", Phone2 = "+79161234568", Email1 = "one@mail.ru", Email2 = "two@mail.ru";

    private readonly StringBuilder
        _organisations = new("nsi_id;short_name\no1;Школа 1\no2;Школа 2\n"),
        _staff = new("record_id;org_nsi_id;last_name;first_name;middle_name;snils;birth_date;start_date;end_date\n"),
        _pupils = new("record_id;org_nsi_id;last_name;first_name;middle_name;birth_date;snils;phone;email\n"),
        _guardians = new("record_id;pupil_record_id;last_name;first_name;middle_name;birth_date;snils;phone;email\n"),
        _accounts = new("account_id;last_name;first_name;middle_name;snils;snils_confirmed;phone;email;birth_date;created_at;made_from_record_id\n");

    public Region Account(string id, string name = Ivanov, string snils = "", string confirmed = "yes", string phone = "", string email = "", string birth = "",
        string created = "", string madeFrom = "")
    {
        _accounts.Append($"{id};{name};{snils};{confirmed};{phone};{email};{birth};{created};{madeFrom}\n");
        return this;
    }

    public Region Staff(string id, string name = Ivanov, string snils = "", string birth = "", string start = "2020-09-01", string end = "", string org = "o1")
    {
        _staff.Append($"{id};{org};{name};{snils};{birth};{start};{end}\n");
        return this;
    }

    public Region Pupil(string id, string name = Ivanov, string birth = "", string snils = "", string phone = "", string email = "", string org = "o1")
    {
        _pupils.Append($"{id};{org};{name};{birth};{snils};{phone};{email}\n");
        return this;
    }

    public Region Guardian(string id, string pupil, string name = Ivanov, string birth = "", string snils = "", string phone = "", string email = "")
    {
        _guardians.Append($"{id};{pupil};{name};{birth};{snils};{phone};{email}\n");
        return this;
    }

    /// <summary>The lines of verdicts.csv after the header.</summary>
    public string[] Verdicts(string today = "2026-11-20")
    {
        var folder = Directory.CreateTempSubdirectory("aupd-match-");
        try
        {
            Write(folder.FullName);
            var outFile = Path.Combine(folder.FullName, "verdicts.csv");
            var outcome = BulkMatch.Run(new BulkMatchOrder(folder.FullName, Path.Combine(folder.FullName, "accounts.csv"), outFile, DateOnly.Parse(today)), null, default);
            Assert.IsType<BulkMatchOutcome.Written>(outcome);
            Assert.Equal("file;line;column;reason\n", File.ReadAllText(outFile + ".aside.csv"));
            var lines = File.ReadAllText(outFile).Split('\n');
            Assert.Equal("account_id;role;record_id;org_nsi_id;verdict;reason;hint", lines[0]);
            Assert.Equal("", lines[^1]);
            return lines[1..^1];
        }
        finally { folder.Delete(recursive: true); }
    }

    public void Write(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "organisations.csv"), _organisations.ToString());
        File.WriteAllText(Path.Combine(folder, "staff.csv"), _staff.ToString());
        File.WriteAllText(Path.Combine(folder, "pupils.csv"), _pupils.ToString());
        File.WriteAllText(Path.Combine(folder, "guardians.csv"), _guardians.ToString());
        File.WriteAllText(Path.Combine(folder, "accounts.csv"), _accounts.ToString());
    }
}
