using System.Diagnostics;
using System.Globalization;

namespace Aupd.Bench.Provider;

/// <summary>What one operation cost.</summary>
/// <param name="Operations">Done within <paramref name="Seconds"/>.</param>
internal sealed record Measured(string Name, long Operations, double Seconds, double P50, double P95, double P99, double ServerMs, double DatabaseMs)
{
    public static string Heading => "| operation | ops/s | p50 ms | p95 ms | p99 ms | CPU ms/op server | CPU ms/op PostgreSQL |\n|---|---|---|---|---|---|---|";

    public double ServerEach => ServerMs / Operations;
    public double DatabaseEach => DatabaseMs / Operations;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {Operations / Seconds:N0} | {P50:F1} | {P95:F1} | {P99:F1} | {ServerEach:F3} | {DatabaseEach:F3} |");
}

/// <summary>A closed loop: each of so many workers begins its next operation when the last one has ended.</summary>
internal sealed class Load(Processes processes)
{
    /// <param name="warm">How long to drive before anything is counted.</param>
    /// <param name="operation">One operation of the worker of that number.</param>
    public async Task<Measured> RunAsync(string name, int workers, TimeSpan warm, TimeSpan time, Func<int, Task> operation)
    {
        await DriveAsync(workers, warm, operation);
        return await CountAsync(name, () => DriveAsync(workers, time, operation));
    }

    /// <summary>Counts what a drive of any kind does; it gives back the time that each operation took, in milliseconds.</summary>
    public async Task<Measured> CountAsync(string name, Func<Task<List<double>>> drive)
    {
        var before = processes.Spent();
        var watch = Stopwatch.StartNew();
        var times = await drive();
        var seconds = watch.Elapsed.TotalSeconds;
        var after = processes.Spent();
        if (times.Count == 0) throw new InvalidOperationException($"Not one {name} came to an end: give it more time.");
        times.Sort();
        double At(double share) => times[Math.Min(times.Count - 1, (int)(times.Count * share))];
        return new Measured(name, times.Count, seconds, At(0.50), At(0.95), At(0.99), after.ServerMs - before.ServerMs, after.DatabaseMs - before.DatabaseMs);
    }

    private static async Task<List<double>> DriveAsync(int workers, TimeSpan time, Func<int, Task> operation)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var lists = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var times = new List<double>();
            for (var start = Stopwatch.GetTimestamp(); start < end; start = Stopwatch.GetTimestamp())
            {
                await operation(worker);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return times;
        })));
        return lists.SelectMany(l => l).ToList();
    }

    /// <summary>Every worker takes from the stack until it is empty.</summary>
    public static async Task<List<double>> ConsumeAsync<T>(int workers, IEnumerable<T> work, Func<int, T, Task> operation)
    {
        var left = new System.Collections.Concurrent.ConcurrentBag<T>(work);
        var lists = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var times = new List<double>();
            while (left.TryTake(out var one))
            {
                var start = Stopwatch.GetTimestamp();
                await operation(worker, one);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return times;
        })));
        return lists.SelectMany(l => l).ToList();
    }
}
