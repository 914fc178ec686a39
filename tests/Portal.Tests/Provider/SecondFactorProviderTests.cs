using Aupd.OpenId.RelyingParty;
using Aupd.Portal.Doors;
using Aupd.Portal.SecondFactor;
using Aupd.Portal.Tests.SecondFactor;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.Provider;

/// <summary>What a service learns of a second factor, and where it is asked for.</summary>
public sealed class SecondFactorProviderTests(SiteBeforeFakeSchool site) : IClassFixture<SiteBeforeFakeSchool>
{
    [Fact]
    public async Task Factors_that_come_and_go_are_told_by_their_kind()
    {
        var person = await site.NewPersonAsync();
        var (browser, _) = await site.WithAppAsync(person);
        await ToldAsync(person, "app", "create");
        var key = new Authenticator(site.Url);
        await key.RegisterAsync(browser);
        await ToldAsync(person, "fido2-platform", "create");
        await browser.GetAsync("/profile/second-step/remove?key=app");
        await browser.SubmitAsync();
        await ToldAsync(person, "app", "delete");
        await browser.GetAsync("/profile/second-step/remove?key=" + key.Id);
        await browser.SubmitAsync();
        await ToldAsync(person, "fido2-platform", "delete");
    }

    [Fact]
    public async Task The_ID_token_tells_how_and_prompt_login_asks_for_both_steps_again()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = site.NewBrowser();
        Assert.Equal(["pwd", "otp", "mfa"], await AmrAsync(browser, person, app, prompt: null));
        site.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["pwd", "otp", "mfa"], await AmrAsync(browser, person, app, prompt: "login"));
    }

    [Fact, Trait("takes", "long")]
    public async Task No_service_gets_a_code_for_an_administrator_without_a_second_factor()
    {
        var person = await site.NewPersonAsync();
        await using (var scope = site.Scope()) Assert.True(await scope.ServiceProvider.GetRequiredService<IAdministrators>().MarkAsync(person.Id, "test"));
        var ready = Assert.IsType<BeginOutcome.Ready>(await site.Client.BeginAsync(new SignInRequest(), default));
        using var browser = await (await site.NewBrowser().GetAsync(ready.Url)).FollowAsync();
        await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.Equal("/profile/second-step", browser.Path());
        var set = browser.Page.QuerySelector("a[href^='/profile/second-step/app']")!.GetAttribute("href")!;
        await browser.GetAsync(set);
        var app = new App(Totp.FromBase32(browser.Page.QuerySelector(".big")!.TextContent.Replace(" ", ""))!, site.Clock);
        await browser.SubmitAndFollowAsync(("Code", app.Code()));
        await browser.SubmitAndFollowAsync();
        var onward = browser.Page.QuerySelector("main a.main")!.GetAttribute("href")!;
        await browser.GetAsync(onward);
        Assert.StartsWith(site.SchoolUrl + "/signin/callback?", browser.Location!.AbsoluteUri);
        Assert.Contains("code=", browser.Location.Query);
    }

    private async Task<string[]> AmrAsync(Browser browser, Person person, App app, string? prompt)
    {
        var ready = Assert.IsType<BeginOutcome.Ready>(await site.Client.BeginAsync(new SignInRequest { Prompt = prompt }, default));
        await browser.GetAsync(ready.Url);
        while (browser.Location is { } next && !next.AbsoluteUri.StartsWith(site.SchoolUrl, StringComparison.Ordinal)) await browser.GetAsync(next.AbsoluteUri);
        Assert.Equal("/login", browser.Path());
        await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.Equal("/login/second-step", browser.Path());
        await browser.SubmitAsync(("Code", app.NextCode()));
        while (browser.Location is { } next && !next.AbsoluteUri.StartsWith(site.SchoolUrl, StringComparison.Ordinal)) await browser.GetAsync(next.AbsoluteUri);
        var back = new QueryCollection(QueryHelpers.ParseQuery(browser.Location!.Query));
        var signedIn = Assert.IsType<FinishOutcome.SignedIn>(await site.Client.FinishAsync(back, ready.Pending, default));
        Assert.Equal(site.Clock.GetUtcNow().ToUnixTimeSeconds(), signedIn.IdToken.Root.GetProperty("auth_time").GetInt64());
        return [.. signedIn.IdToken.Root.GetProperty("amr").EnumerateArray().Select(m => m.GetString()!)];
    }

    private async Task ToldAsync(Person person, string credential, string change)
    {
        var told = await site.NextEventAsync(person.Id);
        Assert.Equal(Events.SecurityEvent.CredentialChange, told.Type);
        Assert.Equal((credential, change), (told.Details.GetProperty("credential_type").GetString(), told.Details.GetProperty("change_type").GetString()));
    }
}
