using Aupd.Portal.Doors;
using Aupd.TestKit;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>A service with a FreeRADIUS before it.</summary>
public sealed class WifiSchoolWithRadius : WifiSchool
{
    public RadiusServerProcess Radius { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Radius = await RadiusServerProcess.StartAsync(Certificates, Service.SchoolUrl, Key);
    }

    public override async Task DisposeAsync()
    {
        await Radius.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>All tests with a RADIUS server and no directory share one.</summary>
[CollectionDefinition(Name)]
public sealed class WithRadius : ICollectionFixture<WifiSchoolWithRadius>
{
    public const string Name = "a school with a RADIUS server";
}

/// <summary>Devices join by a real RADIUS server: EAP-TTLS with PAP inside.</summary>
[Collection(WithRadius.Name), Trait("needs", "radius")]
public sealed class EapTests(WifiSchoolWithRadius school)
{
    private RadiusServerProcess Radius => school.Radius;

    [Theory]
    [InlineData("tls_disable_tlsv1_3=1")]
    [InlineData("tls_disable_tlsv1_3=0")]
    public async Task After_activation_a_device_joins_and_gets_the_network_of_the_role(string version)
    {
        var login = version.EndsWith('0') ? "efirst3" : "efirst2";
        var person = await school.TeacherAsync(login);
        Assert.False((await Radius.JoinAsync(login, Person.Password, phase1: version)).In);
        await school.ActivateAsync(person);
        var (isIn, told) = await Radius.JoinAsync(login, Person.Password, phase1: version);
        Assert.True(isIn, told);
        Assert.Equal((Convert.ToHexStringLower("20"u8), login), (RadiusServerProcess.Attribute(told, "Tunnel-Private-Group-Id"), RadiusServerProcess.Attribute(told, "User-Name")));
        Assert.Equal(("0000000d", "00000006"), (RadiusServerProcess.Attribute(told, "Tunnel-Type"), RadiusServerProcess.Attribute(told, "Tunnel-Medium-Type")));
        Assert.Equal("14400", RadiusServerProcess.Attribute(told, "Session-Timeout"));
        Assert.Equal(Convert.ToHexStringLower("teacher;4185;none"u8), RadiusServerProcess.Attribute(told, "Class"));
        Assert.Contains("MPPE keys OK: 1", told, StringComparison.Ordinal);
        Assert.False((await Radius.JoinAsync(login, "не тот пароль совсем", phase1: version)).In);
    }

    [Theory]
    [InlineData("eodd1", "семь вёсел \"и\" \\ один {руль} %{User-Name}")]
    [InlineData("eodd2", "%{exec:/bin/touch /tmp/aupd-owned} `id`; $(id) ' or 1=1 --")]
    [InlineData("eodd3", "ключ🔑 €ñß ﬁ Ω")]
    [InlineData("eodd4", "хвостик с пробелом  посреди")]
    public async Task Whatever_stands_in_a_password_is_the_password(string login, string password)
    {
        var person = await school.TeacherAsync(login);
        await school.ActivateAsync(person);
        await school.ChangePasswordAsync(person, Person.Password, password);
        Assert.True((await Radius.JoinAsync(login, password)).In);
        Assert.False((await Radius.JoinAsync(login, password + "x")).In);
        Assert.False(File.Exists("/tmp/aupd-owned"));
        Assert.DoesNotContain(password, await Radius.LogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_password_opens_and_the_old_one_is_refused_at_once()
    {
        const string next = "девять рыжих лисичек";
        var person = await school.TeacherAsync("echange");
        await school.ActivateAsync(person);
        Assert.True((await Radius.JoinAsync("echange", Person.Password)).In);
        await school.ChangePasswordAsync(person, Person.Password, next);
        Assert.False((await Radius.JoinAsync("echange", Person.Password)).In);
        Assert.True((await Radius.JoinAsync("echange", next)).In);
        Assert.False((await Radius.JoinAsync("echange", Person.Password)).In);
    }

    [Fact]
    public async Task Who_is_dismissed_or_closed_does_not_join()
    {
        var dismissed = await school.TeacherAsync("eleaver");
        var closed = await school.PupilAsync("eclosed");
        foreach (var person in new[] { dismissed, closed })
        {
            await school.ActivateAsync(person);
            Assert.True((await Radius.JoinAsync(person.Login, Person.Password)).In);
        }
        await school.DismissAsync(dismissed);
        await using (var scope = school.Service.Portal.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(closed.AccountId, "test"));
        foreach (var person in new[] { dismissed, closed }) Assert.False((await Radius.JoinAsync(person.Login, Person.Password)).In);
    }

    [Fact]
    public async Task A_device_tells_its_password_to_no_server_of_another_name_or_authority()
    {
        await school.ActivateAsync(await school.TeacherAsync("epinned"));
        var before = await school.QueryAsync<long>("select count(*) from workplace.wifi_device");
        foreach (var (name, ca) in new[] { ("radius.evil.test", school.Certificates.Ca), (WifiSchool.ServerName, school.Certificates.OtherCa) })
        {
            var (isIn, told) = await Radius.JoinAsync("epinned", Person.Password, serverName: name, ca: ca);
            Assert.False(isIn);
            Assert.Contains("CTRL-EVENT-EAP-TLS-CERT-ERROR", told, StringComparison.Ordinal);
        }
        Assert.Equal(before, await school.QueryAsync<long>("select count(*) from workplace.wifi_device"));
        Assert.Empty(await school.Get<IRadiusServers>().RefusalsAsync("epinned", 1, default) ?? []);
    }

    [Theory]
    [InlineData("espelt", true)]
    [InlineData("ESPELT@obr.test", true)]
    [InlineData("espelt@zao.obr.test", true)]
    [InlineData("%{User-Name}", false)]
    [InlineData("%{exec:/bin/touch /tmp/aupd-owned}", false)]
    [InlineData("../../espelt", false)]
    [InlineData("admin\0espelt", false)]
    [InlineData("учитель", false)]
    public async Task A_name_is_a_login_or_nobody_and_never_an_expression(string typed, bool opens)
    {
        if (await school.QueryAsync<long>("select count(*) from signin.login where login = 'espelt'") == 0) await school.ActivateAsync(await school.TeacherAsync("espelt"));
        var (isIn, told) = await Radius.JoinAsync(typed, Person.Password, mac: "02:00:00:00:05:05");
        Assert.True(opens == isIn, told);
        if (opens) Assert.Equal("espelt", RadiusServerProcess.Attribute(told, "User-Name"));
        Assert.False(File.Exists("/tmp/aupd-owned"));
    }

    [Fact]
    public async Task Thirty_devices_join_at_once()
    {
        await school.ActivateAsync(await school.TeacherAsync("ethirty"));
        await school.ActivateAsync(await school.PupilAsync("ethirty-too"));
        var joined = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Radius.JoinAsync(i % 2 == 0 ? "ethirty" : "ethirty-too", Person.Password, mac: $"02:00:00:00:30:{i:D2}")));
        Assert.All(joined, j => Assert.True(j.In, j.Told));
        Assert.Equal(["3230", "3330"], joined.Select(j => RadiusServerProcess.Attribute(j.Told, "Tunnel-Private-Group-Id")!).Distinct().Order());
    }

    [Fact]
    public async Task While_the_service_is_away_everyone_is_refused_quickly_and_the_server_goes_on()
    {
        await using var gate = new Gate(new Uri(school.Service.SchoolUrl).Port);
        await using var radius = await RadiusServerProcess.StartAsync(school.Certificates, $"http://127.0.0.1:{gate.Port}", school.Key);
        await school.ActivateAsync(await school.TeacherAsync("eaway"));
        Assert.True((await radius.JoinAsync("eaway", Person.Password)).In);
        gate.Shut();
        var (isIn, told) = await radius.JoinAsync("eaway", Person.Password);
        Assert.False(isIn, told + await radius.LogAsync());
        Assert.False(await radius.PapAsync("eaway", Person.Password));
        gate.Open();
        Assert.True(await Eventually.GetAsync("it joins again", async () => (await radius.JoinAsync("eaway", Person.Password)).In ? "yes" : null) is "yes");
    }

    [Fact]
    public async Task A_server_that_starts_while_the_service_is_away_starts_and_one_with_a_wrong_key_lets_nobody_in()
    {
        await school.ActivateAsync(await school.TeacherAsync("ekey"));
        await using (var alone = await RadiusServerProcess.StartAsync(school.Certificates, $"http://127.0.0.1:{ProgramProcess.FreePort()}", school.Key))
            Assert.False((await alone.JoinAsync("ekey", Person.Password)).In);
        await using var stranger = await RadiusServerProcess.StartAsync(school.Certificates, school.Service.SchoolUrl, "test.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        Assert.False((await stranger.JoinAsync("ekey", Person.Password)).In);
    }
}
