using System.Diagnostics;
using System.Globalization;
using Aupd.Registries.Doors;
using Aupd.Web.Sites;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Bench;

/// <summary>Imports a generated region into a private PostgreSQL cluster with durability as in production: into an empty database, then the same
/// once more, then with one row in a hundred changed.</summary>
internal static class ImportBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 450_000;
        using var folder = new BenchFolder();
        GeneratedRegion.Write(folder.Files, rows);
        await using var shared = await SharedParts.OpenAsync(folder.Configuration);
        var services = new ServiceCollection();
        shared.AddTo(services);
        await using var provider = Registries.RegistriesModule.AddRegistries(services.AddLogging(), folder.Configuration).BuildServiceProvider();
        var import = provider.GetRequiredService<IImport>();
        await TimeAsync("into an empty database", import, folder);
        await TimeAsync("the same once more", import, folder);
        ChangeEveryHundredth(Path.Combine(folder.Files, "guardians.csv"));
        await TimeAsync("one guardian in a hundred changed", import, folder);
        return 0;
    }

    private static async Task TimeAsync(string what, IImport import, BenchFolder folder)
    {
        var (watch, before) = (Stopwatch.StartNew(), ProcessorTime.Now(folder.Data));
        var outcome = await import.RunAsync(new ImportOrder(folder.Files, DryRun: false, AllowLargeRemoval: false, Changes: false, "bench"), new Said(watch), default);
        var spent = ProcessorTime.Now(folder.Data).Since(before);
        var counts = outcome is ImportOutcome.Applied applied ? string.Join(", ", applied.Counts.Select(c => $"{c.Registry} +{c.Added} ~{c.Changed} -{c.Removed} ={c.Unchanged}")) : outcome.ToString();
        Console.Out.WriteLine($"{what}: {watch.Elapsed.TotalSeconds:F1} s (processor: {spent.Program:F1} s program, {spent.Server:F1} s server); peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB\n  {counts}");
    }

    private static void ChangeEveryHundredth(string path)
    {
        var lines = File.ReadAllLines(path);
        for (var i = 1; i < lines.Length; i += 100) lines[i] = lines[i].Replace("@example.org", "@example.net", StringComparison.Ordinal);
        File.WriteAllLines(path, lines);
    }

    private sealed class Said(Stopwatch watch) : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,7:F1} s  {value}");
    }
}
