using Aupd.Registries.Matching.Bulk;

namespace Aupd.Registries.Doors;

/// <param name="RegistriesFolder">Folder with the contract's four registry files.</param>
/// <param name="AccountsFile">File of portal accounts.</param>
/// <param name="OutFile">Where the verdicts go; rows put aside go to the same name with <c>.aside.csv</c> after it. Both are
/// replaced.</param>
/// <param name="Today">The day on which contracts count; by default the caller takes the date in the region's time zone.</param>
public sealed record BulkMatchOrder(string RegistriesFolder, string AccountsFile, string OutFile, DateOnly Today);

public abstract record BulkMatchOutcome
{
    private BulkMatchOutcome() { }

    /// <param name="Summary">Lines for a person: what was read, put aside, matched and not.</param>
    public sealed record Written(IReadOnlyList<string> Summary) : BulkMatchOutcome;

    /// <summary>A file cannot be used at all; one sentence, nothing was written.</summary>
    public sealed record Unusable(string Sentence) : BulkMatchOutcome;
}

/// <summary>Compares a file of accounts with registry files and writes the verdicts of the contract; touches no database.</summary>
public static class BulkMatch
{
    public static BulkMatchOutcome Run(BulkMatchOrder order, IProgress<string>? progress, CancellationToken ct)
    {
        if (OutputFiles.WhyNot(order) is { } sentence) return new BulkMatchOutcome.Unusable(sentence);
        try { return new MatchFiles(order, progress, ct).Run(); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BulkMatchOutcome.Unusable($"The match was given up and nothing was written: {e.Message}");
        }
    }
}
