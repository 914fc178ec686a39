using System.Text.Json;
using Aupd.Demo.Region;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A mother of two looks after her affairs on her phone; docs/journeys/cabinet.md tells the same.</summary>
[Collection(Region.Name)]
public sealed class Cabinet(DemoRegionRunning region)
{
    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_parent_goes_through_the_whole_cabinet(int width, string language, bool dark, bool javaScript)
    {
        await using var visitor = await region.VisitAsync("cabinet", new Look(width, language, dark, javaScript));
        await visitor.SignInAsync(DemoPeople.ParentOfTwo);
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "diary");

        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        await Assertions.Expect(visitor.Page.Locator(".tiles button").First).ToContainTextAsync(visitor.Say("Дневник", "Diary"));
        await TabAsync(visitor, "Данные", "My data");
        await visitor.ExpectTextAsync(visitor.Say("совпадает", "agrees"));
        await visitor.PressAsync("Что узнали сервисы", "What services have received");
        await visitor.ExpectTextAsync(visitor.Say("Дневник", "Diary"));
        await visitor.FollowAsync("/cabinet/data");

        await visitor.PressAsync("Изменить на портале", "Change at the portal");
        await visitor.PressAsync("Вернуться: Школа онлайн", "Back to School Online");
        await visitor.ExpectTextAsync(visitor.Say("Данные с портала обновлены", "The data from the portal are up to date"));

        await visitor.PressAsync("Получить копию всех данных", "Get a copy of all my data");
        await TakeCopyAsync(visitor);

        await TabAsync(visitor, "Безопасность", "Security");
        await visitor.ExpectTextAsync(visitor.Say("это устройство", "this device"));
        await visitor.PressAsync("История входов", "Sign-in history");
        await visitor.ExpectTextAsync(visitor.Say("Открыт сервис «Дневник»", "Opened “Diary”"));
    }

    [Theory, MemberData(nameof(Troubles.Looks), MemberType = typeof(Troubles))]
    public async Task A_teacher_who_is_a_parent_changes_the_role_without_a_password(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("cabinet-roles", new Look(width, language, dark));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.StartSignInAsync();
        await visitor.EnterPortalAsync(DemoPeople.TeacherAndParent);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        if (await visitor.Page.Locator("main a[href='/activate']").CountAsync() > 0)
        {
            await visitor.PressAsync("Активировать", "Activate");
            await visitor.SubmitAsync(("Password", DemoPeople.Password));
            await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        }
        var role = await visitor.Page.Locator(".now strong").InnerTextAsync();
        await visitor.ClickAsync(visitor.Page.Locator("main .roles button").First);
        await Assertions.Expect(visitor.Page.Locator(".now strong")).Not.ToHaveTextAsync(role);
        await visitor.Page.Locator("summary").First.ClickAsync();
        await visitor.LookAsync();
    }

    [Theory, MemberData(nameof(Troubles.Looks), MemberType = typeof(Troubles))]
    public async Task A_pupil_finds_services_and_login(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("cabinet-pupil", new Look(width, language, dark));
        await visitor.SignInAsync(DemoPeople.Pupil);
        if (await visitor.Page.Locator("input[type=password]").CountAsync() > 0) await visitor.SubmitAsync(("Password", DemoPeople.Password));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        await Assertions.Expect(visitor.Page.Locator(".big")).ToBeVisibleAsync();
        await visitor.Page.Locator("summary").Last.ClickAsync();
        await visitor.ExpectTextAsync(visitor.Say("Школьный Wi-Fi", "School Wi-Fi"));
        await visitor.LookAsync();
        await TabAsync(visitor, "Данные", "My data");
        await visitor.ExpectTextAsync(visitor.Say("ученик", "pupil"));
        await visitor.PressAsync("Изменить на портале", "Change at the portal");
        await visitor.FollowAsync("/profile/copy");
    }

    // WCAG 1.4.4 and 1.4.10: a desk's screen at 200 % has 640 px, at 400 % it has 320.
    [Theory, InlineData(640, "en"), InlineData(320, "ru")]
    public async Task The_cabinet_holds_when_the_browser_zooms_in(int width, string language)
    {
        await using var visitor = await region.VisitAsync("cabinet-zoomed", new Look(width, language));
        await visitor.SignInAsync(DemoPeople.ParentOfTwo);
        foreach (var page in new[] { "", "/data", "/data/services", "/data/copy", "/security", "/security/history", "/security/third-parties" })
            await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet" + page);
    }

    private static async Task TabAsync(Visitor visitor, string russian, string english)
    {
        await visitor.ClickAsync(visitor.Page.Locator("nav.tabs a", new() { HasText = visitor.Say(russian, english) }));
        // One row on a phone too, whose end can be seen to go on; the part that is open is in sight.
        Assert.Equal(1, await visitor.Page.EvaluateAsync<int>("new Set([...document.querySelectorAll('.tabs a')].map(a => a.getBoundingClientRect().top)).size"));
        if (visitor.Look.JavaScript)
            Assert.True(await visitor.Page.EvaluateAsync<bool>("(b => b.left >= 0 && b.right <= innerWidth)(document.querySelector('.tabs [aria-current]').getBoundingClientRect())"));
    }

    private static async Task TakeCopyAsync(Visitor visitor)
    {
        var download = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.Page.Locator("main button.main").ClickAsync());
        await using var file = await download.CreateReadStreamAsync();
        using var copy = await JsonDocument.ParseAsync(file);
        Assert.Equal(DemoPeople.ParentOfTwo.Account.LastName,
            copy.RootElement.GetProperty(visitor.Say("данные_портала", "portal_account")).GetProperty(visitor.Say("фамилия", "last_name")).GetString());
    }
}
