using Aupd.Portal.Passwords;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Authentication;

public sealed class BusySite : PortalSite
{
    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["Portal:Hashing:AtOnce"] = "1", ["Portal:Hashing:LongestWaitMilliseconds"] = "150",
    };
}

public sealed class BusyTests(BusySite site) : IClassFixture<BusySite>
{
    [Fact, Trait("takes", "long")]
    public async Task Past_the_deadline_people_get_a_kind_page_and_pages_without_passwords_stay_quick()
    {
        var person = await site.NewPersonAsync();
        using var hold = new ManualResetEventSlim();
        var held = await site.Get<HashGate>().HeldAsync(hold);
        using var browser = site.NewBrowser();
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(503, await site.TryAsync(browser, person.Login, PortalSite.Password));
            Assert.True(browser.Answer.Headers.Contains("Retry-After"));
            Assert.Contains("очень много людей", browser.Text);
            Assert.Equal(person.Login, browser.Page.QuerySelector("#Login")!.GetAttribute("value"));
        }
        await browser.GetAsync("/health");
        Assert.Equal(200, (int)browser.Status);
        hold.Set();
        await held;
        // None of the seven counted as a wrong password.
        int[] tries = [];
        await Eventually.HoldsAsync("a sign-in that is let in", async () =>
            (tries = [.. tries, await site.TryAsync(browser, person.Login, PortalSite.Password)])[^1] != 503);
        Assert.Equal(303, tries[^1]);
    }
}
