using System.Net;
using Aupd.SignIn.Tests.Qr;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Devices;

/// <summary>A sign-in on somebody else's device: short on both sites, and nothing of it stays behind.</summary>
public sealed class ForeignDeviceTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    private const string KindSql = "select s.kind from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id and s.ended_at is null";

    [Fact]
    public async Task What_is_said_on_the_start_page_reaches_both_sites_and_no_cookie_lasts()
    {
        var parent = await site.ParentAsync(0);
        using var browser = await OnForeignDeviceAsync(parent);
        Assert.Equal("foreign", await KindAsync(parent));
        AssertNothingLasts(browser);
        Assert.DoesNotContain("foreign_device", await MethodsAsync(parent));
        using var own = await site.SignInAsync(await site.ParentAsync(1));
        Assert.Contains(own.Cookies.GetAllCookies(), c => c.Expires != default && c.Name == "aupd-portal-device");
    }

    [Fact]
    public async Task What_is_said_on_the_portal_s_form_reaches_the_gateway_also_from_a_service()
    {
        var parent = await site.ParentAsync(2);
        using var browser = site.NewBrowser();
        await browser.GetAsync(site.Service.DemoUrl + "/diary/login");
        await browser.FollowAsync();
        Assert.Equal("/login", browser.Url.AbsolutePath);
        await browser.GetAsync(browser.Page.QuerySelector("a[href*='foreign=true']")!.GetAttribute("href")!);
        Assert.Contains("закончится через 30 минут", browser.Text);
        await browser.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
        Assert.StartsWith(site.Service.DemoUrl + "/diary/", browser.Url.AbsoluteUri);
        Assert.Equal("foreign", await KindAsync(parent));
        AssertNothingLasts(browser);
    }

    [Fact]
    public async Task Who_takes_it_back_signs_in_as_ever()
    {
        var parent = await site.ParentAsync(3);
        using var browser = site.NewBrowser();
        await browser.GetAsync(site.Service.PortalUrl + "/login?foreign=true");
        await browser.GetAsync(browser.Page.QuerySelector("a[href*='foreign=false']")!.GetAttribute("href")!);
        await browser.SubmitAsync(("Login", parent.Phone), ("Password", Person.Password));
        await site.SignInAsync(parent, browser);
        Assert.Equal("usual", await KindAsync(parent));
    }

    [Fact, Trait("takes", "long")]
    public async Task Both_sessions_end_after_the_set_time_however_busy_and_passing_the_portal_does_not_prolong_it()
    {
        var parent = await site.ParentAsync(4);
        using var browser = await OnForeignDeviceAsync(parent);
        site.Clock.Advance(TimeSpan.FromMinutes(20));
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/refresh");
        await browser.FollowAsync();
        Assert.Equal("/cabinet/data", browser.Url.AbsolutePath);
        Assert.Equal("foreign", await KindAsync(parent));
        site.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(site.Service.PortalUrl + "/profile")).Status);
        // The time of the proof is told in whole seconds.
        site.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(site.Service.PortalUrl + "/profile")).Status);
    }

    [Fact]
    public async Task The_owner_of_the_computer_who_is_signed_in_is_not_taken_for_the_visitor()
    {
        var (owner, visitor) = (await site.ParentAsync(5), await site.ParentAsync(6));
        using var browser = await site.SignInAsync(owner);
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.GetAsync(site.Service.SchoolUrl + "/signin/start?foreign=1");
        await browser.FollowAsync();
        Assert.Equal("/login", browser.Url.AbsolutePath);
        await browser.SubmitAsync(("Login", visitor.Phone), ("Password", Person.Password));
        await browser.FollowAsync();
        Assert.Equal("foreign", await KindAsync(visitor));
        Assert.Equal(0, await site.CountAsync(DeviceSteps.SessionsSql, owner));
    }

    [Fact]
    public async Task It_lets_in_no_other_screen()
    {
        using var browser = await OnForeignDeviceAsync(await site.ParentAsync(12));
        using var screen = await site.ScreenAsync();
        await browser.OpenAsync(await site.LinkAsync(screen));
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        Assert.Contains("На чужом устройстве", browser.Text);
        await site.TypeAsync(browser, screen.Number());
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        using var phone = await site.SignInAsync(await site.ParentAsync(13));
        await phone.OpenAsync(await site.LinkAsync(screen));
        Assert.Equal(HttpStatusCode.OK, phone.Status);
    }

    [Fact]
    public async Task It_cannot_be_bound_and_the_phone_sees_and_ends_it()
    {
        var parent = await site.ParentAsync(7);
        using var browser = await OnForeignDeviceAsync(parent);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/devices");
        Assert.Contains("его привязать нельзя", browser.Text);
        Assert.Null(browser.Page.QuerySelector("a[href$='/bind']"));
        await browser.GetAsync("/cabinet/devices/bind");
        Assert.Equal("/cabinet/devices", browser.Location?.PathAndQuery);
        using var phone = await site.SignInAsync(parent);
        // A form from the phone does not help either: the session decides.
        await phone.GetAsync(site.Service.SchoolUrl + "/cabinet/devices/bind");
        var token = phone.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!;
        await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, site.Service.SchoolUrl + "/cabinet/devices/bind")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["Name"] = "x", ["Pin"] = "guardian diary", ["form_token"] = token }),
        });
        Assert.Equal(0, await site.CountAsync(DeviceSteps.LiveSql, parent));
        await phone.GetAsync("/cabinet/security");
        Assert.Contains("чужое устройство, ненадолго", phone.Text);
        await phone.PressAsync("End", "чужое устройство");
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    [Fact]
    public async Task The_next_person_in_the_same_browser_is_asked_anew()
    {
        using var browser = await OnForeignDeviceAsync(await site.ParentAsync(8));
        await browser.GetAsync(site.Service.SchoolUrl + "/sign-out");
        await browser.SubmitAsync();
        await browser.FollowAsync();
        var next = await site.ParentAsync(9);
        await site.SignInAsync(next, browser);
        Assert.Equal("usual", await KindAsync(next));
    }

    private async Task<Browser> OnForeignDeviceAsync(Person person)
    {
        var browser = site.NewBrowser();
        await browser.GetAsync(site.Service.SchoolUrl + "/");
        await browser.GetAsync(browser.Page.QuerySelector("a[href*='foreign=1']")!.GetAttribute("href")!);
        await browser.FollowAsync();
        Assert.Contains("Чужое устройство", browser.Text);
        await browser.SubmitAsync(("Login", person.Phone), ("Password", Person.Password));
        return await browser.FollowAsync();
    }

    private static void AssertNothingLasts(Browser browser)
    {
        Assert.NotEmpty(browser.Cookies.GetAllCookies());
        // The language is nobody's in particular; the diary is a service with a cookie of its own, told when the session ends.
        Assert.DoesNotContain(browser.Cookies.GetAllCookies().Where(c => c.Expires != default && !c.Expired).Select(c => c.Name), name => name is not ("aupd_lang" or "aupd-diary"));
    }

    private Task<string?> KindAsync(Person person) => site.QueryAsync<string>(KindSql, new { id = person.AccountId.ToString() });

    private async Task<string> MethodsAsync(Person person) => await site.QueryAsync<string>(
        "select array_to_string(s.methods, ' ') from signin.session s join signin.account a on a.id = s.account_id where a.subject = @id", new { id = person.AccountId.ToString() }) ?? "";
}
