namespace Aupd.Workplace.Doors;

/// <summary>Compares every account with the directory, or with Teams. Passwords cannot be compared: a directory gives none out.</summary>
public interface IReconcile
{
    /// <summary>One run, or the rest of one that was broken off within the last day; a run at a time, however many nodes there are. What differs is
    /// put into the queue of deliveries, unless it is only to be told.</summary>
    /// <param name="target"><c>directory</c> or <c>teams</c>.</param>
    /// <returns>Null when one runs already.</returns>
    /// <exception cref="DirectoryUnusableException">The target is away; what was done is kept, and the next run goes on from there.</exception>
    Task<ReconcileReport?> RunAsync(string target, bool isReportOnly, string actor, IProgress<ReconcileProgress>? progress, CancellationToken ct);

    /// <summary>What a run has found, by kind and login, at most so much.</summary>
    Task<IReadOnlyList<DriftLine>> FindingsAsync(long run, int limit, CancellationToken ct);
}

/// <param name="Percent">Of the whole, from 0 to 100.</param>
/// <param name="Entries">Entries of the directory with a mark of ours, or users and groups of Teams, read so far.</param>
/// <param name="Accounts">Accounts looked for so far.</param>
public sealed record ReconcileProgress(long Run, int Percent, long Entries, long Accounts);

/// <param name="Duration">From its begin; of a run that was broken off with the pause.</param>
/// <param name="Repaired">Accounts that were put into the queue.</param>
/// <param name="Kinds">How many accounts of each kind of drift.</param>
public sealed record ReconcileReport(long Run, TimeSpan Duration, long Entries, long Accounts, long Repaired, IReadOnlyList<DriftCount> Kinds);

public sealed record DriftCount(string Kind, string Sentence, long Count);

/// <param name="Detail">Names of attributes, units, groups or entries; never what an attribute says.</param>
public sealed record DriftLine(string Kind, string Login, Guid ProfileId, string Detail);
