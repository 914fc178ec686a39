using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>The whole service over a region without a directory, with a network whose files people can take, and RADIUS servers that may ask.</summary>
public class WifiSchool : School
{
    public const string Ssid = "Школа & Ко", ServerName = "radius.obr.test";
    private readonly HttpClient _http = new();

    public Certificates Certificates { get; } = new();
    /// <summary>May ask for all schools.</summary>
    public string Key { get; private set; } = "";

    protected override Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        Dictionary<string, string?> settings = [];
        Certificates.Make();
        Dictionary<string, string> wifi = new()
        {
            ["Ssid"] = Ssid, ["ServerName"] = ServerName, ["CaFile"] = Certificates.Ca, ["Realm"] = "obr.test", ["TeacherVlan"] = "20", ["StaffVlan"] = "25", ["PupilVlan"] = "30",
            ["VisitorVlan"] = "90", ["Class"] = "{role};{nsi};{class}", ["Schools:0:NsiId"] = "653", ["Schools:0:PupilVlan"] = "guests-653", ["DeadlineMilliseconds"] = "30000",
        };
        foreach (var (name, value) in wifi) settings["Workplace:Wifi:" + name] = value;
        // A busy machine is no reason to refuse anybody here.
        settings["Portal:School:NetworkDeadlineMilliseconds"] = "25000";
        return Task.FromResult(settings);
    }

    protected override Task EndFarSideAsync() => Task.CompletedTask;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Key = (await Get<IRadiusServers>().AddAsync("test", [], "test", default))!;
    }

    public override async Task DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
        Certificates.Dispose();
    }

    /// <summary>Asks as rlm_rest does: each byte from 0x80 on becomes a character of its own.</summary>
    public Task<HttpResponseMessage> AskAsync(string userName, string password, string device = "02-00-00-00-00-01", string accessPoint = "0A-00-00-00-00-01:school", string? key = null) =>
        PostAsync("/radius/authenticate", key ?? Key, new()
        {
            ["User-Name"] = userName, ["User-Password"] = password, ["Calling-Station-Id"] = device, ["Called-Station-Id"] = accessPoint, ["NAS-Identifier"] = "ap-1",
        });

    public async Task<HttpStatusCode> StatusAsync(string userName, string password, string device = "02-00-00-00-00-01", string accessPoint = "0A-00-00-00-00-01:school", string? key = null)
    {
        using var answer = await AskAsync(userName, password, device, accessPoint, key);
        return answer.StatusCode;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string key, Dictionary<string, string> attributes) => PostAsync(path, key,
        JsonSerializer.Serialize(attributes.ToDictionary(a => a.Key, a => new { type = "string", value = new[] { Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(a.Value)) } })));

    public async Task<HttpResponseMessage> PostAsync(string path, string key, string json, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Service.SchoolUrl + path) { Content = new StringContent(json, Encoding.UTF8, mediaType) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _http.SendAsync(request);
    }

    /// <summary>The attributes of an answer, <c>reply:</c> left out; each must tell FreeRADIUS not to run its value.</summary>
    public static async Task<Dictionary<string, string>> ReplyAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.EnumerateObject().ToDictionary(a => a.Name["reply:".Length..], a =>
        {
            Assert.False(a.Value.GetProperty("do_xlat").GetBoolean());
            return a.Value.GetProperty("value")[0].GetString()!;
        });
    }
}

/// <summary>All tests with the API of the Wi-Fi share one service.</summary>
[CollectionDefinition(Name)]
public sealed class WithWifi : ICollectionFixture<WifiSchool>
{
    public const string Name = "a school with Wi-Fi";
}
