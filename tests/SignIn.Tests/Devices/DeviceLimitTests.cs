using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Devices;

/// <summary>At most three devices for a person.</summary>
public sealed class ThreeDevices : GatewaySite
{
    protected override Dictionary<string, string?> Settings => new(base.Settings) { ["SignIn:Devices:MostPerPerson"] = "3" };
}

public sealed class DeviceLimitTests(ThreeDevices site) : IClassFixture<ThreeDevices>
{
    [Fact, Trait("takes", "long")]
    public async Task A_person_has_so_many_devices_and_no_more_also_when_they_are_bound_at_once()
    {
        var parent = await site.ParentAsync(1);
        var browsers = new List<Browser>();
        for (var i = 0; i < 6; i++)
        {
            browsers.Add(await site.SignInAsync(parent));
            await browsers[i].GetAsync(site.Service.SchoolUrl + "/cabinet/devices/bind");
            Assert.Equal(System.Net.HttpStatusCode.OK, browsers[i].Status);
        }
        await Task.WhenAll(browsers.Select(b => b.SubmitAsync(("Name", "Устройство"), ("Pin", "guardian diary"))));
        Assert.Equal(3, await site.CountAsync(DeviceSteps.LiveSql, parent));
        Assert.Equal(3, browsers.Count(b => b.Token() is not null));
        Assert.All(browsers.Where(b => b.Token() is null), b => Assert.Contains("их уже 3", b.Text));
        // One that is bound is bound anew, and all of them unbound at once.
        var bound = browsers.First(b => b.Token() is not null);
        await site.BindAsync(bound, "guardian library", "Снова");
        Assert.Equal("/cabinet/devices?done=bound", bound.Location?.PathAndQuery);
        await bound.FollowAsync();
        Assert.Contains("Снова", bound.Text);
        await bound.PressAsync("UnbindAll");
        Assert.Equal(0, await site.CountAsync(DeviceSteps.LiveSql, parent));
        foreach (var browser in browsers) browser.Dispose();
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_presses_of_one_button_bind_one_device()
    {
        var parent = await site.ParentAsync(2);
        using var browser = await site.SignInAsync(parent);
        await browser.GetAsync(site.Service.SchoolUrl + "/cabinet/devices/bind");
        var token = browser.Page.QuerySelector("[name=form_token]")!.GetAttribute("value")!;
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var cookies = string.Join("; ", browser.Cookies.GetCookies(new Uri(site.Service.SchoolUrl)).Select(c => $"{c.Name}={c.Value}"));
        await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, site.Service.SchoolUrl + "/cabinet/devices/bind")
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["Name"] = "Один", ["Pin"] = "guardian diary", ["form_token"] = token }),
            };
            request.Headers.Add("Cookie", cookies);
            using var answer = await http.SendAsync(request);
            Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        }));
        Assert.Equal(1, await site.CountAsync(DeviceSteps.LiveSql, parent));
    }
}
