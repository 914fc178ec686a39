using Aupd.SignIn.Tests.Qr;
using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Cabinet;

/// <summary>The cabinet on a screen that a phone has let in.</summary>
[Collection(CabinetRegion.Name)]
public sealed class ScreenTests(GatewaySite site)
{
    private static readonly string[] PrivatePages = ["/cabinet/data", "/cabinet/data/services", "/cabinet/data/copy", "/cabinet/security/history"];

    [Fact]
    public async Task A_panel_in_a_classroom_shows_no_personal_data()
    {
        var teacher = await site.TeacherAsync(6);
        using var panel = await LetInAsync(await site.ActivatedAsync(teacher), "/panel");
        foreach (var page in PrivatePages)
        {
            await panel.GetAsync(site.Service.SchoolUrl + page);
            Assert.Equal("/cabinet?closed=true", panel.Location?.PathAndQuery);
        }
        await panel.FollowAsync();
        Assert.Contains("Откройте кабинет на своём телефоне", panel.Text);
        Assert.DoesNotContain(teacher.Phone, panel.Text);
        await panel.GetAsync(site.Service.SchoolUrl + "/cabinet/security");
        Assert.Contains("панель в классе", panel.Page.QuerySelectorAll(".card").Single(c => c.TextContent.Contains("это устройство")).TextContent);
    }

    [Fact, Trait("takes", "long")]
    public async Task A_screen_that_a_phone_let_in_gets_no_copy_by_the_phones_password()
    {
        var parent = await site.PrivateTeacherAsync(1);
        using var phone = await site.SignInAsync(parent);
        using var screen = await LetInAsync(phone, "/qr/screen");
        await screen.GetAsync(site.Service.SchoolUrl + "/cabinet/data");
        Assert.Equal(System.Net.HttpStatusCode.OK, screen.Status);
        await screen.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        Assert.Empty(screen.Page.QuerySelectorAll("main form"));
        Assert.Equal("Ввести пароль", screen.Page.QuerySelector("main a.main")!.TextContent);
        await phone.GetAsync(site.Service.SchoolUrl + "/cabinet/data/copy");
        Assert.NotEmpty(phone.Page.QuerySelectorAll("main form"));
        await phone.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Вход на экране по коду с телефона: Chrome, Windows", phone.Text);
    }

    private async Task<Browser> LetInAsync(Browser phone, string page)
    {
        var screen = await site.ScreenAsync(page);
        await phone.OpenAsync(await site.LinkAsync(screen));
        await phone.PickAsync(screen.Number());
        await screen.GetAsync(site.Service.SchoolUrl + page);
        return screen;
    }
}
