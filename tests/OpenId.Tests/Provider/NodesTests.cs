using System.Net;
using Aupd.OpenId.Doors;
using Aupd.OpenId.Grants;
using Aupd.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aupd.OpenId.Tests.Provider;

/// <summary>Two nodes on one database are one provider; a restart loses nothing.</summary>
public sealed class NodesTests : IAsyncLifetime
{
    private const string Issuer = "https://school.region.test";
    private readonly TestPeople _people = new();
    private readonly FakeClock _clock = new();
    private string _database = "";
    private TestSite _one = null!, _two = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        (_one, _two) = (await NodeAsync(), await NodeAsync());
        await _one.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        await Eventually.HoldsAsync("the client on the second node", async () => (await _two.Clients.AllAsync(default)).Count == 1);
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private Task<TestSite> NodeAsync() => TestSite.StartAsync(_people, _clock, _database, Issuer);

    [Fact]
    public async Task A_request_begun_on_one_node_is_resumed_and_redeemed_on_another_and_refreshed_on_the_first()
    {
        using var first = new TestBrowser(_one.Url);
        using var second = new TestBrowser(_two.Url);
        var back = (await first.AuthorizeAsync(TestBrowser.Request())).Query("back")!;
        await second.SignInAsync("anna");
        var code = (await second.GetAsync(back)).Query("code")!;
        var tokens = await first.TokenAsync(TestBrowser.Redeem(code));
        Assert.Equal(Issuer, TestBrowser.Claims(tokens.Text("id_token")).GetProperty("iss").GetString());
        Assert.Equal(HttpStatusCode.OK, (await second.UserInfoAsync(tokens.Text("access_token")!)).Status);
        var refreshed = await second.RefreshAsync(tokens.Text("refresh_token")!);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(TestBrowser.Header(tokens.Text("id_token")).GetProperty("kid").GetString(), TestBrowser.Header(refreshed.Text("id_token")).GetProperty("kid").GetString());
    }

    [Fact, Trait("takes", "long")]
    public async Task Races_across_nodes_have_one_winner_and_reuse_on_one_kills_the_family_on_both()
    {
        using var first = new TestBrowser(_one.Url);
        using var second = new TestBrowser(_two.Url);
        TestBrowser[] both = [first, second];
        var code = await first.CodeAsync("racer");
        var redeemed = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => both[i % 2].TokenAsync(TestBrowser.Redeem(code))));
        Assert.Single(redeemed, a => a.Status == HttpStatusCode.OK);
        var token = (await first.TokensAsync("racer")).Text("refresh_token")!;
        var refreshed = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => both[i % 2].RefreshAsync(token)));
        var good = Assert.Single(refreshed, a => a.Status == HttpStatusCode.OK);
        foreach (var browser in both) Assert.Equal("invalid_grant", (await browser.RefreshAsync(good.Text("refresh_token")!)).Text("error"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_pushed_request_and_a_device_code_raced_for_on_two_nodes_have_one_winner()
    {
        await _one.Clients.RegisterAsync(ProviderFixture.Clients().Single(c => c.ClientId == "tv"), default);
        await Eventually.HoldsAsync("the client on the second node", async () => (await _two.Clients.AllAsync(default)).Count == 2);
        using var first = new TestBrowser(_one.Url);
        using var second = new TestBrowser(_two.Url);
        TestBrowser[] both = [first, second];
        foreach (var browser in both) await browser.SignInAsync("racer");
        var pushed = TestBrowser.Pushed(await first.PushAsync(TestBrowser.Request()));
        var opened = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => both[i % 2].AuthorizeAsync(pushed)));
        Assert.Single(opened, a => a.Query("code") is not null);
        var screen = await Screen.AskAsync(second);
        using var phone = new Browser(_one.Url);
        await screen.LetInAsync(phone, "racer");
        var polled = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (screen with { Http = both[i % 2] }).PollAsync()));
        var tokens = Assert.Single(polled, a => a.Status == HttpStatusCode.OK);
        // The others were reuse.
        foreach (var browser in both) Assert.Equal(HttpStatusCode.Unauthorized, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
    }

    [Fact]
    public async Task A_client_changed_on_one_node_is_soon_changed_on_the_other()
    {
        using var second = new TestBrowser(_two.Url);
        await second.SignInAsync("anna");
        await _one.Clients.RegisterAsync(ProviderFixture.Client("web") with { RedirectUris = ["https://web.test/new"] }, default);
        await Eventually.HoldsAsync("the change on the second node",
            async () => (await second.AuthorizeAsync(TestBrowser.Request())).Status == HttpStatusCode.BadRequest);
        Assert.NotNull((await second.AuthorizeAsync(TestBrowser.Request("web", ("redirect_uri", "https://web.test/new")))).Query("code"));
    }

    // The clock stands still, so that no ring of keys grows old: only the news can make the other node read.
    [Fact]
    public async Task Keys_changed_on_one_node_are_shown_by_the_other_within_a_second()
    {
        using var second = new TestBrowser(_two.Url);
        async Task<string[]> KidsAsync() => [.. (await second.GetAsync("/connect/jwks")).Json.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!)];
        var before = await KidsAsync();
        var next = await _one.Services.GetRequiredService<ISigningKeys>().RotateAsync(null, forgetOld: false, default);
        await Eventually.HoldsAsync("the new keys on the second node", async () => next.Concat(before).All((await KidsAsync()).Contains));
        await _one.Services.GetRequiredService<ISigningKeys>().RotateAsync(null, forgetOld: true, default);
        await Eventually.HoldsAsync("the old keys gone from the second node", async () => !(await KidsAsync()).Intersect(before.Concat(next)).Any());
    }

    [Fact, Trait("takes", "long")]
    public async Task A_restart_loses_neither_code_nor_token_nor_waiting_request()
    {
        string back, code, refresh;
        using (var before = new TestBrowser(_one.Url))
        {
            back = (await before.AuthorizeAsync(TestBrowser.Request())).Query("back")!;
            refresh = (await before.TokensAsync("anna")).Text("refresh_token")!;
            code = await before.CodeAsync("anna");
        }
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        (_one, _two) = (await NodeAsync(), await NodeAsync());
        using var after = new TestBrowser(_two.Url);
        Assert.Equal(HttpStatusCode.OK, (await after.TokenAsync(TestBrowser.Redeem(code))).Status);
        Assert.Equal(HttpStatusCode.OK, (await after.RefreshAsync(refresh)).Status);
        await after.SignInAsync("anna");
        Assert.NotNull((await after.GetAsync(back)).Query("code"));
    }

    [Fact, Trait("takes", "long")]
    public async Task A_spent_token_stays_spent_after_a_restart()
    {
        using var before = new TestBrowser(_one.Url);
        var first = await before.TokensAsync("anna");
        var second = await before.RefreshAsync(first.Text("refresh_token")!);
        await _two.DisposeAsync();
        _two = await NodeAsync();
        using var after = new TestBrowser(_two.Url);
        Assert.Equal("invalid_grant", (await after.RefreshAsync(first.Text("refresh_token")!)).Text("error"));
        Assert.Equal("invalid_grant", (await after.RefreshAsync(second.Text("refresh_token")!)).Text("error"));
    }

    [Fact]
    public async Task The_other_provider_of_the_database_knows_nothing_of_these_clients_codes_and_tokens()
    {
        await using var portal = await TestSite.StartAsync(_people, _clock, _database, Issuer, provider: "portal");
        await portal.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var school = new TestBrowser(_one.Url);
        using var other = new TestBrowser(portal.Url);
        var tokens = await school.TokensAsync("anna");
        var code = await school.CodeAsync("anna");
        Assert.Equal("invalid_grant", (await other.TokenAsync(TestBrowser.Redeem(code))).Text("error"));
        Assert.Equal("invalid_grant", (await other.RefreshAsync(tokens.Text("refresh_token")!)).Text("error"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.UserInfoAsync(tokens.Text("access_token")!)).Status);
        Assert.Equal("invalid_request", (await other.AuthorizeAsync(TestBrowser.Request("web", ("id_token_hint", tokens.Text("id_token"))))).Query("error"));
        Assert.Equal(HttpStatusCode.OK, (await school.TokenAsync(TestBrowser.Redeem(code))).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task Partitions_are_made_ahead_rows_move_into_them_and_expired_ones_go()
    {
        await using var site = await TestSite.StartAsync(_people, _clock, partitions: false);
        await site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var browser = new TestBrowser(site.Url);
        var tokens = await browser.TokensAsync("anna");
        var keeper = new PartitionKeeper(site.Shared.Source, new OpenIdSettings(), _clock, NullLogger<PartitionKeeper>.Instance);
        var (made, _) = await keeper.RunAsync(default);
        Assert.InRange(made, 20, 60);
        Assert.Equal((0, 0), await keeper.RunAsync(default));
        await using (var count = site.Shared.Source.CreateCommand("select count(*) from openid.client_grant_rest")) Assert.Equal(0L, await count.ExecuteScalarAsync());
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
        var refreshed = await browser.RefreshAsync(tokens.Text("refresh_token")!);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        _clock.Advance(TimeSpan.FromDays(2));
        var (_, dropped) = await keeper.RunAsync(default);
        Assert.InRange(dropped, 6, 30);
        Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(refreshed.Text("refresh_token")!)).Status);
    }

    [Fact, Trait("takes", "long")]
    public async Task Many_rows_stay_in_the_default_partition_since_sign_ins_would_wait_while_they_move()
    {
        await using var site = await TestSite.StartAsync(_people, _clock, partitions: false);
        await site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var browser = new TestBrowser(site.Url);
        var tokens = await browser.TokensAsync("anna");
        await using (var fill = site.Shared.Source.CreateCommand("""
            insert into openid.access_token (token_hash, provider, client_id, scopes, audiences, issued_at, expires_at)
            select sha256(n::text::bytea), 'test', 'web', '{}', '{}', $1, $1 + interval '1 minute' from generate_series(1, $2) n
            """))
        {
            fill.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = _clock.GetUtcNow() });
            fill.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PartitionKeeper.MostMoved + 1 });
            await fill.ExecuteNonQueryAsync();
        }
        async Task<long> LeftAsync()
        {
            await using var count = site.Shared.Source.CreateCommand("select count(*) from openid.access_token_rest");
            return (long)(await count.ExecuteScalarAsync())!;
        }
        var keeper = new PartitionKeeper(site.Shared.Source, new OpenIdSettings(), _clock, NullLogger<PartitionKeeper>.Instance);
        await keeper.RunAsync(default);
        Assert.InRange(await LeftAsync(), PartitionKeeper.MostMoved + 1, PartitionKeeper.MostMoved + 2);
        Assert.Equal(HttpStatusCode.OK, (await browser.UserInfoAsync(tokens.Text("access_token")!)).Status);
        _clock.Advance(TimeSpan.FromDays(2));
        await keeper.RunAsync(default);
        Assert.Equal(0, await LeftAsync());
    }

    [Fact, Trait("takes", "long")]
    public async Task Partitions_made_under_load_disturb_nobody()
    {
        await using var site = await TestSite.StartAsync(_people, _clock, partitions: false);
        await site.Clients.RegisterAsync(ProviderFixture.Client("web"), default);
        using var stop = new CancellationTokenSource();
        var served = 0;
        async Task SignInAgainAndAgainAsync()
        {
            using var browser = new TestBrowser(site.Url);
            while (!stop.IsCancellationRequested || served < 20)
            {
                var tokens = await browser.TokensAsync("busy");
                Assert.Equal(HttpStatusCode.OK, (await browser.RefreshAsync(tokens.Text("refresh_token")!)).Status);
                Interlocked.Increment(ref served);
            }
        }
        var people = Enumerable.Range(0, 6).Select(_ => SignInAgainAndAgainAsync()).ToArray();
        var keeper = new PartitionKeeper(site.Shared.Source, new OpenIdSettings(), _clock, NullLogger<PartitionKeeper>.Instance);
        await Eventually.HoldsAsync("people at work", () => Volatile.Read(ref served) >= 6);
        await keeper.RunAsync(default);
        await stop.CancelAsync();
        await Task.WhenAll(people);
    }
}
