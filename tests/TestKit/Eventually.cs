using System.Diagnostics;

namespace Aupd.TestKit;

/// <summary>Waits for what comes about in its own time: the act of a worker, the next page of a browser, the end of a process. Whoever waits names
/// what for; what has come about is seen within 20 ms.</summary>
public static class Eventually
{
    /// <summary>The one ceiling of all waiting, for a machine several times slower than a developer's and busy besides. It is spent only
    /// on what never comes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Until the condition holds; fails when it does not within <see cref="Patience"/>.</summary>
    public static Task HoldsAsync(string what, Func<Task<bool>> holds) => GetAsync(what, async () => await holds() ? what : null);

    /// <inheritdoc cref="HoldsAsync(string, Func{Task{bool}})"/>
    public static Task HoldsAsync(string what, Func<bool> holds) => HoldsAsync(what, () => Task.FromResult(holds()));

    /// <summary>The first thing that is not null; fails when none comes within <see cref="Patience"/>.</summary>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T?>> look) where T : class
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(BetweenLooks))
        {
            if (await look() is { } found) return found;
            if (watch.Elapsed > Patience) throw new TimeoutException($"It did not come about within {Patience.TotalSeconds} s: {what}");
        }
    }
}
