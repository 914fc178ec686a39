using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>Devices that know PEAP with MSCHAPv2 alone join by the directory, which has the portal's password.</summary>
[Collection(WithDirectory.Name), Trait("needs", "samba")]
public sealed class PeapTests(School school)
{
    [Fact]
    public async Task By_PEAP_the_directory_lets_in_whom_the_portals_password_is_and_after_dismissal_nobody()
    {
        using var certificates = new Certificates();
        certificates.Make();
        await using var radius = await RadiusServerProcess.StartAsync(certificates, school.Service.SchoolUrl, "none.none", school.Domain.SmbConf);
        var person = await school.TeacherAsync("xpeap");
        await school.ActivateAsync(person);
        await Eventually.HoldsAsync("the password opens PEAP", async () => (await radius.JoinAsync("xpeap", Person.Password, "PEAP", "MSCHAPV2")).In);
        Assert.True((await radius.JoinAsync("OBR\\xpeap", Person.Password, "PEAP", "MSCHAPV2")).In);
        Assert.False((await radius.JoinAsync("xpeap", "не тот пароль совсем", "PEAP", "MSCHAPV2")).In);
        Assert.False((await radius.JoinAsync("xpeap", Person.Password, "PEAP", "MSCHAPV2", serverName: "radius.evil.test")).In);

        const string next = "восемь синих лодочек";
        await school.ChangePasswordAsync(person, Person.Password, next);
        await Eventually.HoldsAsync("the new password opens PEAP", async () => (await radius.JoinAsync("xpeap", next, "PEAP", "MSCHAPV2")).In);
        Assert.False((await radius.JoinAsync("xpeap", Person.Password, "PEAP", "MSCHAPV2")).In);

        await school.DismissAsync(person);
        await Eventually.HoldsAsync("the directory has closed the account", async () => !(await radius.JoinAsync("xpeap", next, "PEAP", "MSCHAPV2")).In);
    }
}
