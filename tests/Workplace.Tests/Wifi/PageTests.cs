using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>The cabinet's page about Wi-Fi, and the files that set devices up.</summary>
[Collection(WithWifi.Name)]
public sealed class PageTests(WifiSchool school)
{
    [Fact]
    public async Task The_page_says_how_to_join_that_it_works_and_why_it_did_not()
    {
        var person = await school.TeacherAsync("vpage");
        using var browser = await school.ActivateAsync(person);
        Assert.NotNull(browser.Page.QuerySelector("a[href='/cabinet/wifi']"));
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/wifi");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains(WifiSchool.Ssid, browser.Text, StringComparison.Ordinal);
        Assert.Contains(Fingerprint(), browser.Text, StringComparison.Ordinal);
        Assert.Empty(browser.Page.QuerySelectorAll("[role=status]"));
        await school.StatusAsync("vpage", Person.Password);
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/wifi");
        Assert.Contains("Работает", browser.Text, StringComparison.Ordinal);
        school.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++) await school.StatusAsync("vpage", "прошлогодний пароль");
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/wifi");
        Assert.Contains("Не получилось подключиться", browser.Text, StringComparison.Ordinal);
        Assert.Contains("попыток за час: 3", browser.Text, StringComparison.Ordinal);
        Assert.Contains("Если вы недавно сменили его", browser.Text, StringComparison.Ordinal);
        // It works again: nothing is held against it.
        school.Clock.Advance(TimeSpan.FromMinutes(2));
        await school.StatusAsync("vpage", Person.Password);
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/wifi");
        Assert.Contains("Работает", browser.Text, StringComparison.Ordinal);
        school.SetClock();
    }

    [Fact]
    public async Task The_lamp_of_the_wifi_follows_what_the_last_try_came_to()
    {
        using var browser = await school.ActivateAsync(await school.TeacherAsync("vlamp"));
        Assert.Equal("○ Школьный Wi-Fi: ещё не пользовались", await LampAsync(browser));
        await school.StatusAsync("vlamp", Person.Password);
        Assert.Equal("✓ Школьный Wi-Fi: работает", await LampAsync(browser));
        school.Clock.Advance(TimeSpan.FromSeconds(1));
        await school.StatusAsync("vlamp", "прошлогодний пароль");
        Assert.Equal("✕ Школьный Wi-Fi: не работает", await LampAsync(browser));
        Assert.Contains("впишите новый в настройках Wi-Fi", browser.Text, StringComparison.Ordinal);
        school.SetClock();
    }

    private async Task<string?> LampAsync(Browser browser)
    {
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        return browser.Page.QuerySelector("#part-wifi")?.TextContent.Trim();
    }

    [Fact]
    public async Task Who_is_not_signed_in_gets_neither_page_nor_file()
    {
        using var browser = new Browser(school.Service.SchoolUrl);
        foreach (var path in new[] { "/cabinet/wifi", "/cabinet/wifi?handler=File&kind=apple" })
        {
            await browser.GetAsync(school.Service.SchoolUrl + path);
            Assert.Equal("/continue", browser.Location?.AbsolutePath);
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task Each_file_pins_authority_and_name_and_holds_no_password()
    {
        using var browser = await school.ActivateAsync(await school.TeacherAsync("vfile"));
        var ca = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(school.Certificates.Ca));
        var pinned = Convert.ToBase64String(ca.RawData);

        var apple = await FileAsync(browser, "apple", "application/x-apple-aspen-config");
        Assert.Equal([pinned], apple.Descendants("data").Select(d => d.Value));
        var strings = apple.Descendants("string").Select(s => s.Value).ToList();
        Assert.Superset(new HashSet<string> { WifiSchool.Ssid, WifiSchool.ServerName, "vfile", "PAP", "anonymous@obr.test", "WPA2" }, strings.ToHashSet());
        // The network's payload trusts the very certificate that comes with it.
        var anchor = apple.Descendants("key").Single(k => k.Value == "PayloadCertificateAnchorUUID").ElementsAfterSelf().First().Value.Trim();
        Assert.Equal(2, strings.Count(s => s == anchor));
        Assert.Equal("21", apple.Descendants("integer").Last().Value);

        var windows = await FileAsync(browser, "windows", "application/xml");
        string Of(string name) => windows.Descendants().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal((WifiSchool.ServerName, "true", "anonymous@obr.test", "21"), (Of("ServerNames"), Of("DisablePrompt"), Of("AnonymousIdentity"), Of("Type")));
        Assert.Equal(ca.Thumbprint, Of("TrustedRootCAHash").Replace(" ", "", StringComparison.Ordinal), ignoreCase: true);
        Assert.Equal(WifiSchool.Ssid, System.Text.Encoding.UTF8.GetString(Convert.FromHexString(Of("hex"))));

        var android = await FileAsync(browser, "android", "application/eap-config");
        Assert.Equal((pinned, WifiSchool.ServerName, "vfile@obr.test", WifiSchool.Ssid), (android.Descendants("CA").Single().Value, android.Descendants("ServerID").Single().Value,
            android.Descendants("UserName").Single().Value, android.Descendants("SSID").Single().Value));
        foreach (var file in new[] { apple, windows, android }) Assert.DoesNotContain(file.Descendants(), e => e.Name.LocalName == "Password" || e.Value == "Password");

        foreach (var kind in new[] { "", "APPLE", "../apple", "x" })
        {
            await browser.GetAsync($"{school.Service.SchoolUrl}/cabinet/wifi?handler=File&kind={kind}");
            Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        }
    }

    private string Fingerprint()
    {
        var hash = Convert.ToHexString(SHA256.HashData(X509Certificate2.CreateFromPem(File.ReadAllText(school.Certificates.Ca)).RawData));
        return string.Join(':', Enumerable.Range(0, 32).Select(i => hash.Substring(2 * i, 2)));
    }

    private async Task<XDocument> FileAsync(Browser browser, string kind, string mediaType)
    {
        await browser.GetAsync($"{school.Service.SchoolUrl}/cabinet/wifi?handler=File&kind={kind}");
        Assert.Equal((HttpStatusCode.OK, mediaType), (browser.Status, browser.Answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("attachment", browser.Answer.Content.Headers.ContentDisposition?.DispositionType);
        // No document type of the file is fetched.
        using var reader = System.Xml.XmlReader.Create(new MemoryStream(await browser.Answer.Content.ReadAsByteArrayAsync()),
            new System.Xml.XmlReaderSettings { DtdProcessing = System.Xml.DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader);
    }
}
