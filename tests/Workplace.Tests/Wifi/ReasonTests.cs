using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Aupd.Kernel.Audit;
using Aupd.Portal.Doors;
using Aupd.Portal.Passwords;
using Aupd.SignIn.Doors;
using Aupd.TestKit;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Tests.Samba;
using Aupd.Workplace.Wifi;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Workplace.Tests.Wifi;

/// <summary>Every reason for which the Wi-Fi lets somebody in not, by a real RADIUS server: the refusal, its reason in the trail, and what the person reads
/// where the login's places are listed.</summary>
[Trait("needs", "radius")]
public sealed class ReasonTests(StrictWifiSchool school) : IClassFixture<StrictWifiSchool>, IDisposable
{
    private const string Own = "мой собственный пароль";

    public void Dispose()
    {
        school.ToPortal.Open();
        school.SetClock();
    }

    /// <summary>With what the person sees: lamp and sentence, or the page in its place; null: nobody sees anything.</summary>
    public static TheoryData<string, string?> Reasons => new()
    {
        { RefusalReason.WrongPassword, "✕ Школьный Wi-Fi: не работает|Пароль не подошёл." },
        { RefusalReason.Locked, "✕ Школьный Wi-Fi: не работает|Подождите 15 минут и впишите пароль заново." },
        // Whom no school has sees that before any page of the cabinet.
        { RefusalReason.NoRole, "/no-account" },
        { RefusalReason.OtherSchool, "✕ Школьный Wi-Fi: не работает|Эта сеть — другой школы." },
        // Passes by itself: the lamp stays as it was.
        { RefusalReason.Busy, "○ Школьный Wi-Fi: ещё не пользовались|" },
        { RefusalReason.PortalDown, "○ Школьный Wi-Fi: ещё не пользовались|" },
        // Nobody is there, or is let in, to read it.
        { RefusalReason.UnknownLogin, null },
        { RefusalReason.Disabled, null },
        // Has to choose a password first.
        { RefusalReason.FirstPassword, null },
    };

    [Fact]
    public void No_reason_is_left_out() => Assert.Equal(
        typeof(RefusalReason).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal),
        Reasons.Select(r => (string)r[0]!).Order(StringComparer.Ordinal));

    /// <summary>But for the one with a way of its own.</summary>
    public static IEnumerable<object?[]> AtOnce => Reasons.Where(r => (string)r[0]! != RefusalReason.FirstPassword);

    [Theory, MemberData(nameof(AtOnce))]
    public async Task Who_is_refused_is_told_why(string reason, string? lamp)
    {
        var person = await school.TeacherAsync($"q-{reason}"[..Math.Min(20, reason.Length + 2)]);
        using var browser = reason == RefusalReason.UnknownLogin ? null : await school.ActivateAsync(person);
        Assert.False(await AskAsync(reason, person));
        await IsKeptAsync(reason, reason == RefusalReason.UnknownLogin ? null : person);
        if (lamp is null) return;
        await browser!.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        await browser.FollowAsync();
        if (lamp.StartsWith('/')) { Assert.Equal(lamp, browser.Url.AbsolutePath); return; }
        Assert.Equal(lamp.Split('|')[0], browser.Page.QuerySelector("#part-wifi")?.TextContent.Trim());
        Assert.Contains(lamp.Split('|')[1], browser.Page.QuerySelector("section[aria-labelledby=part-wifi]")!.TextContent, StringComparison.Ordinal);
    }

    // The whole way of a child whose password a parent has set anew.
    [Fact]
    public async Task The_password_of_a_sheet_opens_no_wifi_until_the_person_has_chosen_an_own_one()
    {
        var person = await school.PupilAsync("qfirst");
        using (await school.ActivateAsync(person)) { }
        Assert.True(await school.Radius.PapAsync(person.Login, Person.Password));
        var first = await school.SetFirstPasswordAsync(person);
        Assert.False(await school.Radius.PapAsync(person.Login, Person.Password));
        school.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await school.Radius.PapAsync(person.Login, first));
        Assert.False((await school.Radius.JoinAsync(person.Login, first)).In);
        await IsKeptAsync(RefusalReason.FirstPassword, person, times: 2, others: RefusalReason.WrongPassword);

        using var browser = new Browser(school.Service.PortalUrl);
        await browser.GetAsync(school.Service.PortalUrl + "/login");
        await browser.SubmitAsync(("Login", person.Phone), ("Password", first));
        await browser.FollowAsync();
        Assert.Equal("/login/new-password", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Password", Own));
        await browser.GetAsync(school.Service.SchoolUrl + "/signin/start");
        await browser.FollowAsync();
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        Assert.Equal("✕ Школьный Wi-Fi: не работает", browser.Page.QuerySelector("#part-wifi")?.TextContent.Trim());
        Assert.Contains("Пароль с листка открывает только портал.", browser.Text, StringComparison.Ordinal);

        school.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.False(await school.Radius.PapAsync(person.Login, first));
        Assert.True(await school.Radius.PapAsync(person.Login, Own));
        await browser.GetAsync(school.Service.SchoolUrl + "/cabinet/login");
        Assert.Equal("✓ Школьный Wi-Fi: работает", browser.Page.QuerySelector("#part-wifi")?.TextContent.Trim());
    }

    private async Task<bool> AskAsync(string reason, Person person)
    {
        switch (reason)
        {
            case RefusalReason.WrongPassword: return await school.Radius.PapAsync(person.Login, "не тот пароль");
            case RefusalReason.Locked:
                for (var i = 0; i < 5; i++) Assert.False(await school.Radius.PapAsync(person.Login, "не тот пароль"));
                school.Clock.Advance(TimeSpan.FromSeconds(1));
                break;
            case RefusalReason.Disabled:
                await using (var scope = school.Service.Portal.Services.CreateAsyncScope())
                    Assert.True(await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.AccountId, "test"));
                break;
            case RefusalReason.NoRole: await school.DismissAsync(person); break;
            case RefusalReason.OtherSchool: return await school.RadiusOfAnother.PapAsync(person.Login, Person.Password);
            case RefusalReason.PortalDown: school.ToPortal.Shut(); break;
            case RefusalReason.Busy: return await WhileNobodyHashesAsync(() => school.Radius.PapAsync(person.Login, Person.Password));
        }
        return await school.Radius.PapAsync(person.Login, Person.Password);
    }

    // All that hash have something else to do.
    private async Task<bool> WhileNobodyHashesAsync(Func<Task<bool>> ask)
    {
        var gate = school.Service.Portal.Services.GetRequiredService<HashGate>();
        using var end = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var busy = gate.RunAsync(() => { begun.SetResult(); end.Wait(); return 0; });
        await begun.Task;
        try { return await ask(); }
        finally
        {
            end.Set();
            await busy;
        }
    }

    private async Task IsKeptAsync(string reason, Person? person, int times = 1, string? others = null)
    {
        var kept = (await school.Get<IRadiusServers>().RefusalsAsync(person?.Login, 200, default))!.Where(r => r.Login == person?.Login).ToList();
        if (reason == RefusalReason.Locked) others = RefusalReason.WrongPassword;
        Assert.Equal(others is null ? [reason] : new[] { reason, others }.Order(StringComparer.Ordinal), kept.Select(k => k.Reason).Order(StringComparer.Ordinal));
        var line = kept.Single(k => k.Reason == reason);
        Assert.Equal(times, line.Times);
        Assert.Equal($"{(person is null ? "nobody" : await school.ProfileAsync(person))} radius:{line.Server} {reason} 1", await school.QueryAsync<string>("""
            select coalesce(subject, 'nobody') || ' ' || actor || ' ' || (details ->> 'reason') || ' ' || (details ->> 'times') from kernel.audit where act = 'workplace.wifi-refused' and journey = @Trace
            """, new { line.Trace }));
        var story = await school.Get<TraceReport>().RunAsync(TraceNumber.TryParse(line.Trace)!, russian: true, "test", default);
        Assert.Contains("Школьный Wi-Fi не пустил", string.Join('\n', story), StringComparison.Ordinal);
        Assert.DoesNotContain(reason, string.Join('\n', story), StringComparison.Ordinal);
    }
}

/// <summary>A network without one for visitors, two RADIUS servers (one of them another school's), and a way to the portal that can be shut.</summary>
public sealed class StrictWifiSchool : WifiSchool
{
    private readonly HttpClient _http = new();

    public Gate ToPortal { get; } = new();
    public RadiusServerProcess Radius { get; private set; } = null!;
    public RadiusServerProcess RadiusOfAnother { get; private set; } = null!;

    protected override async Task<Dictionary<string, string?>> BeginFarSideAsync()
    {
        var settings = await base.BeginFarSideAsync();
        settings["Workplace:Wifi:VisitorVlan"] = "";
        settings["Portal:Hashing:AtOnce"] = "1";
        settings["Portal:Hashing:LongestWaitMilliseconds"] = "2000";
        settings["SignIn:PortalApi"] = $"http://127.0.0.1:{ToPortal.Port}";
        return settings;
    }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        ToPortal.FarPort = new Uri(Service.PortalUrl).Port;
        Radius = await RadiusServerProcess.StartAsync(Certificates, Service.SchoolUrl, Key);
        RadiusOfAnother = await RadiusServerProcess.StartAsync(Certificates, Service.SchoolUrl, (await Get<IRadiusServers>().AddAsync("another", ["653"], "test", default))!);
    }

    public override async Task DisposeAsync()
    {
        foreach (var radius in new[] { Radius, RadiusOfAnother })
            if (radius is not null) await radius.DisposeAsync();
        _http.Dispose();
        await base.DisposeAsync();
        await ToPortal.DisposeAsync();
    }

    /// <summary>As the gateway does when a parent asks for it: the password of the sheet.</summary>
    public async Task<string> SetFirstPasswordAsync(Person person)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Service.PortalUrl + "/api/first-password")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["sub"] = person.AccountId.ToString(), ["order"] = Guid.CreateVersion7().ToString(), ["by"] = Guid.Empty.ToString() }),
        };
        var secret = Convert.ToHexStringLower(Service.Shared.Sealer.Key("portal-client-secret"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"school:{secret}")));
        using var answer = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("password").GetString()!;
    }
}
