using Aupd.Portal.Authentication;
using Aupd.Portal.Tests.SecondFactor;

namespace Aupd.Portal.Tests.Authentication;

public sealed class TryCounterTests(WideSite site) : IClassFixture<WideSite>
{
    // Counting locks place, account, network; giving back must do so in the same order, or two presses of one person meet crosswise.
    [Fact, Trait("takes", "long")]
    public async Task Tries_of_one_account_from_one_place_are_counted_and_given_back_at_once_and_none_fails()
    {
        var counter = site.Get<TryCounter>();
        var place = new TryPlace("203.0.113.0", IsKnown: false);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            for (var n = 0; n < 40; n++)
            {
                var counted = await counter.CountAsync("one-account", place, default);
                Assert.Null(counted.Wait);
                await counter.GiveBackAsync(counted, all: (i + n) % 2 == 0, default);
            }
        }));
        // What was counted is given back, in all three.
        Assert.Equal((3, 0), (await site.AskAsync<int>("select count(*)::int from portal.attempt"), await site.AskAsync<int>("select sum(hits)::int from portal.attempt")));
    }
}
