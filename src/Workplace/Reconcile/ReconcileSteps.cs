using Aupd.Workplace.ActiveDirectory;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>The two halves of a run, a page at a time: entries held against accounts, then accounts of which no entry was met.</summary>
internal sealed class ReconcileSteps(ReconcileStore store, CompareAccount compare, DirectorySide directory)
{
    /// <summary>A page of entries of the directory.</summary>
    public async Task<ReconcileStep> EntriesAsync(NpgsqlConnection connection, DirectoryLink link, Entry[] page, CancellationToken ct)
    {
        var marked = page.Select(e => (Entry: e, Mark: directory.Marked(e))).Where(e => e.Mark is not null).Select(e => (e.Entry, Mark: e.Mark!)).ToList();
        var accounts = await store.NamedAsync(connection, marked.Select(m => m.Mark.ProfileId).OfType<Guid>(), marked.Select(m => m.Entry.Id), ct);
        var (known, people) = (ByObject(accounts), accounts.Select(a => a.ProfileId).ToHashSet());
        var unknown = marked.Where(m => m.Mark.ProfileId is { } p && !people.Contains(p) && !known.ContainsKey(m.Entry.Id))
            .Select(m => new Drift(DriftKind.Unknown, m.Mark.ProfileId!.Value, m.Entry.Login ?? "", m.Entry.Name));
        var found = await DifferencesAsync(connection, link, [.. marked.Select(m => m.Entry)], known, ct);
        return new ReconcileStep([.. marked.Select(m => m.Mark)], [.. unknown, .. found]);
    }

    /// <summary>A page of our accounts, after all entries were read; null after the last.</summary>
    public async Task<ReconcileStep?> AccountsAsync(NpgsqlConnection connection, DirectoryLink link, ReconcileRun run, CancellationToken ct)
    {
        var page = await store.PageAsync(connection, run, ct);
        if (page.Count == 0) return null;
        var settled = page.Where(a => a.IsSettled).ToList();
        // Not met: it bears no mark, was made since, or is not there.
        var unmet = settled.Where(a => !a.IsMet).ToList();
        var entries = await Task.Run(() => unmet.Select(a => a.ObjectId).OfType<Guid>().Chunk(100).SelectMany(link.FindByIds).ToArray(), CancellationToken.None);
        var there = entries.Select(e => e.Id).ToHashSet();
        var found = await DifferencesAsync(connection, link, entries, ByObject(unmet), ct);
        found.AddRange(unmet.Where(a => !(a.ObjectId is { } id && there.Contains(id))).Select(Absent).OfType<Drift>());
        found.AddRange(settled.Where(a => a.Marked > 1 || a is { IsMet: false, Marked: 1, ObjectId: { } own } && there.Contains(own) && !entries.Any(e => e.Id == own && directory.Marked(e) is not null))
            .Select(a => new Drift(DriftKind.Twin, a.ProfileId, a.Login, "")));
        return new ReconcileStep([], found, page.Count, AfterProfile: page[^1].ProfileId);
    }

    private static Drift? Absent(ComparedAccount account)
    {
        if (account.IsRemoved) return account.Marked > 0 ? new Drift(DriftKind.Remains, account.ProfileId, account.Login, "") : null;
        if (account.Marked > 0) return new Drift(DriftKind.Replaced, account.ProfileId, account.Login, "");
        return account.Account.IsActive ? new Drift(DriftKind.Missing, account.ProfileId, account.Login, "") : null;
    }

    // What differs is looked at a second time, both sides anew: it may have been delivered between the one look and the other.
    private async Task<List<Drift>> DifferencesAsync(NpgsqlConnection connection, DirectoryLink link, Entry[] entries, Dictionary<Guid, ComparedAccount> known, CancellationToken ct)
    {
        var suspects = await Task.Run(() => entries.Where(e => Of(link, e, known).Any()).Select(e => e.Id).ToList(), CancellationToken.None);
        if (suspects.Count == 0) return [];
        var again = ByObject(await store.NamedAsync(connection, [], suspects, ct));
        return await Task.Run(() => suspects.Chunk(100).SelectMany(link.FindByIds).SelectMany(e => Of(link, e, again)).ToList(), CancellationToken.None);
    }

    private IEnumerable<Drift> Of(DirectoryLink link, Entry entry, Dictionary<Guid, ComparedAccount> known) =>
        known.TryGetValue(entry.Id, out var account) && account.IsSettled ? compare.Run(link, entry, account) : [];

    private static Dictionary<Guid, ComparedAccount> ByObject(IEnumerable<ComparedAccount> accounts) =>
        accounts.Where(a => a.ObjectId is not null).GroupBy(a => a.ObjectId!.Value).ToDictionary(a => a.Key, a => a.First());
}
