using System.Collections.Concurrent;
using Aupd.Demo.Region;
using Microsoft.Playwright;

namespace Aupd.Journeys;

/// <summary>The same pages on a phone and on a desk, in the dark, in English, without JavaScript; and how heavy the first one is.</summary>
[Collection(Region.Name)]
public sealed class EveryLook(DemoRegionRunning region)
{
    public static TheoryData<int, string, bool, bool> Looks => new()
    {
        { 360, "ru", true, true }, { 1280, "ru", false, true }, { 1280, "en", true, true }, { 360, "en", false, true }, { 360, "ru", false, false },
    };

    [Theory, MemberData(nameof(Looks))]
    public async Task The_pages_of_a_sign_in_hold_in_every_look(int width, string language, bool dark, bool javaScript)
    {
        var person = DemoPeople.All.Single(p => p.Key == "private-school");
        await using var visitor = await region.VisitAsync("looks", new Look(width, language, dark, javaScript));
        await visitor.SignInAsync(person);
        await visitor.ExpectServiceAsync(person, "journal");
        await visitor.PressAsync("Выйти", "Sign out");
        await visitor.ExpectHeadingAsync("Вы вышли", "You have signed out");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_page_of_who_cannot_get_in_holds_in_every_look(int width, string language, bool dark, bool javaScript)
    {
        var person = DemoPeople.All.Single(p => p.Key == "wrong-snils");
        await using var visitor = await region.VisitAsync("looks-no-account", new Look(width, language, dark, javaScript));
        await visitor.SignInAsync(person);
        await visitor.ExpectHeadingAsync("Такой учётной записи нет", "There is no such account");
        await visitor.PressAsync("Написать нам", "Write to us");
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/cabinet");
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/profile");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_pages_before_a_sign_in_hold_in_every_look(int width, string language, bool dark, bool javaScript)
    {
        await using var visitor = await region.VisitAsync("looks-before", new Look(width, language, dark, javaScript));
        foreach (var page in new[] { "/", "/how-to-get-access", "/write-to-us", "/portal-down", "/signed-out", "/choose" })
            await visitor.OpenAsync(visitor.Service.SchoolUrl + page);
        foreach (var page in new[] { "/login", "/register", "/recover", "/dev/messages" })
            await visitor.OpenAsync(visitor.Service.PortalUrl + page);
        foreach (var page in new[] { "/", "/journal/", "/diary/", "/library/", "/portfolio/", "/help/" })
            await visitor.OpenAsync(visitor.Service.DemoUrl + page);
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/login");
        await visitor.SubmitAsync(("Login", "nobody@example.org"), ("Password", "wrong-password-1"));
        await Assertions.Expect(visitor.Page.Locator("input[type=password]")).ToHaveValueAsync("");
    }

    // WCAG 1.4.4 and 1.4.10: a desk's screen at 200 % has 640 px, at 400 % it has 320.
    [Theory, InlineData(640), InlineData(320)]
    public async Task The_first_pages_hold_when_the_browser_zooms_in(int width)
    {
        await using var visitor = await region.VisitAsync("looks-zoomed", new Look(width));
        await visitor.OpenAsync(visitor.Service.SchoolUrl + "/");
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/login");
        await visitor.SubmitAsync(("Login", $"zoomed-in-{width}@example.org"), ("Password", "wrong-password-1"));
        await visitor.OpenAsync(visitor.Service.PortalUrl + "/register");
    }

    [Theory, InlineData("portal"), InlineData("school")]
    public async Task The_sign_in_page_weighs_at_most_14_KiB_in_at_most_4_requests(string site)
    {
        await using var context = await region.NewContextAsync(new());
        var page = await context.NewPageAsync();
        var requests = new ConcurrentQueue<IRequest>();
        page.Request += (_, request) => requests.Enqueue(request);
        await page.GotoAsync(site == "portal" ? region.Service.PortalUrl + "/login" : region.Service.SchoolUrl + "/");
        // All is loaded by now; when the browser has nothing left to do, the page's scripts have asked for what they want besides.
        await page.EvaluateAsync("new Promise(done => requestIdleCallback(done))");
        var sizes = await Task.WhenAll(requests.Select(r => r.SizesAsync()));
        Assert.InRange(sizes.Length, 3, 4);
        Assert.InRange(sizes.Sum(s => s.ResponseBodySize + s.ResponseHeadersSize), 1000, 14 * 1024);
    }
}
