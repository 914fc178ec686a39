using System.Net;
using System.Text.Json;
using Aupd.OpenId.RelyingParty;
using Aupd.Portal.Doors;
using Aupd.SignIn.Events;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.SignIn.Tests;

/// <summary>An account of the portal is closed and opened again, and the gateway goes by what happened later.</summary>
public sealed class StandingTests(GatewaySite site) : IClassFixture<GatewaySite>
{
    [Fact, Trait("takes", "long")]
    public async Task A_closed_account_that_is_opened_again_signs_in_as_before()
    {
        var parent = await site.ParentAsync(0);
        using var browser = await site.SignInAsync(parent);
        await StandAsync(parent, open: false);
        await Eventually.HoldsAsync("the gateway knows that it is closed", () => IsDisabledAsync(parent));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        using var refused = await site.SignInAsync(parent);
        Assert.Equal("/login", refused.Url.AbsolutePath);
        await StandAsync(parent, open: true);
        await Eventually.HoldsAsync("the gateway knows that it is open", async () => !await IsDisabledAsync(parent));
        // What ended stays ended.
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        using var again = await site.SignInAsync(parent);
        Assert.Equal(site.Service.DemoUrl + "/diary/", again.Url.AbsoluteUri);
        await again.GetAsync(site.Service.SchoolUrl + "/cabinet/security/history");
        Assert.Contains("Учётная запись портала снова открыта", again.Text);
        Assert.Equal(1, await site.QueryAsync<long>("select count(*) from kernel.audit where act = 'portal.account-enabled' and subject = @id", new { id = parent.AccountId.ToString() }));
    }

    [Fact]
    public async Task Decisions_within_one_second_end_in_the_last_of_them()
    {
        var parent = await site.ParentAsync(1);
        using var browser = await site.SignInAsync(parent);
        // The clock of this region stands still.
        foreach (var open in new[] { false, true, false, true, false }) await StandAsync(parent, open);
        await SettledAsync(parent);
        Assert.True(await IsDisabledAsync(parent));
        await StandAsync(parent, open: true);
        await SettledAsync(parent);
        Assert.False(await IsDisabledAsync(parent));
    }

    [Fact, Trait("takes", "long")]
    public async Task Thirty_who_open_and_close_at_once_leave_both_sites_of_one_mind()
    {
        var parent = await site.ParentAsync(2);
        using var browser = await site.SignInAsync(parent);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => StandAsync(parent, open: i % 2 == 0)));
        await SettledAsync(parent);
        Assert.Equal(await site.QueryAsync<bool>("select disabled_at is not null from portal.account where id = @AccountId", new { parent.AccountId }), await IsDisabledAsync(parent));
    }

    [Fact]
    public async Task Events_that_come_twice_or_in_another_order_change_nothing_later()
    {
        var parent = await site.ParentAsync(3);
        using var browser = await site.SignInAsync(parent);
        var now = site.Clock.GetUtcNow();
        SecurityEvent closed = Event(parent, PortalEvents.AccountDisabled, now.AddMinutes(1)), opened = Event(parent, PortalEvents.AccountEnabled, now.AddMinutes(2));
        await TakeAsync(closed);
        Assert.True(await IsDisabledAsync(parent));
        await TakeAsync(opened);
        Assert.False(await IsDisabledAsync(parent));
        foreach (var late in new[] { closed, Event(parent, PortalEvents.AccountDisabled, now.AddMinutes(1)), opened }) await TakeAsync(late);
        Assert.False(await IsDisabledAsync(parent));
        // Of one second, that it is closed.
        await TakeAsync(Event(parent, PortalEvents.AccountDisabled, now.AddMinutes(2)));
        Assert.True(await IsDisabledAsync(parent));
        await TakeAsync(Event(parent, PortalEvents.AccountEnabled, now.AddMinutes(2)));
        Assert.True(await IsDisabledAsync(parent));
    }

    [Fact]
    public async Task A_late_word_that_it_was_closed_ends_what_began_before_and_nothing_else()
    {
        var parent = await site.ParentAsync(4);
        using var before = await site.SignInAsync(parent);
        site.Clock.Advance(TimeSpan.FromMinutes(10));
        await TakeAsync(Event(parent, PortalEvents.AccountEnabled, site.Clock.GetUtcNow().AddMinutes(-4)));
        using var after = await site.SignInAsync(parent);
        await TakeAsync(Event(parent, PortalEvents.AccountDisabled, site.Clock.GetUtcNow().AddMinutes(-5)));
        Assert.False(await IsDisabledAsync(parent));
        Assert.Equal(HttpStatusCode.Redirect, (await before.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync(site.Service.SchoolUrl + "/cabinet")).Status);
    }

    private async Task StandAsync(Person person, bool open)
    {
        await using var scope = site.Service.Portal.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<IAccounts>();
        Assert.True(await (open ? accounts.EnableAsync(person.AccountId, "test") : accounts.DisableAsync(person.AccountId, "test")));
    }

    private Task SettledAsync(Person person) => Eventually.HoldsAsync("every event has come", async () =>
        await site.QueryAsync<long>("select count(*) from kernel.outbox where key = @id and receiver like 'portal.tell-account-%'", new { id = person.AccountId.ToString() }) == 0);

    private Task<bool> IsDisabledAsync(Person person) => site.QueryAsync<bool>("""
        select p.disabled_at is not null from signin.profile p join signin.account a on a.id = p.account_id where a.subject = @id
        """, new { id = person.AccountId.ToString() });

    private Task TakeAsync(SecurityEvent news) => site.Get<PortalEvents>().TakeAsync(news, default);

    private SecurityEvent Event(Person person, string type, DateTimeOffset at) => new(Guid.NewGuid().ToString(), type, person.AccountId.ToString(),
        site.Clock.GetUtcNow(), JsonSerializer.SerializeToElement(new { event_timestamp = at.ToUnixTimeSeconds() }));
}
