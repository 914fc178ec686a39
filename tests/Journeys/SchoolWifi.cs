using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aupd.Demo.Region;
using Aupd.TestKit;
using Aupd.Web.Commands;
using Aupd.Workplace.Doors;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Journeys;

/// <summary>A teacher sets a phone up for the school's Wi-Fi, reads why an old password did not do, and sees that the new one does; docs/journeys/wifi.md tells the
/// same.</summary>
[Collection(Region.Name)]
public sealed class SchoolWifi(DemoRegionRunning region)
{
    private static readonly Look[] Looks = [new(360, "ru"), new(360, "ru", Dark: true), new(1280, "en"), new(1280, "ru", Dark: true), new(360, "en", JavaScript: false)];

    [Fact]
    public async Task A_teacher_sets_a_phone_up_and_reads_why_it_does_not_join()
    {
        var folder = Directory.CreateTempSubdirectory("aupd-wifi").FullName;
        var authority = Path.Combine(folder, "ca.pem");
        await File.WriteAllTextAsync(authority, Authority());
        await using var service = await RunningService.StartAsync(new Dictionary<string, string?>
        {
            ["OpenId:ClientsFile"] = DemoSeed.ClientsFile, ["Workplace:Wifi:Ssid"] = "School", ["Workplace:Wifi:ServerName"] = "radius.obr.test", ["Workplace:Wifi:CaFile"] = authority,
            ["Workplace:Wifi:Realm"] = "obr.test", ["Workplace:Wifi:DeadlineMilliseconds"] = "30000", ["Portal:School:NetworkDeadlineMilliseconds"] = "25000",
        });
        await DemoSeed.PlantAsync(service.Shared, Path.Combine(folder, "files"), new Progress<string>(), default);
        var key = (await service.School.Services.GetRequiredService<IRadiusServers>().AddAsync("journey", [], "test", default))!;
        foreach (var look in Looks) await GoAsync(service, key, look);
        Directory.Delete(folder, recursive: true);
    }

    private async Task GoAsync(RunningService service, string key, Look look)
    {
        await using var visitor = await region.VisitAsync("school-wifi", look, service);
        await visitor.SignInAsync(DemoPeople.Teacher);
        if (new Uri(visitor.Page.Url).AbsolutePath == "/activate") await visitor.SubmitAsync(("Password", DemoPeople.Password));
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet");
        await visitor.Page.Locator("main details:has(a[href='/cabinet/wifi']) summary").ClickAsync();
        await visitor.FollowAsync("/cabinet/wifi");
        for (var closed = visitor.Page.Locator("main details:not([open]) summary"); await closed.CountAsync() > 0;) await closed.First.ClickAsync();
        await visitor.LookAsync();

        // Each look has a phone of its own: five wrong ones in a quarter of an hour are one phone's measure.
        var phone = $"02-00-00-00-{Array.IndexOf(Looks, look):x2}-01";
        Assert.Equal(401, await JoinAsync(service, key, phone, "прошлогодний пароль"));
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/wifi");
        await visitor.ExpectTextAsync(visitor.Say("Не получилось подключиться", "Joining did not work"));
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/login");
        await visitor.ExpectTextAsync(visitor.Say("Школьный Wi-Fi: не работает", "School Wi-Fi: does not work"));
        Assert.Equal(200, await JoinAsync(service, key, phone, DemoPeople.Password));
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/wifi");
        await visitor.ExpectTextAsync(visitor.Say("Работает", "It works"));
        await visitor.OpenAsync(service.SchoolUrl + "/cabinet/login");
        await visitor.ExpectTextAsync(visitor.Say("Школьный Wi-Fi: работает", "School Wi-Fi: works"));
    }

    // As rlm_rest asks: each byte from 0x80 on is a character of its own.
    private static async Task<int> JoinAsync(RunningService service, string key, string phone, string password)
    {
        await using var connection = await service.Source.OpenConnectionAsync();
        var login = await connection.ExecuteScalarAsync<string>("select login from signin.login where retired_at is null order by issued_at limit 1");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.PostAsJsonAsync(service.SchoolUrl + "/radius/authenticate", new Dictionary<string, object>
        {
            ["User-Name"] = Attribute(login!), ["User-Password"] = Attribute(password), ["Calling-Station-Id"] = Attribute(phone), ["Called-Station-Id"] = Attribute("0A-00-00-00-00-01:School"),
        });
        return (int)answer.StatusCode;

        static object Attribute(string value) => new { type = "string", value = new[] { System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(value)) } };
    }

    private static string Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Wi-Fi of the schools", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        return certificate.ExportCertificatePem();
    }
}
