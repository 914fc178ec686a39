using System.Net;
using System.Text.Json.Nodes;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Teams;

/// <summary>Makes one person's user what it should be, by one request where one is enough and none where nothing has changed. Every step may be the
/// last one (a worker dies): whoever comes next finds the user first and goes on.</summary>
internal sealed class DeliverUser(UserTemplate template, TeamsNames names)
{
    private const string Users = FindUser.Users;

    /// <exception cref="TargetAwayException">Try again when the server is back.</exception>
    /// <exception cref="TargetRefusalException">The server does not want it so.</exception>
    /// <exception cref="ScimConflictException">A person must decide.</exception>
    public async Task<Delivered> RunAsync(ScimServer server, DueAccount due, bool isOver, CancellationToken ct)
    {
        var desired = due.Account;
        if (isOver) return await RemoveAsync(server, due, desired, ct);
        if (await ByDifferenceAsync(server, due, desired, ct) is { } done) return done;

        var earlier = due.RemoteName ?? await names.EarlierAsync(desired.Login, ct);
        var name = earlier ?? (desired.IsActive ? template.NameOf(desired) : null);
        var found = await FindUser.RunAsync(server, due, desired, earlier, name, ct);
        if (found is null) return desired.IsActive ? await CreateAsync(server, due, desired, earlier, name!, ct) : new Delivered(null, []) { RemoteName = earlier };
        return await ChangeFoundAsync(server, due, desired, found.Value, ct);
    }

    // What the server has confirmed is believed, so that nobody who is as he should be costs a request.
    private static async Task<Delivered?> ByDifferenceAsync(ScimServer server, DueAccount due, DesiredAccount desired, CancellationToken ct)
    {
        if (due is not { RemoteId: { } id, RemoteName: { } name, ClaimedId: null } || AcknowledgedUser.Read(due.Acknowledged) is not { } known) return null;
        var difference = UserTemplate.Difference(UserTemplate.Values(due, desired, name), known.Values);
        if (difference.Count == 0) return new Delivered(id, []) { RemoteName = name, Acknowledged = due.Acknowledged, WasAsked = false };
        // PUT needs what others have written beside us.
        var features = await server.FeaturesAsync(ct);
        if (!features.CanPatch) return null;
        try
        {
            var version = await server.PatchAsync(Users, id, UserTemplate.Operations(difference), features.KeepsVersions ? known.Version : null, ct);
            return new Delivered(id, Acts(difference)) { RemoteName = name, Acknowledged = new AcknowledgedUser(version, Merge(known.Values, difference)).Write() };
        }
        // Gone, or changed by somebody else: looked at anew.
        catch (ScimRefusalException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed) { return null; }
    }

    private static async Task<Delivered> ChangeFoundAsync(ScimServer server, DueAccount due, DesiredAccount desired, (ScimResource User, bool IsAdopted) found, CancellationToken ct)
    {
        var user = found.User;
        // A name that was issued earlier stays.
        var name = user.Text("userName") ?? throw new TargetRefusalException($"GET {Users}: a user without userName");
        var had = UserTemplate.Read(user);
        var difference = UserTemplate.Difference(UserTemplate.Values(due, desired, name), had);
        var version = user.ETag;
        if (difference.Count > 0)
        {
            var features = await server.FeaturesAsync(ct);
            if (!features.KeepsVersions) version = null;
            version = features.CanPatch ? await server.PatchAsync(Users, user.Id, UserTemplate.Operations(difference), version, ct)
                : await server.ReplaceAsync(Users, user.Id, UserTemplate.Apply((JsonObject)user.Body.DeepClone(), difference), version, ct);
        }
        IReadOnlyList<string> acts = found.IsAdopted ? ["adopted", .. Acts(difference)] : Acts(difference);
        return new Delivered(user.Id, acts) { RemoteName = name, Acknowledged = new AcknowledgedUser(version, Merge(had, difference)).Write() };
    }

    private static async Task<Delivered> CreateAsync(ScimServer server, DueAccount due, DesiredAccount desired, string? earlier, string name, CancellationToken ct)
    {
        var values = UserTemplate.Values(due, desired, name);
        ScimResource made;
        try { made = await server.CreateAsync(Users, UserTemplate.Apply([], values.Where(v => v.Value is not null).ToDictionary(StringComparer.Ordinal)), ct); }
        catch (ScimRefusalException e) when (e.Status == HttpStatusCode.Conflict)
        {
            // Another worker made it a moment ago; or the name is held by somebody whom no search shows.
            if (await FindUser.RunAsync(server, due, desired, earlier, name, ct) is not { } found) throw;
            return await ChangeFoundAsync(server, due, desired, found, ct);
        }
        var version = (await server.FeaturesAsync(ct)).KeepsVersions ? made.ETag : null;
        return new Delivered(made.Id, ["created"]) { RemoteName = made.Text("userName") ?? name, Acknowledged = new AcknowledgedUser(version, values).Write() };
    }

    // Only what bears our mark of this very person.
    private static async Task<Delivered> RemoveAsync(ScimServer server, DueAccount due, DesiredAccount desired, CancellationToken ct)
    {
        if (await FindUser.RunAsync(server, due, desired, null, null, ct) is not { } found || found.User.Text("externalId") != EntryTemplate.IdOf(due.ProfileId))
            return new Delivered(null, []);
        await server.DeleteAsync(Users, found.User.Id, ct);
        return new Delivered(null, ["removed"]);
    }

    private static IReadOnlyList<string> Acts(Dictionary<string, string?> difference) => difference.Count == 0 ? []
        : difference.TryGetValue(UserTemplate.Active, out var active) ? [active == "true" ? "enabled" : "disabled"] : ["changed"];

    private static Dictionary<string, string?> Merge(Dictionary<string, string?> had, Dictionary<string, string?> difference)
    {
        var merged = new Dictionary<string, string?>(had, StringComparer.Ordinal);
        foreach (var (path, value) in difference) merged[path] = value;
        return merged;
    }
}
