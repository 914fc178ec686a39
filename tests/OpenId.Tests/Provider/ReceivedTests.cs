using Aupd.OpenId.Doors;
using Aupd.OpenId.Received;
using Aupd.TestKit;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>What each client has received about a person is known from the first grant, and for good.</summary>
public sealed class ReceivedTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new(new DateTimeOffset(2026, 9, 1, 8, 0, 0, TimeSpan.Zero));
    private TestSite _site = null!;

    public async Task InitializeAsync()
    {
        _site = await TestSite.StartAsync(new TestPeople(), _clock);
        await _site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        // The site's own worker gathers once at the start, and whoever comes meanwhile leaves it to it.
        await Eventually.HoldsAsync("the site's own first round is over", async () =>
        {
            await using var connection = await _site.Shared.Source.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<DateTime>("select at from openid.received_until") == _clock.GetUtcNow().UtcDateTime;
        });
    }

    public async Task DisposeAsync() => await _site.DisposeAsync();

    private IReceivedData Received => _site.Services.GetRequiredService<IReceivedData>();
    private GatherReceived Gather => new(_site.Shared.Source, _site.Services.GetRequiredService<OpenIdSettings>(), _clock, NullLogger<GatherReceived>.Instance);

    [Fact]
    public async Task It_is_told_at_once_and_the_same_after_gathering_and_after_the_grants_have_gone()
    {
        using var browser = new TestBrowser(_site.Url);
        Assert.Empty(await Received.OfAsync("anna", default));
        await browser.TokensAsync("anna");
        var first = Assert.Single(await Received.OfAsync("anna", default));
        Assert.Equal(("web", _clock.GetUtcNow(), _clock.GetUtcNow()), (first.ClientId, first.FirstAt, first.LastAt));
        Assert.Contains("openid", first.Scopes.Select(s => s.Scope));
        Assert.Equal(1, await Gather.RunAsync(default));
        Same(first, Assert.Single(await Received.OfAsync("anna", default)));

        await ExecuteAsync("delete from openid.client_grant");
        Same(first, Assert.Single(await Received.OfAsync("anna", default)));

        _clock.Advance(TimeSpan.FromDays(3));
        await browser.TokensAsync("anna");
        var later = Assert.Single(await Received.OfAsync("anna", default));
        Assert.Equal((first.FirstAt, _clock.GetUtcNow()), (later.FirstAt, later.LastAt));
        await Gather.RunAsync(default);
        await Gather.RunAsync(default);
        Same(later, Assert.Single(await Received.OfAsync("anna", default)));
        Assert.Empty(await Received.OfAsync("boris", default));
    }

    [Fact]
    public async Task Nodes_that_gather_at_once_leave_one_row_for_each_person_and_client()
    {
        using var browser = new TestBrowser(_site.Url);
        for (var i = 0; i < 5; i++) await browser.TokensAsync("person" + i);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Gather.RunAsync(default)));
        await using var connection = await _site.Shared.Source.OpenConnectionAsync();
        Assert.Equal(5, await connection.ExecuteScalarAsync<long>("select count(*) from openid.received where client_id = 'web'"));
    }

    [Fact]
    public async Task A_grant_that_was_written_late_is_not_missed()
    {
        using var browser = new TestBrowser(_site.Url);
        await Gather.RunAsync(default);
        await browser.TokensAsync("late");
        await ExecuteAsync("update openid.client_grant set granted_at = granted_at - interval '4 minutes'");
        Assert.Equal(1, await Gather.RunAsync(default));
    }

    // After an upgrade of a site with millions of grants, or days without the worker: one statement over all of it would never come to its end.
    [Fact]
    public async Task What_has_piled_up_is_gathered_in_stretches_and_what_was_done_is_kept()
    {
        using var browser = new TestBrowser(_site.Url);
        await browser.TokensAsync("anna");
        await ExecuteAsync("""
            insert into openid.client_grant (id, provider, client_id, subject, session_id, context, scopes, offline, authenticated_at, methods, granted_at, expires_at, refresh_hashes)
            select gen_random_uuid(), provider, client_id, 'boris', session_id, context, scopes, offline, authenticated_at, methods, granted_at - days * interval '1 day', expires_at, refresh_hashes
              from openid.client_grant cross join (values (0), (1), (2), (20), (60), (89)) d (days);
            update openid.received_until set at = '-infinity'
            """);
        await ExecuteAsync("""
            create function faulty() returns trigger language plpgsql as 'begin if new.last_at > ''2026-08-30'' then raise exception ''no disk''; end if; return new; end';
            create trigger faulty before insert or update on openid.received for each row execute function faulty()
            """);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Gather.RunAsync(default));
        await using (var connection = await _site.Shared.Source.OpenConnectionAsync())
        {
            Assert.Equal(_clock.GetUtcNow().UtcDateTime.AddDays(-89), await connection.ExecuteScalarAsync<DateTime>("select first_at from openid.received where subject = 'boris'"));
            Assert.InRange(await connection.ExecuteScalarAsync<DateTime>("select at from openid.received_until"), _clock.GetUtcNow().UtcDateTime.AddDays(-60), _clock.GetUtcNow().UtcDateTime.AddDays(-2));
        }
        await ExecuteAsync("drop trigger faulty on openid.received");
        await Gather.RunAsync(default);
        var boris = Assert.Single(await Received.OfAsync("boris", default));
        Assert.Equal((_clock.GetUtcNow().AddDays(-89), _clock.GetUtcNow()), (boris.FirstAt, boris.LastAt));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _site.Shared.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    private static void Same(ReceivedByClient expected, ReceivedByClient actual)
    {
        Assert.Equal((expected.ClientId, expected.FirstAt, expected.LastAt), (actual.ClientId, actual.FirstAt, actual.LastAt));
        Assert.Equal(expected.Claims, actual.Claims);
        Assert.Equal(expected.Scopes, actual.Scopes);
    }
}
