using System.Collections.Concurrent;
using Aupd.Kernel.Audit;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.Doors;
using Aupd.Workplace.Teams;
using Npgsql;

namespace Aupd.Workplace.Reconcile;

/// <summary>The comparison with Teams: each account is asked for by the id under which Teams knows it, then each group with its members. A list in pages would
/// be fewer requests, but servers sort none, and who is made or deleted meanwhile moves the others from page to page.</summary>
internal sealed class RunTeamsReconcile(NpgsqlDataSource source, ReconcileStore store, TeamsSide ours, TeamsSettings settings, ScimToken token, AuditTrail audit, TimeProvider clock)
    : Reconciliation(source, store, audit, clock)
{
    private const string Groups = "/Groups";
    /// <summary>Of the progress: as far as all accounts were compared.</summary>
    private const int PercentOfAccounts = 90;
    private readonly ReconcileStore _store = store;
    private readonly TimeProvider _clock = clock;

    public override string Target => TeamsTarget.TargetName;
    public override bool IsConfigured => settings.IsConfigured;
    protected override string NotConfigured => "No SCIM server is configured: see Workplace:Teams:Url.";
    /// <summary>"rect".</summary>
    protected override long LockKey => 0x72656374;

    protected override async Task<ReconcileRun> CompareAsync(NpgsqlConnection connection, bool isReportOnly, IProgress<ReconcileProgress>? progress, CancellationToken ct)
    {
        using var servers = new Servers(() => new ScimServer(settings, token, _clock));
        // Whether the server can be used at all, before a run begins.
        await servers.AskAsync(async server => await server.FeaturesAsync(ct));
        var run = await BeginAsync(connection, settings.Url, lastUsn: -1, isReportOnly, ct);
        var total = Math.Max(1, await _store.TotalAsync(connection, ct));
        while (run.AfterGroup is null && await ours.PageAsync(connection, run.AfterProfile, ct) is { Count: > 0 } page)
        {
            run = await ours.KeepAsync(connection, run, await AccountsAsync(connection, servers, page, ct), ct);
            progress?.Report(new ReconcileProgress(run.No, (int)Math.Min(PercentOfAccounts, PercentOfAccounts * run.Accounts / total), run.Entries, run.Accounts));
        }
        while (await ours.GroupPageAsync(connection, run.AfterGroup, ct) is { Count: > 0 } page)
        {
            run = await ours.KeepAsync(connection, run, await GroupsAsync(connection, servers, page, ct), ct);
            progress?.Report(new ReconcileProgress(run.No, PercentOfAccounts, run.Entries, run.Accounts));
        }
        return run;
    }

    // What differs is looked at a second time, both sides anew: it may have been delivered between the one look and the other.
    private async Task<TeamsStep> AccountsAsync(NpgsqlConnection connection, Servers servers, IReadOnlyList<TeamsAccount> page, CancellationToken ct)
    {
        var suspects = (await EachAsync(servers, page.Where(a => a.IsSettled), LookAsync, ct)).Select(d => d.ProfileId).Distinct().ToList();
        var found = suspects.Count == 0 ? [] : await EachAsync(servers, (await ours.OfAsync(connection, suspects, ct)).Where(a => a.IsSettled), LookAsync, ct);
        return new TeamsStep(found, [], page.Count(a => a is { IsSettled: true, RemoteId: not null }), page.Count, AfterProfile: page[^1].ProfileId);
    }

    private async Task<TeamsStep> GroupsAsync(NpgsqlConnection connection, Servers servers, IReadOnlyList<TeamsGroup> page, CancellationToken ct)
    {
        var suspects = (await EachAsync(servers, page.Where(g => g.IsSettled), LookAsync, ct)).Select(d => d.Group.Key).ToList();
        var found = suspects.Count == 0 ? [] : await EachAsync(servers, (await ours.GroupsOfAsync(connection, suspects, ct)).Where(g => g.IsSettled), LookAsync, ct);
        return new TeamsStep([], found, page.Count(g => g.IsSettled), AfterGroup: page[^1].Key);
    }

    private async Task<List<TDrift>> EachAsync<T, TDrift>(Servers servers, IEnumerable<T> all, Func<ScimServer, T, CancellationToken, Task<IReadOnlyList<TDrift>>> look, CancellationToken ct)
    {
        var found = new ConcurrentBag<TDrift>();
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = settings.Lanes, CancellationToken = ct }, async (one, stop) =>
        {
            foreach (var drift in await servers.AskAsync(server => look(server, one, stop))) found.Add(drift);
        });
        return [.. found];
    }

    private static async Task<IReadOnlyList<Drift>> LookAsync(ScimServer server, TeamsAccount account, CancellationToken ct)
    {
        var desired = account.Account;
        if (account.RemoteId is null) return desired.IsActive && !account.IsRemoved ? [Of(DriftKind.Missing, "")] : [];
        ScimResource? user;
        try { user = await server.ReadAsync(FindUser.Users, account.RemoteId, ct); }
        catch (TargetRefusalException e) { return [Of(DriftKind.NotShown, e.Message)]; }
        // One of a leaver need not be there.
        if (user is null) return desired.IsActive ? [Of(DriftKind.Missing, "")] : [];
        // A name that was issued earlier stays, whatever it is.
        var difference = UserTemplate.Difference(UserTemplate.Values(new DueAccount { ProfileId = account.ProfileId }, desired, user.Text(UserTemplate.UserName) ?? ""), UserTemplate.Read(user));
        var found = new List<Drift>();
        if (difference.Remove(UserTemplate.Active)) found.Add(Of(desired.IsActive ? DriftKind.Closed : DriftKind.Open, account.RemoteId));
        difference.Remove(UserTemplate.UserName);
        if (difference.Count > 0) found.Add(Of(DriftKind.Changed, string.Join(", ", difference.Keys.Order(StringComparer.Ordinal))));
        return found;

        Drift Of(string kind, string detail) => new(kind, account.ProfileId, account.Login, detail);
    }

    // Members whom others have put there stay.
    private static async Task<IReadOnlyList<GroupDrift>> LookAsync(ScimServer server, TeamsGroup group, CancellationToken ct)
    {
        ScimResource? there;
        try { there = await server.ReadAsync(Groups, group.RemoteId, ct); }
        catch (TargetRefusalException e) { return [new GroupDrift(group, null, [], e.Message)]; }
        var members = there?.Members();
        var drift = new GroupDrift(group, there is null ? null : there.Text("displayName") ?? "", members is null ? [] : [.. group.Members.Where(m => !members.Contains(m.ToldId))]);
        return drift.IsSo ? [drift] : [];
    }

    /// <summary>A server is for one caller at a time: as many as there are callers.</summary>
    private sealed class Servers(Func<ScimServer> open) : IDisposable
    {
        private readonly ConcurrentBag<ScimServer> _free = [];

        public async Task<T> AskAsync<T>(Func<ScimServer, Task<T>> ask)
        {
            var server = _free.TryTake(out var free) ? free : open();
            try { return await ask(server); }
            finally { _free.Add(server); }
        }

        public void Dispose()
        {
            foreach (var server in _free) server.Dispose();
        }
    }
}
