using Aupd.Portal.Doors;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Portal.Tests.SecondFactor;

/// <summary>What lies between the two steps of a sign-in, and the ways around it.</summary>
public sealed class StepTests(SelfServiceSite site) : IClassFixture<SelfServiceSite>
{
    private const string Step = "aupd-portal-second-step", Session = "aupd-portal-session";

    [Fact, Trait("takes", "long")]
    public async Task The_secret_of_a_step_is_no_session_and_that_of_a_session_no_step()
    {
        var person = await site.NewPersonAsync();
        var (owner, _) = await site.WithAppAsync(person);
        using var browser = await site.AtSecondStepAsync(person);
        using var thief = site.NewBrowser();
        thief.Cookies.Add(new Uri(site.Url), new System.Net.Cookie(Session, browser.Cookie(Step)));
        Assert.False(await thief.IsSignedInAsync());
        using var other = site.NewBrowser();
        other.Cookies.Add(new Uri(site.Url), new System.Net.Cookie(Step, owner.Cookie(Session)));
        Assert.Equal("/login", (await other.GetAsync("/login/second-step")).Location?.AbsolutePath);
    }

    [Fact]
    public async Task A_step_that_was_planted_before_the_password_is_worth_nothing_after_it()
    {
        var person = await site.NewPersonAsync();
        var stranger = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        await site.WithAppAsync(stranger);
        using var planted = await site.AtSecondStepAsync(stranger);
        using var browser = await site.NewBrowser().GetAsync("/login");
        browser.Cookies.Add(new Uri(site.Url), new System.Net.Cookie(Step, planted.Cookie(Step)));
        await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
        Assert.NotEqual(planted.Cookie(Step), browser.Cookie(Step));
        await browser.SubmitAsync(("Code", app.NextCode()));
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal("/login/second-step", (await planted.GetAsync("/login/second-step")).Url.AbsolutePath);
        Assert.False(await planted.IsSignedInAsync());
    }

    [Fact]
    public async Task A_step_is_over_after_ten_minutes()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = await site.AtSecondStepAsync(person);
        site.Clock.Advance(TimeSpan.FromMinutes(10));
        await browser.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal("/login", browser.Location?.AbsolutePath);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_step_ends_when_the_account_is_closed_or_its_password_changed()
    {
        var person = await site.NewPersonAsync();
        var (owner, app) = await site.WithAppAsync(person);
        using var stranger = await site.AtSecondStepAsync(person);
        await owner.GetAsync("/profile/password");
        await owner.SubmitAsync(("Old", PortalSite.Password), ("New", "четыре синих чайника"));
        await stranger.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal("/login", stranger.Location?.AbsolutePath);

        using var browser = await site.AtSecondStepAsync(person, "четыре синих чайника");
        await using (var scope = site.Scope()) await scope.ServiceProvider.GetRequiredService<IAccounts>().DisableAsync(person.Id, "test");
        await browser.SubmitAsync(("Code", app.NextCode()));
        Assert.Equal("/login", browser.Location?.AbsolutePath);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Nobody_comes_to_the_second_step_without_the_first()
    {
        using var browser = await site.NewBrowser().GetAsync("/login/second-step");
        Assert.Equal("/login", browser.Location?.AbsolutePath);
        await browser.FollowAsync();
        Assert.Contains("Введите пароль ещё раз", browser.Text);
    }

    [Fact]
    public async Task A_wrong_password_says_the_same_with_a_second_factor_and_without()
    {
        var with = await site.NewPersonAsync();
        var without = await site.NewPersonAsync();
        await site.WithAppAsync(with);
        async Task<string> SayAsync(Person person)
        {
            using var browser = await site.NewBrowser().GetAsync("/login");
            await browser.SubmitAsync(("Login", person.Login), ("Password", "не тот пароль"));
            return string.Join('|', browser.Errors());
        }
        Assert.Equal(await SayAsync(without), await SayAsync(with));
    }

    [Fact]
    public async Task The_second_step_leads_where_the_first_was_going_and_nowhere_else()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        foreach (var (back, onward) in new[] { ("/profile/sessions", "/profile/sessions"), ("//elsewhere.example", "/profile"), ("https://elsewhere.example/", "/profile") })
        {
            using var browser = await site.NewBrowser().GetAsync("/login?return=" + Uri.EscapeDataString(back));
            await browser.SubmitAndFollowAsync(("Login", person.Login), ("Password", PortalSite.Password));
            await browser.SubmitAsync(("Code", app.NextCode()));
            Assert.Equal(onward, browser.Location?.AbsolutePath);
            Assert.Equal(new Uri(site.Url).Authority, browser.Location?.Authority);
        }
    }

    [Fact, Trait("takes", "long")]
    public async Task A_recovered_password_asks_for_the_second_step_and_leaves_it_on()
    {
        var person = await site.NewPersonAsync();
        var (_, app) = await site.WithAppAsync(person);
        using var browser = await site.NewBrowser().GetAsync("/recover");
        await browser.SubmitAndFollowAsync(("Identifier", person.Phone));
        await browser.SubmitAndFollowAsync(("Code", await site.CodeToAsync(person.Phone)));
        Assert.Equal("/recover/second-step", browser.Path());
        // Whoever has the phone number alone goes no further.
        Assert.Equal("/recover/second-step", (await browser.GetAsync("/recover/password")).Location?.AbsolutePath);
        await browser.FollowAsync();
        await browser.SubmitAsync(("Code", app.WrongCode()));
        Assert.Contains("Код не подошёл", browser.Text);
        await browser.SubmitAndFollowAsync(("Code", app.NextCode()));
        Assert.Equal("/recover/password", browser.Path());
        await browser.SubmitAndFollowAsync(("Password", "четыре синих чайника"));
        Assert.Equal("/recover/done", browser.Path());
        await site.AtSecondStepAsync(person, "четыре синих чайника");
    }
}
