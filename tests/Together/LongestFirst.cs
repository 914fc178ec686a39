using System.Globalization;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestCollectionOrderer("Aupd.Together.LongestFirst", "Aupd.Together")]

namespace Aupd.Together;

/// <summary>Whoever took longest the last time starts first, so that no long class runs alone at the end; what has never run starts before all.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string Kept = Path.Combine(AppContext.BaseDirectory, "seconds.tsv");

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
    {
        var seconds = Read();
        return testCollections.OrderByDescending(c => seconds.GetValueOrDefault(c.DisplayName, decimal.MaxValue)).ThenBy(c => c.DisplayName, StringComparer.Ordinal);
    }

    private static Dictionary<string, decimal> Read() =>
        !File.Exists(Kept) ? [] : File.ReadLines(Kept).Select(line => line.Split('\t')).Where(row => row.Length == 2 && decimal.TryParse(row[1], CultureInfo.InvariantCulture, out _))
            .DistinctBy(row => row[0]).ToDictionary(row => row[0], row => decimal.Parse(row[1], CultureInfo.InvariantCulture));

    /// <summary>Passes everything on, and keeps how long the collections took.</summary>
    internal sealed class Watch(IMessageSink next) : LongLivedMarshalByRefObject, IMessageSink
    {
        private readonly Dictionary<string, decimal> _seconds = Read();

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCollectionFinished finished) lock (_seconds) _seconds[finished.TestCollection.DisplayName] = finished.ExecutionTime;
            if (message is ITestAssemblyFinished) lock (_seconds) File.WriteAllLines(Kept, _seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}\t{s.Value}")));
            return next.OnMessage(message);
        }
    }
}
