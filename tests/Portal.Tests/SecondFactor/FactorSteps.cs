using Aupd.Portal.SecondFactor;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.SecondFactor;

/// <summary>A person's app: the secret that the page showed, and the codes of it.</summary>
public sealed record App(byte[] Secret, FakeClock Clock)
{
    public string Code(int stepsOff = 0) => Totp.Code(Secret, Totp.StepAt(Clock.GetUtcNow()) + stepsOff);

    /// <summary>Thirty seconds on, so that there is a code that was not used yet.</summary>
    public string NextCode()
    {
        Clock.Advance(TimeSpan.FromSeconds(30));
        return Code();
    }

    /// <summary>Six digits that no step near says.</summary>
    public string WrongCode()
    {
        var near = Enumerable.Range(-3, 7).Select(Code).ToHashSet();
        return Enumerable.Range(0, 10).Select(d => new string((char)('0' + d), 6)).First(c => !near.Contains(c));
    }
}

internal static class FactorSteps
{
    /// <summary>Signs in and sets up an app by the pages.</summary>
    public static async Task<(Browser Browser, App App)> WithAppAsync(this PortalSite site, Person person)
    {
        var browser = await site.SignedInAsync(person);
        return (browser, await site.AddAppAsync(browser));
    }

    public static async Task<App> AddAppAsync(this PortalSite site, Browser browser)
    {
        await browser.GetAsync("/profile/second-step/app");
        var app = new App(Totp.FromBase32(browser.Page.QuerySelector(".big")!.TextContent.Replace(" ", ""))!, site.Clock);
        await browser.SubmitAsync(("Code", app.Code()));
        Assert.StartsWith("/profile/second-step", browser.Location?.AbsolutePath);
        return app;
    }

    public static async Task<IReadOnlyList<string>> MakeCodesAsync(this Browser browser)
    {
        await browser.GetAsync("/profile/second-step/codes");
        await browser.SubmitAndFollowAsync();
        return [.. browser.Page.QuerySelectorAll(".codes li").Select(li => li.TextContent)];
    }

    /// <summary>The password, in a new browser; it waits at the second step.</summary>
    public static async Task<Browser> AtSecondStepAsync(this PortalSite site, Person person, string password = PortalSite.Password)
    {
        var browser = await site.NewBrowser().GetAsync("/login");
        await browser.SubmitAsync(("Login", person.Login), ("Password", password));
        Assert.True(browser.Location?.AbsolutePath == "/login/second-step", $"{browser.Status} {browser.Location}: {browser.Text}");
        return await browser.FollowAsync();
    }

    public static async Task<bool> IsSignedInAsync(this Browser browser) => (await browser.GetAsync("/profile")).Status == System.Net.HttpStatusCode.OK;
}
