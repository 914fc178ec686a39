using Aupd.TestKit;
using Aupd.Workplace.Tests.Samba;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>What access points send besides EAP: PAP, reports about sessions, and packets that are not to be answered.</summary>
[Collection(WithRadius.Name), Trait("needs", "radius")]
public sealed class PapAndAccountingTests(WifiSchoolWithRadius school)
{
    private RadiusServerProcess Radius => school.Radius;

    [Fact]
    public async Task By_PAP_the_password_opens_and_a_wrong_one_does_not()
    {
        await school.ActivateAsync(await school.TeacherAsync("apap"));
        Assert.True(await Radius.PapAsync("apap", Person.Password));
        Assert.False(await Radius.PapAsync("apap", "не тот пароль"));
        Assert.False(await Radius.PapAsync("nobody", Person.Password));
        Assert.False(await Radius.PapAsync("apap", ""));
    }

    [Fact]
    public async Task A_packet_that_could_be_forged_gets_no_answer_and_nobody_looks_at_it()
    {
        await school.ActivateAsync(await school.TeacherAsync("aforged"));
        var packet = $"User-Name = \"aforged\"\nUser-Password = \"{Person.Password}\"\n";
        // CVE-2024-3596: without Message-Authenticator, and with another secret (then it is wrong).
        var (_, plain) = await Radius.SendAsync("auth", packet, timeout: "2");
        Assert.DoesNotContain("Received Access", plain, StringComparison.Ordinal);
        var (_, wrong) = await Radius.SendAsync("auth", packet + "Message-Authenticator = 0x00\n", secret: "not-the-secret", timeout: "2");
        Assert.DoesNotContain("Received Access-Accept", wrong, StringComparison.Ordinal);
        Assert.False((await Radius.JoinAsync("aforged", Person.Password, secret: "not-the-secret", seconds: "3")).In);
        Assert.Equal(0, await school.QueryAsync<long>("select count(*) from workplace.wifi_device d join workplace.account a using (profile_id) where a.login = 'aforged'"));
        Assert.True(await Radius.PapAsync("aforged", Person.Password));
    }

    [Theory]
    [InlineData("User-Name = \"apap\"\nCHAP-Password = 0x01020304050607080910111213141516\nMessage-Authenticator = 0x00\n")]
    [InlineData("User-Name = \"apap\"\nMessage-Authenticator = 0x00\n")]
    [InlineData("User-Password = \"x\"\nMessage-Authenticator = 0x00\n")]
    [InlineData("User-Name = \"apap\"\nEAP-Message = 0x02\nMessage-Authenticator = 0x00\n")]
    [InlineData("User-Name = \"apap\"\nMS-CHAP-Challenge = 0x00\nMS-CHAP2-Response = 0x00\nMessage-Authenticator = 0x00\n")]
    public async Task Other_ways_to_ask_are_refused_and_the_server_goes_on(string packet)
    {
        Assert.DoesNotContain("Received Access-Accept", (await Radius.SendAsync("auth", packet, timeout: "2")).Told, StringComparison.Ordinal);
        Assert.False(await Radius.PapAsync("nobody", "x"));
    }

    [Fact]
    public async Task A_session_is_kept_once_however_often_and_in_whatever_order_it_is_reported()
    {
        var person = await school.TeacherAsync("asession");
        await school.ActivateAsync(person);
        const string session = "User-Name = \"asession\"\nNAS-Identifier = \"ap-1\"\nAcct-Session-Id = \"5F3A-1\"\nCalling-Station-Id = \"02:00:00:00:0A:01\"\nCalled-Station-Id = \"0A-00-00-00-00-0A:school\"\n";
        var stop = session + "Acct-Status-Type = Stop\nAcct-Session-Time = 600\nAcct-Input-Octets = 1000\nAcct-Input-Gigawords = 2\nAcct-Output-Octets = 4294967295\nAcct-Terminate-Cause = User-Request\n";
        await AcceptsAsync(session + "Acct-Status-Type = Start\n");
        school.Clock.Advance(TimeSpan.FromSeconds(600));
        await AcceptsAsync(stop);
        await AcceptsAsync(stop);
        // Ten at once, and a report from the middle that comes after the end.
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AcceptsAsync(stop)));
        await AcceptsAsync(session + "Acct-Status-Type = Interim-Update\nAcct-Session-Time = 300\nAcct-Input-Octets = 500\nAcct-Delay-Time = 20\n");
        Assert.Equal($"1|{await school.ProfileAsync(person)}|02-00-00-00-0a-01|0a-00-00-00-00-0a|600|8589935592|4294967295|User-Request|true", await school.QueryAsync<string>("""
            select count(*) over () || '|' || profile_id || '|' || device || '|' || access_point || '|' || seconds || '|' || octets_in || '|' || octets_out || '|' || end_cause || '|' || (ended_at is not null)
              from workplace.wifi_session where device = '02-00-00-00-0a-01'
            """));
        Assert.True(await school.QueryAsync<bool>("select ended_at - began_at = interval '600 seconds' from workplace.wifi_session where device = '02-00-00-00-0a-01'"));
        school.SetClock();
    }

    [Fact]
    public async Task An_access_point_that_restarts_ends_its_sessions_and_no_others()
    {
        foreach (var ap in new[] { "ap-on", "ap-other" })
            await AcceptsAsync($"User-Name = \"whoever\"\nNAS-Identifier = \"{ap}\"\nAcct-Session-Id = \"{ap}\"\nCalling-Station-Id = \"02-00-00-00-0B-01\"\nAcct-Status-Type = Start\n");
        // Time passes: what begins in the same moment as the restart belongs to the time after it.
        school.Clock.Advance(TimeSpan.FromSeconds(5));
        await AcceptsAsync("NAS-Identifier = \"ap-on\"\nAcct-Session-Id = \"0\"\nAcct-Status-Type = Accounting-On\n");
        Assert.Equal("ap-on", await school.QueryAsync<string>("select string_agg(nas, ',') from workplace.wifi_session where device = '02-00-00-00-0b-01' and ended_at is not null"));
        Assert.Equal(2, await school.QueryAsync<long>("select count(*) from workplace.wifi_session where device = '02-00-00-00-0b-01' and profile_id is null"));
    }

    [Fact]
    public async Task While_the_service_is_away_a_report_gets_no_answer_so_that_it_is_sent_again()
    {
        await using var gate = new Gate(new Uri(school.Service.SchoolUrl).Port);
        await using var radius = await RadiusServerProcess.StartAsync(school.Certificates, $"http://127.0.0.1:{gate.Port}", school.Key);
        const string packet = "User-Name = \"whoever\"\nNAS-Identifier = \"ap-away\"\nAcct-Session-Id = \"away\"\nCalling-Station-Id = \"02-00-00-00-0C-01\"\nAcct-Status-Type = Start\n";
        gate.Shut();
        Assert.DoesNotContain("Received Accounting-Response", (await radius.SendAsync("acct", packet, timeout: "2")).Told, StringComparison.Ordinal);
        gate.Open();
        await Eventually.HoldsAsync("the report is taken", async () => (await radius.SendAsync("acct", packet)).Told.Contains("Received Accounting-Response", StringComparison.Ordinal));
        Assert.Equal(1, await school.QueryAsync<long>("select count(*) from workplace.wifi_session where nas = 'ap-away'"));
    }

    [Fact]
    public async Task Fifty_checks_in_a_row_are_all_answered()
    {
        await school.ActivateAsync(await school.TeacherAsync("acrowd"));
        Assert.True(await Radius.PapAsync("acrowd", Person.Password));
        // One after the other from one device: more at once would be as many tries.
        var (_, told) = await Radius.SendAsync("auth", $"User-Name = \"acrowd\"\nUser-Password = \"{Person.Password}\"\nCalling-Station-Id = \"02-00-00-00-00-01\"\nMessage-Authenticator = 0x00\n", count: 50);
        Assert.Equal(50, told.Split("Received Access-Accept").Length - 1);
    }

    private async Task AcceptsAsync(string packet)
    {
        var (_, told) = await Radius.SendAsync("acct", packet);
        Assert.Contains("Received Accounting-Response", told, StringComparison.Ordinal);
    }
}
