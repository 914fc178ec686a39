using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestCollectionOrderer("Aupd.Together.LongestFirst", "Aupd.Together")]

namespace Aupd.Together;

/// <summary>Whoever took longest the last time starts first, so that no long class runs alone at the end; what has never run starts before all.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string Kept = Path.Combine(AppContext.BaseDirectory, "seconds.tsv"), Noticed = Path.Combine(AppContext.BaseDirectory, "long.tsv");
    /// <summary>Thirty times what a test of a quick run may take alone, in seconds: six run at once, and wait for each other.</summary>
    private const decimal Noticeable = 3;
    /// <summary>Whoever runs first waits for the service to be compiled, in seconds.</summary>
    private const int Beginning = 15;

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
    {
        var seconds = Read();
        return testCollections.OrderByDescending(c => seconds.GetValueOrDefault(c.DisplayName, decimal.MaxValue)).ThenBy(c => c.DisplayName, StringComparer.Ordinal);
    }

    private static Dictionary<string, decimal> Read() =>
        !File.Exists(Kept) ? [] : File.ReadLines(Kept).Select(line => line.Split('\t')).Where(row => row.Length == 2 && decimal.TryParse(row[1], CultureInfo.InvariantCulture, out _))
            .DistinctBy(row => row[0]).ToDictionary(row => row[0], row => decimal.Parse(row[1], CultureInfo.InvariantCulture));

    /// <summary>Passes everything on, and keeps how long the collections took, and which tests took noticeably long.</summary>
    internal sealed class Watch(IMessageSink next) : LongLivedMarshalByRefObject, IMessageSink
    {
        private readonly Dictionary<string, decimal> _seconds = Read();
        private readonly List<(string Test, decimal Seconds)> _long = [];
        private readonly Stopwatch _sinceBegin = Stopwatch.StartNew();

        public bool OnMessage(IMessageSinkMessage message)
        {
            lock (_seconds)
                switch (message)
                {
                    case ITestFinished { ExecutionTime: >= Noticeable } test when _sinceBegin.Elapsed.TotalSeconds > Beginning: _long.Add((test.Test.DisplayName, test.ExecutionTime)); break;
                    case ITestCollectionFinished collection: _seconds[collection.TestCollection.DisplayName] = collection.ExecutionTime; break;
                    case ITestAssemblyFinished: Write(Kept, _seconds.Select(s => (s.Key, s.Value))); Write(Noticed, _long); break;
                }
            return next.OnMessage(message);
        }

        private static void Write(string path, IEnumerable<(string Name, decimal Seconds)> rows) =>
            File.WriteAllLines(path, rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Name}\t{r.Seconds}")));
    }
}
