using System.Globalization;
using Aupd.Kernel.People;
using Aupd.OpenId.Doors;
using Aupd.Portal.Doors;
using Aupd.Registries.Doors;
using Aupd.Web.Commands;
using Aupd.Web.Sites;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Bench.Provider;

/// <summary>Parents with a child each at one school, through the import and the door of accounts that production uses, and the clients that
/// ask for them.</summary>
internal static class People
{
    public const string Password = "три зелёных чайника", Secret = "a-secret-for-the-benchmark";
    public const string ClientId = "bench", ServiceId = "bench-service", Callback = "https://bench.test/cb";

    public static string Phone(int i) => string.Create(CultureInfo.InvariantCulture, $"+7916{i:D7}");

    public static async Task SeedAsync(SharedParts shared, string folder, int count)
    {
        await using var school = CommandServices.School(shared);
        await ImportAsync(school.GetRequiredService<IImport>(), folder, count);
        await RegisterAsync(school.GetRequiredService<IClients>());
        await using var portal = CommandServices.Portal(shared);
        await using var scope = portal.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<IAccounts>();
        for (var i = 0; i < count; i++)
        {
            var account = new NewAccount(PersonName.TryCreate($"Родителев{Letters(i)}", "Марина", "Викторовна")!, null, false, Kernel.People.Phone.TryParse(Phone(i)),
                null, new DateOnly(1985, 3, 8), Password: Password);
            if (await accounts.CreateAsync(account, "bench") is not CreateAccountOutcome.Created) throw new InvalidOperationException($"Account {i} was not made.");
        }
    }

    private static async Task ImportAsync(IImport import, string folder, int count)
    {
        var numbers = Enumerable.Range(0, count).ToList();
        Write(folder, "organisations.csv", "nsi_id;ekis_id;short_name;founder;district;kind", ["1;1;ГБОУ Школа № 1;ДОНМ;zao;state"]);
        Write(folder, "staff.csv", "record_id;org_nsi_id;last_name;first_name;middle_name;snils;position;teacher;start_date", []);
        Write(folder, "pupils.csv", "record_id;org_nsi_id;class;last_name;first_name;middle_name;birth_date", numbers.Select(i => $"p{i};1;5А;Родителев{Letters(i)};Пётр;Ильич;2015-05-17"));
        Write(folder, "guardians.csv", "record_id;pupil_record_id;last_name;first_name;middle_name;phone", numbers.Select(i => $"g{i};p{i};Родителев{Letters(i)};Марина;Викторовна;{Phone(i)}"));
        var outcome = await import.RunAsync(new ImportOrder(folder, false, true, false, "bench"), new Progress<string>(), default);
        if (outcome is not ImportOutcome.Applied) throw new InvalidOperationException($"The region was not imported: {outcome}");
    }

    private static async Task RegisterAsync(IClients clients)
    {
        var person = $$"""
            {"clientId":"{{ClientId}}","name":"Bench","secret":"{{Secret}}","redirectUris":["{{Callback}}"],"grantTypes":["authorization_code","refresh_token"],
             "scopes":["openid","profile","roles","children"],"audiences":["https://bench.test/api"]}
            """;
        var service = $$"""{"clientId":"{{ServiceId}}","name":"Service","secret":"{{Secret}}","grantTypes":["client_credentials"],"redirectUris":[],"scopes":["openid"],"audiences":["https://bench.test/service"],"resources":["https://bench.test/service"]}""";
        foreach (var json in new[] { person, service })
            if (await clients.RegisterAsync(json, default) is RegisterClientOutcome.Refused refused) throw new InvalidOperationException(string.Join(" ", refused.Faults));
    }

    private static void Write(string folder, string file, string header, IEnumerable<string> rows) => File.WriteAllLines(Path.Combine(folder, file), rows.Prepend(header));

    // Surnames of their own, so that nobody is a namesake.
    private static string Letters(int i)
    {
        const string letters = "абвгдежзиклмнопрстуф";
        return string.Concat(Enumerable.Range(0, 4).Select(at => letters[i / (int)Math.Pow(letters.Length, at) % letters.Length]));
    }
}
