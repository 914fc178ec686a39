using System.Security.Cryptography;
using System.Text;
using Aupd.Demo.Region;
using Aupd.Kernel.Pages;
using Aupd.Kernel.People;
using Aupd.Kernel.Settings;
using Aupd.Portal.Doors;
using Aupd.Registries.Doors;
using Aupd.Web.Sites;

namespace Aupd.Web.Commands;

/// <summary>Fills the service with the demo region: its registries through the import that production uses, its named people as portal
/// accounts. Done again, it changes nothing.</summary>
internal static class DemoSeed
{
    /// <summary>The demo services as clients of the school gateway.</summary>
    public static string ClientsFile { get; } = Path.Combine(AppContext.BaseDirectory, "demo", "clients.json");

    /// <exception cref="CommandException">The region could not be planted.</exception>
    public static async Task PlantAsync(SharedParts shared, string folder, IProgress<string> progress, CancellationToken ct)
    {
        var zone = SettingsModule.Read<RegionSettings>(shared.Configuration, RegionSettings.Section).Zone();
        await ImportAsync(shared, folder, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(shared.Clock.GetUtcNow(), zone).Date), progress, ct);
        await using var portal = CommandServices.Portal(shared);
        await using var scope = portal.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<IAccounts>();
        foreach (var person in DemoPeople.All)
        {
            var outcome = await accounts.CreateAsync(Account(person), "command", ct);
            if (outcome is not (CreateAccountOutcome.Created or CreateAccountOutcome.AlreadyThere))
                throw new CommandException($"The demo account {person.Key} was not made: {outcome}");
        }
    }

    // The region depends on the program and the day alone: a second start on one day has nothing to import, and need not find that out.
    private static async Task ImportAsync(SharedParts shared, string folder, DateOnly today, IProgress<string> progress, CancellationToken ct)
    {
        await using var school = CommandServices.School(shared);
        var stamp = Path.Combine(folder, "imported");
        var edition = $"{today:yyyy-MM-dd} {typeof(DemoRegion).Module.ModuleVersionId}";
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp, ct) == edition
            && (await school.GetRequiredService<IOrganisations>().AllAsync(ct)).Count > 0) return;
        DemoRegion.Write(folder, today);
        var outcome = await school.GetRequiredService<IImport>().RunAsync(new ImportOrder(folder, false, true, false, "command"), progress, ct);
        if (outcome is not ImportOutcome.Applied) throw new CommandException($"The demo region was not imported: {outcome}");
        await File.WriteAllTextAsync(stamp, edition, ct);
    }

    /// <summary>Made from the key, so that the same person has the same account at every start.</summary>
    public static Guid AccountIdOf(DemoPerson person) => new(SHA256.HashData(Encoding.UTF8.GetBytes("demo/" + person.Key))[..16]);

    private static NewAccount Account(DemoPerson person)
    {
        var a = person.Account;
        return new NewAccount(
            PersonName.TryCreate(a.LastName, a.FirstName, a.MiddleName)!, Snils.TryParse(a.Snils), a.SnilsConfirmed, Phone.TryParse(a.Phone),
            Email.TryParse(a.Email), a.BirthDate, a.Login, person.Password, a.MadeFromRecordId, AccountIdOf(person), a.CreatedAt);
    }
}
