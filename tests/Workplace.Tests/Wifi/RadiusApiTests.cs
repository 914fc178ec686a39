using System.Net;
using Aupd.Kernel.Audit;
using Aupd.Portal.Doors;
using Aupd.SignIn.Doors;
using Aupd.TestKit;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Wifi;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>What a RADIUS server is answered, over HTTP and without one: who may join, which network, and what is refused how.</summary>
[Collection(WithWifi.Name)]
public sealed class RadiusApiTests(WifiSchool school)
{
    private const HttpStatusCode Yes = HttpStatusCode.OK, No = HttpStatusCode.Unauthorized;

    [Fact, Trait("takes", "long")]
    public async Task Whoever_is_activated_joins_with_the_portals_password_and_gets_the_network_of_the_role()
    {
        var teacher = await school.TeacherAsync("wteacher");
        Assert.Equal(No, await school.StatusAsync("wteacher", Person.Password));
        await school.ActivateAsync(teacher);
        using var answer = await school.AskAsync("wteacher", Person.Password);
        Assert.Equal(new Dictionary<string, string>
        {
            ["User-Name"] = "wteacher", ["Tunnel-Type"] = "VLAN", ["Tunnel-Medium-Type"] = "IEEE-802", ["Tunnel-Private-Group-Id"] = "20", ["Class"] = "teacher;4185;none",
            ["Session-Timeout"] = "14400", ["Termination-Action"] = "RADIUS-Request",
        }, await WifiSchool.ReplyAsync(answer));
        var pupil = await school.PupilAsync("wpupil");
        await school.ActivateAsync(pupil);
        using var pupils = await school.AskAsync("wpupil", Person.Password);
        var reply = await WifiSchool.ReplyAsync(pupils);
        Assert.Equal(("30", "pupil;4185;5А"), (reply["Tunnel-Private-Group-Id"], reply["Class"]));
        await school.MoveAsync(pupil);
        using var moved = await school.AskAsync("wpupil", Person.Password);
        Assert.Equal("guests-653", (await WifiSchool.ReplyAsync(moved))["Tunnel-Private-Group-Id"]);
    }

    [Theory]
    [InlineData("wspelt", true)]
    [InlineData("WSPELT", true)]
    [InlineData(" wspelt ", true)]
    [InlineData("wspelt@obr.test", true)]
    [InlineData("WSpelt@ZAO.obr.TEST", true)]
    [InlineData("wspelt@evil.test", false)]
    [InlineData("wspelt@evilobr.test", false)]
    [InlineData("wspelt@", false)]
    [InlineData("wspelt@obr.test@obr.test", false)]
    [InlineData("wspelt\0", false)]
    [InlineData("%{User-Name}", false)]
    [InlineData("../../wspelt", false)]
    [InlineData("wspelt' or '1'='1", false)]
    [InlineData("учитель🎄", false)]
    public async Task A_login_is_known_in_each_of_its_spellings_and_nothing_else_is_one(string typed, bool opens)
    {
        if (await school.QueryAsync<long>("select count(*) from signin.login where login = 'wspelt'") == 0) await school.ActivateAsync(await school.TeacherAsync("wspelt"));
        Assert.Equal(opens ? Yes : No, await school.StatusAsync(typed, Person.Password, accessPoint: "0A-00-00-00-00-02"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_changed_password_opens_and_the_old_one_is_refused_at_once_although_it_was_remembered()
    {
        const string next = "семь вёсел \"и\" \\ один {руль} %{User-Name} €ñ";
        var person = await school.TeacherAsync("wchange");
        await school.ActivateAsync(person);
        Assert.Equal([Yes, Yes], [await school.StatusAsync("wchange", Person.Password), await school.StatusAsync("wchange", Person.Password)]);
        await school.ChangePasswordAsync(person, Person.Password, next);
        Assert.Equal([No, Yes, No], [await school.StatusAsync("wchange", Person.Password), await school.StatusAsync("wchange", next), await school.StatusAsync("wchange", Person.Password)]);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_device_that_roams_costs_no_hash_and_a_guess_costs_one_also_while_the_password_is_remembered()
    {
        var person = await school.TeacherAsync("wroam");
        await school.ActivateAsync(person);
        Assert.Equal(Yes, await school.StatusAsync("wroam", Person.Password));
        var gate = school.Service.Portal.Services.GetRequiredService<Portal.Passwords.HashGate>();
        var before = gate.Begun;
        for (var i = 0; i < 10; i++) Assert.Equal(Yes, await school.StatusAsync("wroam", Person.Password, accessPoint: $"0A-00-00-00-01-0{i}"));
        Assert.Equal(before, gate.Begun);
        // Guesses are counted before what is remembered is looked at: after five the right one is no answer either, from there.
        for (var i = 0; i < 5; i++) Assert.Equal(No, await school.StatusAsync("wroam", "не тот пароль", device: "02-00-00-00-66-66"));
        Assert.Equal(before + 5, gate.Begun);
        Assert.Equal(No, await school.StatusAsync("wroam", Person.Password, device: "02-00-00-00-66-66"));
        Assert.Equal(Yes, await school.StatusAsync("wroam", Person.Password));
        school.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(Yes, await school.StatusAsync("wroam", Person.Password));
        Assert.Equal(before + 6, gate.Begun);
        school.SetClock();
    }

    [Fact, Trait("takes", "long")]
    public async Task Who_is_dismissed_or_closed_is_refused_at_once_and_support_reads_why()
    {
        var dismissed = await school.TeacherAsync("wdismissed");
        var closed = await school.TeacherAsync("wclosed");
        foreach (var person in new[] { dismissed, closed })
        {
            await school.ActivateAsync(person);
            Assert.Equal(Yes, await school.StatusAsync(person.Login, Person.Password));
        }
        await school.DismissAsync(dismissed);
        Assert.Equal(No, await school.StatusAsync("wdismissed", Person.Password));
        await using (var scope = school.Service.Portal.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(closed.AccountId, "test"));
        Assert.Equal(No, await school.StatusAsync("wclosed", Person.Password));
        Assert.Equal(["no-role", "disabled"], [await ReasonAsync("wdismissed"), await ReasonAsync("wclosed")]);
        await school.ReturnAsync(dismissed);
        await Eventually.HoldsAsync("who is back is let in", async () => await school.StatusAsync("wdismissed", Person.Password) == Yes);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_forgotten_device_leaves_one_line_for_ten_tries_and_support_finds_it_by_its_number()
    {
        var person = await school.TeacherAsync("wforgotten");
        await school.ActivateAsync(person);
        for (var i = 0; i < 30; i++) Assert.Equal(No, await school.StatusAsync("wforgotten", "прошлогодний пароль", device: "02-00-00-00-77-01", accessPoint: "0A-00-00-00-00-77:school"));
        var lines = (await school.Get<IRadiusServers>().RefusalsAsync("WForgotten", 10, default))!.OrderBy(l => l.Reason, StringComparer.Ordinal).ToList();
        Assert.Equal([("locked", 25), ("wrong-password", 5)], lines.Select(l => (l.Reason, l.Times)));
        Assert.All(lines, l => Assert.Equal(("test", "0a-00-00-00-00-77", "wforgotten"), (l.Server, l.AccessPoint, l.Login)));
        var profile = (await school.ProfileAsync(person)).ToString();
        Assert.Equal(3, await school.QueryAsync<long>("select count(*) from kernel.audit where act = 'workplace.wifi-refused' and subject = @profile", new { profile }));
        var story = await school.Get<TraceReport>().RunAsync(TraceNumber.TryParse(lines[1].Trace)!, russian: true, "test", default);
        Assert.Contains("Школьный Wi-Fi не пустил", story[0], StringComparison.Ordinal);
        Assert.Contains(story, l => l.Contains("пароль не подошёл", StringComparison.Ordinal));
        Assert.Equal(0, await school.QueryAsync<long>("select count(*) from kernel.audit where details::text like '%прошлогодний%'"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_flood_against_a_person_or_from_an_access_point_keeps_nobody_out_who_has_joined_before()
    {
        var victim = await school.TeacherAsync("wvictim");
        var stranger = await school.TeacherAsync("wstranger");
        await school.ActivateAsync(victim);
        await school.ActivateAsync(stranger);
        Assert.Equal(Yes, await school.StatusAsync("wvictim", Person.Password, device: "02-00-00-00-88-01", accessPoint: "0A-00-00-00-08-08"));
        // Forty devices guess: after thirty wrong ones in an hour, unknown devices together get one try in half a minute.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => school.StatusAsync("wvictim", $"догадка {i}", device: $"02-00-00-00-99-{i:D2}", accessPoint: "0A-00-00-00-08-08")));
        Assert.Equal(Yes, await school.StatusAsync("wvictim", Person.Password, device: "02-00-00-00-88-01", accessPoint: "0A-00-00-00-08-08"));
        Assert.Equal(Yes, await school.StatusAsync("wstranger", Person.Password, device: "02-00-00-00-88-02", accessPoint: "0A-00-00-00-08-08"));
        // And the portal's own sign-in knows nothing of it.
        using var browser = await school.SignInAsync(victim, Person.Password);
        Assert.Equal(200, (int)browser.Status);
        Assert.NotEqual("/login", browser.Url.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Of_thirty_guesses_at_once_five_are_compared()
    {
        var person = await school.TeacherAsync("wrace");
        await school.ActivateAsync(person);
        var gate = school.Service.Portal.Services.GetRequiredService<Portal.Passwords.HashGate>();
        var before = gate.Begun;
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => school.StatusAsync("wrace", $"догадка {i}", device: "02-00-00-00-aa-01")));
        Assert.All(answers, a => Assert.Equal(No, a));
        Assert.Equal(before + 5, gate.Begun);
        // And right ones that come at once are all let in, as when every device of a person wakes up.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(i => school.StatusAsync("wrace", Person.Password, device: $"02-00-00-00-ab-{i:D2}"))), a => Assert.Equal(Yes, a));
    }

    [Fact]
    public async Task An_unknown_login_costs_the_same_hash_and_is_locked_after_as_many_tries()
    {
        var gate = school.Service.Portal.Services.GetRequiredService<Portal.Passwords.HashGate>();
        var before = gate.Begun;
        for (var i = 0; i < 7; i++)
        {
            using var answer = await school.AskAsync("nobody-at-all", Person.Password, device: "02-00-00-00-bb-01", accessPoint: "0A-00-00-00-0B-0B");
            Assert.Equal((No, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
        Assert.Equal(before + 5, gate.Begun);
        var lines = (await school.Get<IRadiusServers>().RefusalsAsync(null, 200, default))!.Where(l => l.AccessPoint == "0a-00-00-00-0b-0b");
        Assert.Equal([("locked", 2), ("unknown-login", 5)], lines.Select(l => (l.Reason, l.Times)).Order());
        Assert.All(lines, l => Assert.Null(l.Login));
    }

    [Fact]
    public async Task A_server_of_one_school_gives_others_the_visitors_network_or_none()
    {
        var person = await school.TeacherAsync("wvisitor");
        await school.ActivateAsync(person);
        var key = (await school.Get<IRadiusServers>().AddAsync("sao", ["653"], "test", default))!;
        using var answer = await school.AskAsync("wvisitor", Person.Password, key: key);
        var reply = await WifiSchool.ReplyAsync(answer);
        Assert.Equal(("90", "visitor;4185;none"), (reply["Tunnel-Private-Group-Id"], reply["Class"]));
        var strict = new WifiPlaces(new WifiSettings(), new DirectorySettings(), new SignIn.SignInSettings());
        Assert.Null(strict.Of([new People.DesiredPlace(true, true, "4185", null, "Школа", null, "учитель")], ["653"]));
    }

    private async Task<string> ReasonAsync(string login) => (await school.Get<IRadiusServers>().RefusalsAsync(login, 1, default))!.Single().Reason;
}
