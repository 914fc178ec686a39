using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>A region whose directory wants complex passwords, and is away.</summary>
public sealed class StrictDirectorySite : GatewaySite
{
    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["Workplace:Directory:Server"] = "127.0.0.1", ["Workplace:Directory:Port"] = ProgramProcess.FreePort().ToString(), // Any file: nobody hears us.
        ["Workplace:Directory:CaFile"] = base.Settings["OpenId:ClientsFile"],
        ["Workplace:Directory:BindName"] = "nobody", ["Workplace:Directory:BindPassword"] = "nothing", ["SchoolPasswords:IsComplex"] = "true",
    };
}

/// <summary>A password that was chosen before the domain's rules were told.</summary>
public sealed class StrictDirectoryTests(StrictDirectorySite site) : IClassFixture<StrictDirectorySite>
{
    [Fact, Trait("takes", "long")]
    public async Task At_activation_it_is_said_at_once_that_school_computers_will_not_take_the_password()
    {
        using var browser = await site.ActivatedAsync(await site.TeacherAsync(0));
        Assert.Equal("/activated?password=too-plain", browser.Url.PathAndQuery);
        Assert.Contains("добавьте в него заглавную букву и цифру", browser.Text, StringComparison.Ordinal);
        foreach (var word in new[] { "anything", "%00", "%3Cscript%3E" })
        {
            await browser.GetAsync(site.Service.SchoolUrl + "/activated?password=" + word);
            Assert.DoesNotContain("Школьные компьютеры не приняли", browser.Text, StringComparison.Ordinal);
            Assert.Contains("Ваш логин", browser.Text, StringComparison.Ordinal);
        }
    }
}
