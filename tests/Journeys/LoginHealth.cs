using Aupd.Demo.Region;
using Aupd.TestKit;
using Aupd.Web.Commands;
using Dapper;

namespace Aupd.Journeys;

/// <summary>A teacher looks where the login works: while the directory is away, when the password is lacking there, and when all is well; docs/journeys/workplace-login.md
/// tells the same.</summary>
[Collection(Region.Name)]
public sealed class LoginHealth(DemoRegionRunning region)
{
    private static readonly Look[] Looks = [new(360, "ru"), new(360, "ru", Dark: true), new(1280, "en"), new(1280, "ru", Dark: true), new(360, "en", JavaScript: false)];

    [Fact]
    public async Task A_teacher_sees_where_the_login_works_and_gives_the_password_again()
    {
        var folder = Directory.CreateTempSubdirectory("aupd-region").FullName;
        var authority = Path.Combine(folder, "ca.pem");
        await File.WriteAllTextAsync(authority, "");
        // A directory that nobody hears.
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?>
        {
            ["OpenId:ClientsFile"] = DemoSeed.ClientsFile, ["Workplace:Directory:Server"] = "127.0.0.1", ["Workplace:Directory:Port"] = ProgramProcess.FreePort().ToString(),
            ["Workplace:Directory:CaFile"] = authority, ["Workplace:Directory:BindName"] = "nobody", ["Workplace:Directory:BindPassword"] = "nothing", ["SignIn:RepairsPerHour"] = "50",
        });
        await DemoSeed.PlantAsync(service.Shared, Path.Combine(folder, "files"), new Progress<string>(), default);
        foreach (var look in Looks) await GoAsync(service, look);
        Directory.Delete(folder, recursive: true);
    }

    private async Task GoAsync(RunningService service, Look look)
    {
        await using var visitor = await region.VisitAsync("login-health", look, service);
        await visitor.SignInAsync(DemoPeople.Teacher);
        if (new Uri(visitor.Page.Url).AbsolutePath == "/activate") await visitor.SubmitAsync(("Password", DemoPeople.Password));
        await ExecuteAsync(service, "update workplace.delivery set due_at = now()");
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet");
        await visitor.PressAsync("Проверить, где он работает", "See where it works");
        await Eventually.HoldsAsync("it is seen that the directory is away", async () =>
        {
            await visitor.Page.ReloadAsync();
            return (await visitor.Page.Locator("main").InnerTextAsync()).Contains(visitor.Say("Школьный сервер сейчас не отвечает", "The school's server does not answer"), StringComparison.Ordinal);
        });
        await visitor.LookAsync();
        await visitor.PressAsync("Починить сейчас", "Repair now");
        await visitor.ExpectTextAsync(visitor.Say("Загляните сюда через минуту", "Look in here in a minute"));

        // As the worker keeps it when the directory has made the account anew.
        await ExecuteAsync(service, """
            delete from workplace.password;
            update workplace.account set password_trouble = 'missing', password_trouble_at = now();
            update workplace.delivery set due_at = null, delivered_version = version, succeeded_at = now()
            """);
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/login");
        await visitor.ExpectTextAsync(visitor.Say("Введите его ещё раз", "Enter it once more"));
        await visitor.SubmitAsync(("Password", "не тот пароль"));
        await visitor.ExpectTextAsync(visitor.Say("Пароль не подошёл", "The password is wrong"));
        // How it looks when a change at the portal overtook it; who races whom is tried in the tests of the worker's passwords.
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/login?done=changed");
        await visitor.ExpectTextAsync(visitor.Say("Новый передастся сам", "The new one is passed on by itself"));
        await visitor.SubmitAsync(("Password", DemoPeople.Password));
        await visitor.ExpectTextAsync(visitor.Say("Пароль подошёл, передаём его", "The password is right and on its way"));

        await ExecuteAsync(service, """
            delete from workplace.password;
            update workplace.account set password_trouble = null, password_at = now();
            update workplace.delivery set due_at = null, delivered_version = version, succeeded_at = now()
            """);
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/login");
        await visitor.ExpectTextAsync(visitor.Say("Школьный компьютер: работает", "School computer: works"));
    }

    private static async Task ExecuteAsync(RunningService service, string sql)
    {
        await using var connection = await service.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }
}
