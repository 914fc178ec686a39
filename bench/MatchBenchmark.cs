using System.Diagnostics;
using System.Globalization;
using Aupd.Registries.Doors;

namespace Aupd.Bench;

/// <summary>The bulk match over a generated region: 32 accounts for 45 registry rows, at full size 3.2 million against 4.5
/// million.</summary>
internal static class MatchBenchmark
{
    private const int FullRows = 4_500_000, FullAccounts = 3_200_000, DefaultRows = FullRows / 10;

    public static int Run(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : DefaultRows;
        var accounts = (int)((long)rows * FullAccounts / FullRows);
        var folder = Directory.CreateTempSubdirectory("aupd-bench-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            GeneratedRegion.Write(folder, rows);
            var file = GeneratedAccounts.Write(folder, accounts);
            Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,7:F1} s  files generated");
            watch.Restart();
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            var order = new BulkMatchOrder(folder, file, Path.Combine(folder, "verdicts.csv"), new DateOnly(2026, 11, 20));
            var outcome = BulkMatch.Run(order, new Said(watch), default);
            var seconds = watch.Elapsed.TotalSeconds;
            processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
            if (outcome is BulkMatchOutcome.Written written) foreach (var line in written.Summary) Console.Error.WriteLine("  " + line);
            else Console.Error.WriteLine(outcome);
            Console.Out.WriteLine($"{accounts} accounts against {rows} rows: {seconds:F1} s, {(accounts + rows) / seconds:N0} rows/s, "
                + $"processor {processor.TotalSeconds:F1} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB, {Environment.ProcessorCount} cores");
            return outcome is BulkMatchOutcome.Written ? 0 : 1;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private sealed class Said(Stopwatch watch) : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,7:F1} s  {value}");
    }
}
