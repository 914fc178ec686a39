using System.Collections.Concurrent;
using System.Diagnostics;
using Aupd.Portal.Passwords;
using Aupd.Portal.Tests.Support;
using Aupd.TestKit;

namespace Aupd.Portal.Tests.Passwords;

public sealed class HashGateTests
{
    private const int Patient = 60_000;

    [Fact]
    public async Task People_are_served_in_the_order_they_came()
    {
        using var gate = new HashGate(new HashingSettings { AtOnce = 1, LongestWaitMilliseconds = Patient });
        using var hold = new ManualResetEventSlim();
        var served = new ConcurrentQueue<int>();
        var first = gate.RunAsync(() => { hold.Wait(); return 0; });
        var others = Enumerable.Range(1, 50).Select(i => gate.RunAsync(() => { served.Enqueue(i); return i; })).ToList();
        hold.Set();
        await first;
        await Task.WhenAll(others);
        Assert.Equal(Enumerable.Range(1, 50), served);
    }

    [Fact]
    public async Task No_more_hashes_run_at_once_than_are_set()
    {
        using var gate = new HashGate(new HashingSettings { AtOnce = 3, LongestWaitMilliseconds = Patient });
        using var full = new ManualResetEventSlim();
        var (now, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => gate.RunAsync(() =>
        {
            var running = Interlocked.Increment(ref now);
            InterlockedMax(ref most, running);
            if (running == 3) full.Set();
            full.Wait(Eventually.Patience);
            Thread.Sleep(3); // Time for a fourth, if one is let in.
            return Interlocked.Decrement(ref now);
        })));
        Assert.Equal(3, most);
    }

    [Fact, Trait("takes", "long")]
    public async Task Past_the_deadline_people_are_told_to_come_back_and_their_hash_is_never_computed()
    {
        using var gate = new HashGate(new HashingSettings { AtOnce = 1, LongestWaitMilliseconds = 100 });
        using var hold = new ManualResetEventSlim();
        var computed = 0;
        var first = await gate.HeldAsync(hold);
        var watch = Stopwatch.StartNew();
        var late = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gate.RunAsync(() => Interlocked.Increment(ref computed)))).WaitAsync(Eventually.Patience);
        Assert.True(watch.ElapsedMilliseconds >= 80, $"refused after {watch.ElapsedMilliseconds} ms");
        Assert.All(late, r => Assert.False(r.Passed));
        hold.Set();
        Assert.True((await first).Passed);
        await Eventually.HoldsAsync("a hash after the refused ones", async () => (await gate.RunAsync(() => 1)).Passed);
        Assert.Equal(0, computed);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_has_room_again_when_people_have_left()
    {
        using var gate = new HashGate(new HashingSettings { AtOnce = 1, LongestQueue = 2, LongestWaitMilliseconds = Patient });
        using var hold = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var first = gate.RunAsync(() => { entered.Set(); hold.Wait(); return 0; });
        entered.Wait();
        using var leaving = new CancellationTokenSource();
        var waiting = new[] { gate.RunAsync(() => 1, leaving.Token), gate.RunAsync(() => 2) };
        Assert.False((await gate.RunAsync(() => 3)).Passed);
        leaving.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[0]);
        var next = gate.RunAsync(() => 4);
        hold.Set();
        Assert.True((await waiting[1]).Passed);
        Assert.Equal(4, (await next).Value);
    }

    [Fact]
    public async Task Work_that_fails_does_not_stop_the_gate()
    {
        using var gate = new HashGate(new HashingSettings { AtOnce = 1, LongestWaitMilliseconds = Patient });
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => gate.RunAsync<int>(() => throw new InsufficientMemoryException()));
        Assert.Equal(5, (await gate.RunAsync(() => 5)).Value);
    }

    [Fact]
    public async Task While_hashes_fill_the_gate_the_thread_pool_stays_free()
    {
        using var gate = new HashGate(new HashingSettings { AtOnce = 2, LongestWaitMilliseconds = Patient });
        using var hold = new ManualResetEventSlim();
        var hashes = Enumerable.Range(0, 300).Select(_ => gate.RunAsync(() => { hold.Wait(); return 0; })).ToList();
        // A pool whose threads are all held gets two more in a second: three hundred would hold it up for minutes.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => { }))).WaitAsync(Eventually.Patience / 2);
        hold.Set();
        await Task.WhenAll(hashes);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
