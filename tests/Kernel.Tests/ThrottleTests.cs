using Aupd.Kernel.Throttling;
using Aupd.TestKit;
using Npgsql;

namespace Aupd.Kernel.Tests;

public sealed class ThrottleTests : IAsyncLifetime
{
    private static readonly ThrottleRule Rule = new("test", 5, TimeSpan.FromMinutes(1));
    private readonly FakeClock _clock = new();
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync() => _source = NpgsqlDataSource.Create(await TestPostgres.NewDatabaseAsync());

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task Of_thirty_racing_hits_exactly_the_limit_is_allowed()
    {
        var throttle = new Throttle(_source, _clock);
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => throttle.HitAsync(Rule, "a")));
        Assert.Equal(5, verdicts.Count(v => v.Allowed));
        Assert.True((await throttle.HitAsync(Rule, "b")).Allowed);
    }

    [Fact]
    public async Task The_limit_holds_to_the_end_of_the_window_and_no_longer()
    {
        var throttle = new Throttle(_source, _clock);
        for (var hit = 0; hit < 5; hit++) Assert.True((await throttle.HitAsync(Rule, "a")).Allowed);
        Assert.False((await throttle.PeekAsync(Rule, "a")).Allowed);
        var refused = await throttle.HitAsync(Rule, "a");
        Assert.False(refused.Allowed);
        _clock.Advance(refused.RetryAfter - TimeSpan.FromMilliseconds(1));
        Assert.False((await throttle.HitAsync(Rule, "a")).Allowed);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await throttle.HitAsync(Rule, "a")).Allowed);
    }

    [Fact]
    public async Task A_success_clears_the_hits()
    {
        var throttle = new Throttle(_source, _clock);
        for (var hit = 0; hit < 6; hit++) await throttle.HitAsync(Rule, "a");
        await throttle.ClearAsync(Rule, "a");
        Assert.True((await throttle.HitAsync(Rule, "a")).Allowed);
    }

    [Fact]
    public async Task Counters_of_windows_that_are_over_are_swept_and_no_others()
    {
        var throttle = new Throttle(_source, _clock);
        for (var key = 0; key < 30; key++) await throttle.HitAsync(Rule, $"old {key}");
        _clock.Advance(Rule.Window + TimeSpan.FromMilliseconds(1));
        for (var hit = 0; hit < 6; hit++) await throttle.HitAsync(Rule, "new");
        var sweep = new SweepThrottles(_source, _clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<SweepThrottles>.Instance);
        Assert.Equal(30, await sweep.RunAsync());
        Assert.False((await throttle.HitAsync(Rule, "new")).Allowed);
    }
}
