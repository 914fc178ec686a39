using System.Net;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>Where a login works, in a region without a directory: what is not set up is not shown. People 12.</summary>
[Collection(CabinetRegion.Name)]
public sealed class LoginHealthTests(GatewaySite site)
{
    private string Url => site.Service.SchoolUrl + "/cabinet/login";

    [Fact]
    public async Task Without_a_directory_there_are_the_portal_and_the_gateway_alone_and_nothing_to_repair()
    {
        using var browser = await site.ActivatedAsync(await site.TeacherAsync(12));
        await browser.GetAsync(Url);
        Assert.Equal(["part-portal", "part-gateway"], browser.Page.QuerySelectorAll("section[aria-labelledby^=part-]").Select(s => s.GetAttribute("aria-labelledby")));
        Assert.All(browser.Page.QuerySelectorAll("section h2"), h => Assert.Contains("работает", h.TextContent, StringComparison.Ordinal));
        Assert.Empty(browser.Page.QuerySelectorAll("main form"));
        await browser.GetAsync(Url + "?lang=en");
        Assert.Contains("Where my login works", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_no_login_and_who_is_not_signed_in_are_led_on()
    {
        using var pupil = await site.SignInAsync(await site.PupilAsync(12));
        await pupil.GetAsync(Url);
        Assert.Equal("/cabinet", pupil.Location?.AbsolutePath);
        using var stranger = site.NewBrowser();
        await stranger.GetAsync(Url);
        Assert.Equal(HttpStatusCode.Redirect, stranger.Status);
        await stranger.FollowAsync();
        Assert.Equal("/", stranger.Url.AbsolutePath);
    }
}
