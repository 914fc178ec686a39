using System.Diagnostics;
using System.Globalization;
using Aupd.Registries.Doors;
using Aupd.Web.Sites;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aupd.Bench;

/// <summary>Imports a generated region into a private PostgreSQL cluster with durability as in production: into an empty database, then the same
/// once more, then with one row in a hundred changed.</summary>
internal static class ImportBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 450_000;
        var folder = Directory.CreateTempSubdirectory("aupd-bench-").FullName;
        // The server runs as the user postgres, who must be able to pass.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        try
        {
            var data = Path.Combine(folder, "data");
            var files = Directory.CreateDirectory(Path.Combine(folder, "files")).FullName;
            GeneratedRegion.Write(files, rows);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Database:Folder", data)]).Build();
            await using var shared = await SharedParts.OpenAsync(configuration);
            var services = new ServiceCollection();
            shared.AddTo(services);
            await using var provider = Registries.RegistriesModule.AddRegistries(services.AddLogging(), configuration).BuildServiceProvider();
            var import = provider.GetRequiredService<IImport>();
            await TimeAsync("into an empty database", import, files, data);
            await TimeAsync("the same once more", import, files, data);
            ChangeEveryHundredth(Path.Combine(files, "guardians.csv"));
            await TimeAsync("one guardian in a hundred changed", import, files, data);
        }
        finally { Directory.Delete(folder, recursive: true); }
        return 0;
    }

    private static async Task TimeAsync(string what, IImport import, string files, string data)
    {
        var (watch, before) = (Stopwatch.StartNew(), ProcessorTime.Now(data));
        var outcome = await import.RunAsync(new ImportOrder(files, DryRun: false, AllowLargeRemoval: false, Changes: false, "bench"), new Said(watch), default);
        var spent = ProcessorTime.Now(data).Since(before);
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
