using Aupd.Demo.Region;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>What comes after and around a first sign-in: other services, other roles, the way out.</summary>
[Collection(Region.Name)]
public sealed class SignedIn(DemoRegionRunning region)
{
    [Fact]
    public async Task Signing_out_of_one_service_signs_out_of_all_of_them()
    {
        await using var visitor = await region.VisitAsync("sign-out");
        var person = DemoPeople.All.Single(p => p.Key == "private-school");
        await visitor.SignInAsync(person);
        await visitor.ExpectServiceAsync(person, "journal");
        await visitor.OpenAsync(visitor.Service.DemoUrl + "/library/login");
        await visitor.ExpectServiceAsync(person, "library");

        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.ExpectHeadingAsync("Вы вышли", "You have signed out");
        await visitor.OpenAsync(visitor.Service.DemoUrl + "/journal/");
        await Assertions.Expect(visitor.Page.Locator("main a.main")).ToHaveTextAsync("Войти");
        await visitor.PressAsync("Войти", "Sign in");
        await Assertions.Expect(visitor.Page.Locator("main .main").First).ToBeVisibleAsync();
        Assert.DoesNotContain(visitor.Service.DemoUrl, visitor.Page.Url);
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/");
        await Assertions.Expect(visitor.Page.Locator("input[type=password]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_service_that_is_opened_first_is_where_the_person_ends()
    {
        await using var visitor = await region.VisitAsync("from-a-service");
        var person = DemoPeople.All.Single(p => p.Key == "parent-two");
        await visitor.OpenAsync(visitor.Service.DemoUrl + "/portfolio/");
        await visitor.PressAsync("Войти", "Sign in");
        if (visitor.Page.Url.StartsWith(visitor.Service.SchoolUrl)) await visitor.StartSignInAsync();
        await visitor.EnterPortalAsync(person);
        await visitor.ExpectServiceAsync(person, "portfolio");
    }

    [Fact]
    public async Task A_parent_may_not_enter_the_journal_and_is_told_so()
    {
        await using var visitor = await region.VisitAsync("no-right");
        var person = DemoPeople.All.Single(p => p.Key == "parent-two");
        await visitor.SignInAsync(person);
        await visitor.OpenAsync(visitor.Service.DemoUrl + "/journal/login");
        await visitor.ExpectAddressAsync(visitor.Service.SchoolUrl + "/no-right");
    }
}
