using Aupd.Demo.Region;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>A parent binds the family's tablet, and signs in on somebody else's computer. docs/journeys/devices.md tells the same.</summary>
[Collection(Region.Name)]
public sealed class Devices(DemoRegionRunning region)
{
    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task A_parent_binds_a_device_and_its_start_page_opens_the_service_at_once(int width, string language, bool dark, bool javaScript)
    {
        await using var visitor = await region.VisitAsync("devices", new Look(width, language, dark, javaScript));
        await visitor.SignInAsync(DemoPeople.ParentOfTwo);
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "diary");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/devices");
        await UnbindLeftoversAsync(visitor);
        await visitor.PressAsync("Привязать это устройство", "Bind this device");
        await visitor.Page.Locator("#Pin").SelectOptionAsync("guardian library");
        await visitor.SubmitAsync(("Name", " "));
        await visitor.ExpectTextAsync(visitor.Say("от 1 до 40", "1 to 40"));
        var name = visitor.Say("Планшет на кухне", "Kitchen tablet") + $" {width}";
        await visitor.SubmitAsync(("Name", name));
        await visitor.ExpectTextAsync(visitor.Say("теперь сразу откроет", "now opens what you chose"));
        await visitor.ExpectTextAsync(visitor.Say("это устройство", "this device"));

        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "library");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/choose");
        await visitor.PressAsync("Дневник", "Diary");
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "diary");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "library");

        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/devices");
        await visitor.Page.Locator(".card summary").First.ClickAsync();
        await visitor.Page.Locator("[name=name]").First.FillAsync(name + "!");
        await visitor.ClickAsync(visitor.Page.Locator(".card details button").First);
        await visitor.ExpectTextAsync(name + "!");
        await visitor.ClickAsync(visitor.Page.Locator(".card button.link").First);
        await visitor.ExpectTextAsync(visitor.Say("Отвязано", "Unbound"));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "diary");
    }

    [Theory, MemberData(nameof(EveryLook.Looks), MemberType = typeof(EveryLook))]
    public async Task On_somebody_else_s_computer_the_sign_in_is_short_and_nothing_can_be_bound(int width, string language, bool dark, bool javaScript)
    {
        await using var visitor = await region.VisitAsync("foreign-device", new Look(width, language, dark, javaScript));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.PressAsync("Я за чужим устройством", "This is not my device");
        await visitor.ExpectTextAsync(visitor.Say("вход закончится через 30 минут", "ends in 30 minutes"));
        await visitor.PressAsync("Это моё устройство", "It is my device");
        await visitor.PressAsync("Войти на 30 минут", "Sign in for 30 minutes");
        await visitor.EnterPortalAsync(DemoPeople.ParentOfTwo);
        await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "diary");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/devices");
        await visitor.ExpectTextAsync(visitor.Say("его привязать нельзя", "it cannot be bound"));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/security");
        await visitor.ExpectTextAsync(visitor.Say("чужое устройство, ненадолго", "somebody else’s device, for a short while"));
    }

    [Theory, MemberData(nameof(Troubles.Looks), MemberType = typeof(Troubles))]
    public async Task Whose_device_was_copied_is_signed_out_and_told_what_to_check(int width, string language, bool dark)
    {
        await using var visitor = await region.VisitAsync("devices-copied", new Look(width, language, dark));
        await visitor.SignInAsync(DemoPeople.ParentOfTwo);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet/devices");
        await UnbindLeftoversAsync(visitor);
        await visitor.PressAsync("Привязать это устройство", "Bind this device");
        await visitor.SubmitAsync();
        await visitor.ExpectTextAsync(visitor.Say("теперь сразу откроет", "now opens what you chose"));
        // An older token of the same device, as a thief would have kept it.
        var cookie = (await visitor.Page.Context.CookiesAsync()).Single(c => c.Name.EndsWith("school-device", StringComparison.Ordinal));
        await visitor.Page.Context.AddCookiesAsync([new Cookie { Name = cookie.Name, Value = cookie.Value[..24] + new string('A', 40), Url = visitor.Service.SchoolUrl }]);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.ExpectTextAsync(visitor.Say("Это устройство отвязано", "This device is no longer bound"));
        await visitor.StartSignInAsync();
        if (visitor.Page.Url.Contains("/login", StringComparison.Ordinal)) await visitor.EnterPortalAsync(DemoPeople.ParentOfTwo);
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        await visitor.PressAsync("Что проверить", "What to check");
        await visitor.PressAsync("Понятно", "I see");
        await visitor.ExpectHeadingAsync("Мои устройства", "My devices");
    }

    // All looks are one person's.
    private static async Task UnbindLeftoversAsync(Visitor visitor)
    {
        while (await visitor.Page.Locator(".card button.link").CountAsync() > 0) await visitor.ClickAsync(visitor.Page.Locator(".card button.link").First);
    }

    [Fact]
    public async Task When_the_window_on_somebody_else_s_computer_is_closed_the_next_one_asks_who_sits_there()
    {
        var profile = Directory.CreateTempSubdirectory("aupd-profile").FullName;
        await using (var visitor = await region.VisitAtAsync(profile, "foreign-device-closed"))
        {
            await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
            await visitor.PressAsync("Я за чужим устройством", "This is not my device");
            await visitor.EnterPortalAsync(DemoPeople.ParentOfTwo);
            await visitor.ExpectServiceAsync(DemoPeople.ParentOfTwo, "diary");
            await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
            Assert.Equal("/cabinet", new Uri(visitor.Page.Url).AbsolutePath);
            // What lasts in this browser is seen to last: else a browser that forgets everything would pass.
            await visitor.Page.Context.AddCookiesAsync([new() { Name = "lasts", Value = "1", Url = visitor.Service.SchoolUrl, Expires = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds() }]);
        }
        await using (var next = await region.VisitAtAsync(profile, "foreign-device-closed"))
        {
            Assert.Contains(await next.Page.Context.CookiesAsync(), c => c.Name == "lasts");
            await next.OpenAsync(next.Service.SchoolUrl + "/cabinet");
            Assert.Equal("/", new Uri(next.Page.Url).AbsolutePath);
            await next.OpenAsync(next.Service.PortalUrl + "/profile");
            Assert.Equal("/login", new Uri(next.Page.Url).AbsolutePath);
            // Sent by a service, on a large screen: the ways in, the phone's code among them.
            await next.OpenAsync(next.Service.DemoUrl + "/diary/login");
            Assert.StartsWith(next.Service.SchoolUrl + "/?request=", next.Page.Url, StringComparison.Ordinal);
        }
        Directory.Delete(profile, recursive: true);
    }
}
