using System.Net;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Tests.Teams;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>A RADIUS server in a school asks AUPD over the network, as in production: by HTTPS, whose certificate it checks, or not at all.</summary>
[Trait("needs", "radius")]
public sealed class HttpsTests(WifiSchoolBehindProxy school) : IClassFixture<WifiSchoolBehindProxy>
{
    private const string Report = "User-Name = \"whoever\"\nNAS-Identifier = \"ap-https\"\nAcct-Session-Id = \"https\"\nCalling-Station-Id = \"02-00-00-00-0D-01\"\nAcct-Status-Type = Start\n";

    [Fact]
    public async Task By_https_with_a_certificate_of_the_authority_devices_join_and_reports_are_taken()
    {
        await school.ActivateAsync(await school.TeacherAsync("hjoins"));
        await using var radius = await RadiusServerProcess.StartAsync(school.Certificates, school.Proxy.Https, school.Key, aupdCa: school.WebCa);
        var (isIn, told) = await radius.JoinAsync("hjoins", Person.Password);
        Assert.True(isIn, told + await radius.LogAsync());
        Assert.Equal(Convert.ToHexStringLower("20"u8), RadiusServerProcess.Attribute(told, "Tunnel-Private-Group-Id"));
        Assert.True(await radius.PapAsync("hjoins", Person.Password));
        Assert.False((await radius.JoinAsync("hjoins", "не тот пароль совсем")).In);
        (_, told) = await radius.SendAsync("acct", Report);
        Assert.True(told.Contains("Received Accounting-Response", StringComparison.Ordinal), told + await radius.LogAsync());
        Assert.Equal(1, await school.QueryAsync<long>("select count(*) from workplace.wifi_session where nas = 'ap-https'"));
    }

    // Nobody is let in, and nobody is told a password.
    [Theory, InlineData("authority"), InlineData("name")]
    public async Task Whoever_stands_in_for_the_service_with_a_wrong_certificate_is_told_nothing(string wrong)
    {
        await school.ActivateAsync(await school.TeacherAsync($"hwrong{wrong}"));
        await using var radius = wrong == "name" ? await RadiusServerProcess.StartAsync(school.Certificates, school.Proxy.HttpsByAnotherName, school.Key, aupdCa: school.WebCa)
            : await RadiusServerProcess.StartAsync(school.Certificates, school.Proxy.Https, school.Key, aupdCa: school.Certificates.Ca);
        var before = school.Proxy.Asked;
        Assert.False((await radius.JoinAsync($"hwrong{wrong}", Person.Password)).In);
        Assert.False(await radius.PapAsync($"hwrong{wrong}", Person.Password));
        Assert.DoesNotContain("Received Accounting-Response", (await radius.SendAsync("acct", Report.Replace("ap-https", "ap-wrong", StringComparison.Ordinal), timeout: "2")).Told, StringComparison.Ordinal);
        Assert.Equal(before, school.Proxy.Asked);
        Assert.Equal(0, await school.QueryAsync<long>("select count(*) from workplace.wifi_session where nas = 'ap-wrong'"));
        Assert.Contains("SSL", await radius.LogAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task By_plain_http_from_another_machine_nobody_joins_and_nothing_is_compared_or_kept()
    {
        var person = await school.TeacherAsync("hplain");
        await school.ActivateAsync(person);
        await using var radius = await RadiusServerProcess.StartAsync(school.Certificates, school.Proxy.Http, school.Key);
        var before = school.Proxy.Asked;
        Assert.False((await radius.JoinAsync("hplain", Person.Password)).In);
        Assert.DoesNotContain("Received Accounting-Response", (await radius.SendAsync("acct", Report.Replace("ap-https", "ap-plain", StringComparison.Ordinal), timeout: "2")).Told, StringComparison.Ordinal);
        Assert.True(school.Proxy.Asked > before);
        Assert.Equal((0, 0, 0), (await CountAsync("workplace.wifi_refusal", person), await CountAsync("workplace.wifi_device", person),
            await school.QueryAsync<long>("select count(*) from workplace.wifi_session where nas = 'ap-plain'")));
    }

    [Theory, InlineData("http", HttpStatusCode.Forbidden), InlineData("https", HttpStatusCode.BadRequest)]
    public async Task What_is_missing_is_said_in_a_sentence(string scheme, HttpStatusCode expected)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, school.Service.SchoolUrl + "/radius/authenticate") { Content = new StringContent("{}", null, "application/json") };
        foreach (var (name, value) in new[] { ("Authorization", $"Bearer {school.Key}"), ("X-Forwarded-For", "192.0.2.17"), ("X-Forwarded-Proto", scheme) }) request.Headers.Add(name, value);
        using var answer = await http.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains(scheme == "http" ? "https is needed, or a RADIUS server on this very machine" : "User-Name must be given", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<long> CountAsync(string table, Person person) =>
        await school.QueryAsync<long>($"select count(*) from {table} where profile_id = @profile", new { profile = await school.ProfileAsync(person) });
}

/// <summary>A service that believes the proxy before it.</summary>
public sealed class WifiSchoolBehindProxy : WifiSchool
{
    private readonly TestAuthority _authority = new();

    public TlsProxy Proxy { get; private set; } = null!;
    /// <summary>The authority of the proxy's certificate, where a RADIUS server can read it.</summary>
    public string WebCa => Path.Combine(Certificates.Folder, "web-ca.pem");

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        var settings = await base.BeginFarSideAsync();
        settings["Sites:TrustedProxies"] = "127.0.0.1";
        await File.WriteAllTextAsync(WebCa, await File.ReadAllTextAsync(_authority.CaFile));
        return settings;
    }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Proxy = new TlsProxy(Service.SchoolUrl, _authority.ServerFile);
        await Proxy.StartAsync();
    }

    public override async Task DisposeAsync()
    {
        if (Proxy is not null) await Proxy.DisposeAsync();
        await base.DisposeAsync();
        _authority.Dispose();
    }
}
