using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Devices;

/// <summary>What a bound device does and does not do, and how it is looked after.</summary>
public sealed class BoundDeviceTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    [Fact, Trait("takes", "long")]
    public async Task The_start_page_of_a_bound_device_leads_straight_to_its_service_and_other_devices_are_as_before()
    {
        var person = await site.TeacherWhoIsParentAsync(0);
        using var computer = await site.ActivatedAsync(person);
        using var phone = await site.SignInAsync(person);
        await site.BindAsync(computer, "staff:b0 journal");
        site.At("journal", await site.StartAsync(computer));
        Assert.Equal("/choose", (await site.StartAsync(phone)).AbsolutePath);
        await site.BindAsync(phone, "guardian diary", "Телефон");
        site.At("diary", await site.StartAsync(phone));
        site.At("journal", await site.StartAsync(computer));
        // Also after signing out and in again.
        await computer.GetAsync(site.Service.SchoolUrl + "/sign-out");
        await computer.SubmitAsync();
        await computer.FollowAsync();
        await site.SignInAsync(person, computer);
        Assert.Equal(site.Service.DemoUrl + "/journal/", computer.Url.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task Another_service_or_role_is_chosen_as_ever_and_does_not_change_the_binding()
    {
        var person = await site.TeacherWhoIsParentAsync(1);
        using var browser = await site.ActivatedAsync(person);
        await site.BindAsync(browser, "staff:b1 journal");
        await browser.GetAsync("/choose");
        await browser.SubmitAsync(("Role", "guardian"), ("Service", "diary"));
        site.At("diary", browser.Location!);
        site.At("journal", await site.StartAsync(browser));
        Assert.Equal("staff:b1", await site.QueryAsync<string>("select d.role from signin.device d join signin.account a on a.id = d.account_id where a.subject = @id", new { id = person.AccountId.ToString() }));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_role_that_was_lost_is_told_and_the_device_opens_as_usual()
    {
        var person = await site.TeacherWhoIsParentAsync(2);
        using var browser = await site.ActivatedAsync(person);
        await site.BindAsync(browser, "staff:b2 journal");
        try
        {
            await site.ImportAsync(record => record != "b2");
            // The sessions that used the role end by the fact; the person signs in again.
            await Eventually.HoldsAsync("the loss of the role", async () =>
                (await site.Get<Registries.Doors.IMatching>().RolesAsync(person.AccountId.ToString(), default)).All(r => r.Id != "staff:b2"));
            await site.SignInAsync(person, browser);
            site.At("diary", await site.StartAsync(browser));
            await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/devices");
            Assert.Contains("Этой роли у вас больше нет. Поэтому устройство открывается как обычно.", browser.Text);
            Assert.Contains("Сотрудник школы", browser.Text);
        }
        finally { await site.ImportAsync(_ => true); }
    }

    [Theory]
    [InlineData(0, "gone", "Этот сервис больше не работает.")]
    [InlineData(1, "journal", "Этот сервис больше не открыт для этой роли.")]
    public async Task A_service_that_was_lost_is_told_and_the_device_opens_as_usual(int number, string service, string words)
    {
        var parent = await site.ParentAsync(number);
        using var browser = await site.BoundAsync(parent);
        await site.QueryAsync<int>("update signin.device set service = @service where account_id = (select id from signin.account where subject = @id)",
            new { service, id = parent.AccountId.ToString() });
        site.At("diary", await site.StartAsync(browser));
        await browser.GetAsync("/cabinet/devices");
        Assert.Contains(words, browser.Text);
    }

    [Fact]
    public async Task A_disabled_profile_gets_nowhere_by_its_device()
    {
        var parent = await site.ParentAsync(2);
        using var browser = await site.BoundAsync(parent);
        await site.QueryAsync<int>("update signin.profile set disabled_at = now() where account_id = (select id from signin.account where subject = @id)",
            new { id = parent.AccountId.ToString() });
        Assert.Equal("/no-right", (await site.StartAsync(browser)).AbsolutePath);
        await browser.GetAsync("/cabinet/devices/bind");
        Assert.Equal("/continue", browser.Location?.AbsolutePath);
    }

    [Fact, Trait("takes", "long")]
    public async Task Another_person_on_a_bound_device_goes_the_usual_way_and_the_owner_s_binding_stays()
    {
        var (owner, other) = (await site.ParentAsync(3), await site.ParentAsync(4));
        using var browser = await site.BoundAsync(owner);
        await SignInInsteadAsync(browser, other);
        site.At("diary", await site.StartAsync(browser));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/devices");
        Assert.DoesNotContain("Планшет", browser.Text);
        await SignInInsteadAsync(browser, owner);
        site.At("library", await site.StartAsync(browser));
        // A binding of one's own takes the device over, and its owner reads of it.
        await SignInInsteadAsync(browser, other);
        await site.BindAsync(browser, "guardian portfolio");
        site.At("portfolio", await site.StartAsync(browser));
        Assert.Equal((0, 1), (await site.CountAsync(DeviceSteps.LiveSql, owner), await site.CountAsync(DeviceSteps.LiveSql, other)));
        await SignInInsteadAsync(browser, owner);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("его привязал к себе другой человек", browser.Text);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_device_that_is_unbound_from_elsewhere_opens_as_usual_at_once()
    {
        var parent = await site.ParentAsync(5);
        using var tablet = await site.BoundAsync(parent);
        using var phone = await site.SignInAsync(parent);
        await phone.GetAsync(site.Service.SchoolUrl + "/cabinet/devices");
        Assert.Contains("Планшет на кухне", phone.Text);
        var uses = Enumerable.Range(0, 10).Select(_ => site.With(tablet.Token()!, tablet.Cookie(DeviceSteps.SessionName))).ToList();
        var ends = Task.WhenAll(uses.Select(site.StartAsync));
        await phone.PressAsync("Unbind");
        Assert.Equal("/cabinet/devices?done=unbound", phone.Location?.PathAndQuery);
        Assert.DoesNotContain(await ends, where => where.PathAndQuery == DeviceSteps.Copied);
        site.At("diary", await site.StartAsync(tablet));
        Assert.Null(tablet.Token());
        Assert.Equal(2, await site.CountAsync(DeviceSteps.SessionsSql, parent));
        uses.ForEach(u => u.Dispose());
    }

    [Fact, Trait("takes", "long")]
    public async Task Devices_are_renamed_and_unbound_by_their_owner_alone()
    {
        var (owner, other) = (await site.ParentAsync(6), await site.ParentAsync(7));
        using var mine = await site.BoundAsync(owner);
        await mine.GetAsync("/cabinet/devices");
        await mine.PressAsync("Rename", null, ("name", "  Ноутбук мамы "));
        Assert.Equal("/cabinet/devices?done=renamed", mine.Location?.PathAndQuery);
        await mine.FollowAsync();
        Assert.Contains("Ноутбук мамы", mine.Text);
        var id = mine.Page.QuerySelector("[name=id]")!.GetAttribute("value")!;
        using var stranger = await site.BoundAsync(other);
        await stranger.GetAsync("/cabinet/devices");
        await stranger.PressAsync("Unbind", null, ("id", id));
        await stranger.GetAsync("/cabinet/devices");
        await stranger.PressAsync("Rename", null, ("id", id), ("name", "Моё"));
        await stranger.GetAsync("/cabinet/devices");
        await stranger.PressAsync("Unbind", null, ("id", "' or 1=1"));
        Assert.Equal("/cabinet/devices", stranger.Location?.PathAndQuery);
        Assert.Equal((1, 1), (await site.CountAsync(DeviceSteps.LiveSql, owner), await site.CountAsync(DeviceSteps.LiveSql, other)));
        await mine.GetAsync("/cabinet/devices");
        Assert.Contains("Ноутбук мамы", mine.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    [InlineData("a\u0001b")]
    [InlineData("Сорок одна буква, ровно на одну больше.!!")]
    [InlineData("\u202Eписьмо")]
    public async Task A_name_that_is_none_is_told_and_nothing_is_bound_or_renamed(string name)
    {
        var number = 8 + Array.IndexOf(["", "   ", "a\nb", "a\u0001b", "Сорок одна буква, ровно на одну больше.!!", "\u202Eписьмо"], name);
        var parent = await site.ParentAsync(number);
        using var browser = await site.SignInAsync(parent);
        await site.BindAsync(browser, name: name);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("от 1 до 40", browser.Text);
        Assert.Equal(0, await site.CountAsync(DeviceSteps.LiveSql, parent));
        await site.BindAsync(browser);
        await browser.GetAsync("/cabinet/devices");
        await browser.PressAsync("Rename", null, ("name", name));
        Assert.Contains("от 1 до 40", browser.Text);
        Assert.Contains("Планшет на кухне", browser.Text);
    }

    [Theory]
    [InlineData("staff:b0 journal", 14)]
    [InlineData("guardian journal", 15)]
    [InlineData("", 16)]
    public async Task What_the_person_may_not_open_cannot_be_bound(string pin, int number)
    {
        var parent = await site.ParentAsync(number);
        using var browser = await site.SignInAsync(parent);
        await site.BindAsync(browser, pin);
        Assert.Contains("Выберите сервис из списка", browser.Text);
        Assert.Equal(0, await site.CountAsync(DeviceSteps.LiveSql, parent));
    }

    [Fact, Trait("takes", "long")]
    public async Task What_is_long_unused_or_long_unbound_is_forgotten()
    {
        var (unused, unbound) = (await site.ParentAsync(17), await site.ParentAsync(18));
        using var one = await site.BoundAsync(unused);
        using var two = await site.BoundAsync(unbound);
        await two.GetAsync("/cabinet/devices");
        await two.PressAsync("Unbind");
        site.Clock.Advance(TimeSpan.FromDays(89));
        await PruneAsync();
        Assert.Equal(2, await KeptAsync(unused, unbound));
        site.Clock.Advance(TimeSpan.FromDays(2));
        await PruneAsync();
        Assert.Equal(1, await KeptAsync(unused, unbound));
        site.Clock.Advance(TimeSpan.FromDays(275));
        await PruneAsync();
        Assert.Equal(0, await KeptAsync(unused, unbound));
        await site.SignInAsync(unused, one);
        site.At("diary", await site.StartAsync(one));
    }

    private Task PruneAsync() => site.Get<SignIn.Devices.OwnDevices>().PruneAsync(default);

    private Task<long> KeptAsync(Person one, Person two) => site.QueryAsync<long>(
        "select count(*) from signin.device d join signin.account a on a.id = d.account_id where a.subject in (@one, @two)",
        new { one = one.AccountId.ToString(), two = two.AccountId.ToString() });

    private async Task SignInInsteadAsync(Browser browser, Person person)
    {
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.GetAsync(site.Service.SchoolUrl + "/signin/start?anew=1");
        await browser.FollowAsync();
        await browser.SubmitAsync(("Login", person.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
    }
}
