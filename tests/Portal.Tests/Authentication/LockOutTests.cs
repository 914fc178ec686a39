using System.Globalization;
using Aupd.Portal.Passwords;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Authentication;

/// <summary>Behind a proxy that is believed, so that a test can sit on many networks.</summary>
public sealed class SiteOfManyNetworks : PortalSite
{
    private int _networks;

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["Sites:TrustedProxies"] = "127.0.0.1,::1", ["Portal:Attempts:PerPlace"] = "20",
    };

    public Browser BrowserOnNewNetwork() => BrowserOn(Interlocked.Increment(ref _networks));

    public Browser BrowserOn(int network)
    {
        var browser = NewBrowser();
        browser.Headers.Add("X-Forwarded-For", $"10.{network / 250}.{network % 250}.7");
        return browser;
    }

    public int NewNetwork() => Interlocked.Increment(ref _networks);
}

public sealed class LockOutTests(SiteOfManyNetworks site) : IClassFixture<SiteOfManyNetworks>
{
    private const string Wrong = "not the password";

    [Fact]
    public async Task Five_wrong_passwords_and_the_sixth_must_wait_until_the_window_ends()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.BrowserOnNewNetwork();
        await WrongAsync(browser, person.Login, 5);
        Assert.Equal(429, await site.TryAsync(browser, person.Login, PortalSite.Password));
        Assert.Contains("Подождите", browser.Text);
        var wait = TimeSpan.FromSeconds(int.Parse(browser.Answer.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture));
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));
        site.Clock.Advance(wait - TimeSpan.FromSeconds(1));
        Assert.Equal(429, await site.TryAsync(browser, person.Login, PortalSite.Password));
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(303, await site.TryAsync(browser, person.Login, PortalSite.Password));
    }

    [Fact]
    public async Task The_fifth_try_may_still_be_the_right_one_and_then_the_count_begins_anew()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.BrowserOnNewNetwork();
        for (var round = 0; round < 3; round++)
        {
            await WrongAsync(browser, person.Login, 4);
            Assert.Equal(303, await site.TryAsync(browser, person.Login, PortalSite.Password));
        }
    }

    [Fact]
    public async Task An_unknown_account_is_locked_in_the_same_words()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.BrowserOnNewNetwork();
        await WrongAsync(browser, person.Login, 5);
        await site.TryAsync(browser, person.Login, Wrong);
        var known = browser.Text.Replace(person.Login, "", StringComparison.Ordinal);
        await WrongAsync(browser, "no-such-login", 5);
        Assert.Equal(429, await site.TryAsync(browser, "no-such-login", Wrong));
        Assert.Equal(known, browser.Text.Replace("no-such-login", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_spelling_of_the_same_name_gets_no_tries_of_its_own()
    {
        var person = await site.NewPersonAsync();
        using var browser = site.BrowserOnNewNetwork();
        foreach (var spelling in new[] { person.Login, person.Phone, "8" + person.Phone[2..], person.Email, person.Snils })
            Assert.Equal(200, await site.TryAsync(browser, spelling, Wrong));
        Assert.Equal(429, await site.TryAsync(browser, person.Login.ToUpperInvariant(), Wrong));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_racing_tries_get_five_comparisons()
    {
        var person = await site.NewPersonAsync();
        var network = site.NewNetwork();
        var browsers = Enumerable.Range(0, 30).Select(_ => site.BrowserOn(network)).ToList();
        await Task.WhenAll(browsers.Select(b => b.GetAsync("/login")));
        var before = site.Get<HashGate>().Begun;
        await Task.WhenAll(browsers.Select(b => b.SubmitAsync(("Login", person.Login), ("Password", Wrong))));
        Assert.Equal(5, site.Get<HashGate>().Begun - before);
        Assert.Equal(5, browsers.Count(b => (int)b.Status == 200));
        Assert.Equal(25, browsers.Count(b => (int)b.Status == 429));
        browsers.ForEach(b => b.Dispose());
    }

    [Fact, Trait("takes", "long")]
    public async Task A_stranger_who_fails_elsewhere_keeps_nobody_out()
    {
        var person = await site.NewPersonAsync();
        using var stranger = site.BrowserOnNewNetwork();
        await WrongAsync(stranger, person.Login, 5);
        for (var i = 0; i < 40; i++) Assert.Equal(429, await site.TryAsync(stranger, person.Login, Wrong));
        using var owner = site.BrowserOnNewNetwork();
        Assert.Equal(200, await site.TryAsync(owner, person.Login, Wrong));
        Assert.Equal(303, await site.TryAsync(owner, person.Login, PortalSite.Password));
    }

    [Fact]
    public async Task A_stranger_at_the_next_desk_keeps_nobody_out_of_a_device_he_knows()
    {
        var person = await site.NewPersonAsync();
        var school = site.NewNetwork();
        using var owner = site.BrowserOn(school);
        Assert.Equal(303, await site.TryAsync(owner, person.Login, PortalSite.Password));
        using var stranger = site.BrowserOn(school);
        await WrongAsync(stranger, person.Login, 5);
        Assert.Equal(429, await site.TryAsync(stranger, person.Login, Wrong));
        Assert.Equal(303, await site.TryAsync(owner, person.Login, PortalSite.Password));
        // The device has a budget of its own, and it is no larger.
        await WrongAsync(owner, person.Login, 5);
        Assert.Equal(429, await site.TryAsync(owner, person.Login, PortalSite.Password));
    }

    [Fact]
    public async Task A_device_known_for_one_person_is_unknown_for_another()
    {
        var (mine, other) = (await site.NewPersonAsync(), await site.NewPersonAsync());
        var network = site.NewNetwork();
        using var browser = site.BrowserOn(network);
        Assert.Equal(303, await site.TryAsync(browser, mine.Login, PortalSite.Password));
        using var neighbour = site.BrowserOn(network);
        await WrongAsync(neighbour, other.Login, 5);
        Assert.Equal(429, await site.TryAsync(browser, other.Login, PortalSite.Password));
    }

    [Fact]
    public async Task A_made_up_device_cookie_is_no_known_device()
    {
        var person = await site.NewPersonAsync();
        var network = site.NewNetwork();
        using var stranger = site.BrowserOn(network);
        await WrongAsync(stranger, person.Login, 5);
        using var forged = site.BrowserOn(network);
        forged.Cookies.Add(new System.Net.Cookie("aupd-portal-device", $"x%20{person.Id:N}", "/", "localhost"));
        Assert.Equal(429, await site.TryAsync(forged, person.Login, PortalSite.Password));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_guess_from_everywhere_is_slowed_down_for_unknown_devices_alone()
    {
        var person = await site.NewPersonAsync();
        using var known = site.BrowserOnNewNetwork();
        Assert.Equal(303, await site.TryAsync(known, person.Login, PortalSite.Password));
        StartOf(TimeSpan.FromHours(1));
        for (var i = 0; i < 6; i++)
        {
            using var bot = site.BrowserOnNewNetwork();
            await WrongAsync(bot, person.Login, 5);
        }
        // Thirty in this hour: from now on one try in thirty seconds, whoever makes it.
        using var late = site.BrowserOnNewNetwork();
        Assert.Equal(200, await site.TryAsync(late, person.Login, Wrong));
        Assert.Equal(429, await site.TryAsync(late, person.Login, PortalSite.Password));
        Assert.Equal(303, await site.TryAsync(known, person.Login, PortalSite.Password));
        site.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(429, await site.TryAsync(late, person.Login, PortalSite.Password));
        site.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(303, await site.TryAsync(late, person.Login, PortalSite.Password));
    }

    [Fact, Trait("takes", "long")]
    public async Task One_network_that_tries_many_accounts_must_wait_but_known_devices_on_it_need_not()
    {
        var person = await site.NewPersonAsync();
        var network = site.NewNetwork();
        using var known = site.BrowserOn(network);
        Assert.Equal(303, await site.TryAsync(known, person.Login, PortalSite.Password));
        StartOf(TimeSpan.FromMinutes(15));
        using var bot = site.BrowserOn(network);
        for (var i = 0; i < 20; i++) Assert.Equal(200, await site.TryAsync(bot, $"guess{network}-{i}", Wrong));
        Assert.Equal(429, await site.TryAsync(bot, $"guess{network}-20", Wrong));
        Assert.Equal(303, await site.TryAsync(known, person.Login, PortalSite.Password));
        site.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(200, await site.TryAsync(bot, $"guess{network}-21", Wrong));
    }

    [Fact, Trait("takes", "long")]
    public async Task Right_passwords_do_not_use_up_the_tries_of_a_network()
    {
        var network = site.NewNetwork();
        StartOf(TimeSpan.FromMinutes(15));
        for (var i = 0; i < 25; i++)
        {
            using var browser = site.BrowserOn(network);
            Assert.Equal(303, await site.TryAsync(browser, (await site.NewPersonAsync()).Login, PortalSite.Password));
        }
    }

    private async Task WrongAsync(Browser browser, string login, int times)
    {
        for (var i = 0; i < times; i++) Assert.Equal(200, await site.TryAsync(browser, login, Wrong));
    }

    private void StartOf(TimeSpan window)
    {
        var now = site.Clock.GetUtcNow();
        site.Clock.Advance(TimeSpan.FromTicks(window.Ticks - now.Ticks % window.Ticks));
    }
}
