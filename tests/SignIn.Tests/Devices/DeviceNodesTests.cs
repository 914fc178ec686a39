using Aupd.TestKit;

namespace Aupd.SignIn.Tests.Devices;

/// <summary>The whole service twice over one database.</summary>
public sealed class TwoGateways : GatewaySite
{
    private readonly Task<string> _database = TestPostgres.NewDatabaseAsync();

    protected override Dictionary<string, string?> Settings => new(base.Settings)
    {
        ["Database:ConnectionString"] = _database.GetAwaiter().GetResult(),
    };

    internal Task<RunningService> AnotherAsync() => RunningService.StartAsync(Settings, Clock, _database.GetAwaiter().GetResult());
}

public sealed class DeviceNodesTests(TwoGateways site) : IClassFixture<TwoGateways>
{
    [Fact, Trait("takes", "long")]
    public async Task Tabs_that_race_on_two_nodes_get_one_next_token_which_is_good_after_a_restart()
    {
        var parent = await site.ParentAsync(0);
        using var browser = await site.BoundAsync(parent);
        var (first, session) = (browser.Token()!, browser.Cookie(DeviceSteps.SessionName)!);
        site.Clock.Advance(TimeSpan.FromMinutes(10));
        var tabs = Enumerable.Range(0, 30).Select(_ => site.With(first, session)).ToList();
        string next;
        await using (var other = await site.AnotherAsync())
        {
            await Task.WhenAll(tabs.Select((tab, i) => tab.GetAsync((i % 2 == 0 ? other : site.Service).SchoolUrl + "/continue")));
            next = Assert.Single(tabs.Select(t => t.Token()!).Distinct());
            Assert.NotEqual(first, next);
        }
        Assert.Equal(1, await site.CountAsync(DeviceSteps.LiveSql, parent));
        site.Clock.Advance(TimeSpan.FromMinutes(10));
        await using var restarted = await site.AnotherAsync();
        using var later = site.With(next, session);
        await later.GetAsync(restarted.SchoolUrl + "/continue");
        Assert.StartsWith(restarted.DemoUrl + "/library/login", later.Location?.AbsoluteUri);
        Assert.NotEqual(next, later.Token());
        // Shown once, so that the one before is over; and the oldest is a copy on any node.
        await later.GetAsync(restarted.SchoolUrl + "/continue");
        site.Clock.Advance(TimeSpan.FromSeconds(30));
        using var copy = site.With(first);
        await copy.GetAsync(site.Service.SchoolUrl + "/");
        Assert.Contains("Это устройство отвязано", copy.Text);
        await later.GetAsync(restarted.SchoolUrl + "/cabinet");
        Assert.Equal("/continue", later.Location?.AbsolutePath);
        tabs.ForEach(t => t.Dispose());
    }
}
