namespace Aupd.Registries.Doors;

/// <summary>Imports the contract's registry files.</summary>
public interface IImport
{
    /// <summary>Reads every registry file in the folder, compares and applies in one transaction.</summary>
    Task<ImportOutcome> RunAsync(ImportOrder order, IProgress<string> progress, CancellationToken ct);
}

/// <param name="AllowLargeRemoval">A person's word that an import may remove more than the set share of a registry.</param>
/// <param name="Changes">The files hold only changed rows; what is not there stays. Else they are the whole registry.</param>
public sealed record ImportOrder(string Folder, bool DryRun, bool AllowLargeRemoval, bool Changes, string Actor);

public abstract record ImportOutcome
{
    private ImportOutcome() { }
    public sealed record Applied(bool DryRun, IReadOnlyList<RegistryCount> Counts, string AsideFile, int AsideRows) : ImportOutcome;
    /// <summary>A file cannot be read at all; one sentence, nothing was changed.</summary>
    public sealed record Unreadable(string Sentence) : ImportOutcome;
    /// <summary>More rows would go than the set share; waits for a person's word, nothing was changed.</summary>
    public sealed record TooManyRemovals(string Registry, long Present, long Removed, double LimitPercent) : ImportOutcome;
}

public sealed record RegistryCount(string Registry, long Added, long Changed, long Removed, long Unchanged);

/// <summary>Organisations by their NSI id.</summary>
public interface IOrganisations
{
    Task<IReadOnlyList<Organisation>> AllAsync(CancellationToken ct);
}
