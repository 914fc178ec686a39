using System.Net;
using System.Text.Json.Nodes;
using Aupd.Workplace.Delivery;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aupd.Workplace.Teams;

/// <summary>Makes one group what it should be: its name, and of its members the differences alone, so many to a request. Members whom others have put
/// there stay.</summary>
internal sealed partial class DeliverGroup(TeamsSettings settings, GroupQueue queue, ILogger<DeliverGroup> log)
{
    private const string Groups = "/Groups";

    /// <summary>False when none is due.</summary>
    /// <exception cref="TargetAwayException">Try again when the server is back; nothing was kept.</exception>
    public async Task<bool> RunAsync(ScimServer server, NpgsqlConnection connection, CancellationToken ct)
    {
        if (await queue.TakeAsync(connection, ct) is not { } due) return false;
        try
        {
            if (queue.IsOver(due)) await EndAsync(server, connection, due, ct);
            else await ChangeAsync(server, connection, due, ct);
        }
        catch (TargetRefusalException e)
        {
            Refused(log, e, due.Key, due.Attempts + 1);
            await queue.RefusedAsync(connection, due, e.Told, ct);
        }
        return true;
    }

    private async Task EndAsync(ScimServer server, NpgsqlConnection connection, DueGroup due, CancellationToken ct)
    {
        if (due.RemoteId is { } id) await server.DeleteAsync(Groups, id, ct);
        await queue.EndAsync(connection, due, ct);
    }

    private async Task ChangeAsync(ScimServer server, NpgsqlConnection connection, DueGroup due, CancellationToken ct)
    {
        var acts = new List<string>();
        var members = await queue.MembersAsync(connection, due, ct);
        var (id, name, isKnown) = (due.RemoteId, due.ToldName, !due.IsBeingTold);
        if (id is null)
        {
            // Nobody needs it yet: it is made for its first member.
            if (members.All(m => m.WantedId is null)) { await queue.DoneAsync(connection, due, null, members, acts, ct); return; }
            (id, name, isKnown) = await FindOrCreateAsync(server, due, acts, ct);
        }
        var changes = Changes(members);
        if (changes.Count > 0) await queue.TellingAsync(due, ct);
        if (isKnown && await IsToldAsync(server, due, id, name, changes, acts, ct) || await IsRestToldAsync(server, due, id, changes, acts, ct))
        {
            await queue.DoneAsync(connection, due, id, members, acts, ct);
            return;
        }
        // Somebody has deleted it: it is made anew, with everybody who was in it.
        if (due.RemoteId is null) throw new TargetRefusalException($"The group {id}, which the server told of a moment ago, is not there any more.");
        // Noted before the row is ours: the note is made by a connection of its own.
        await queue.TellingAsync(due, ct);
        await queue.ForgetAsync(connection, due, ct);
        await ChangeAsync(server, connection, due with { RemoteId = null, ToldName = null }, ct);
    }

    private async Task<bool> IsToldAsync(ScimServer server, DueGroup due, string id, string? name, IReadOnlyList<MemberChange> changes, List<string> acts, CancellationToken ct)
    {
        try { await TellAsync(server, due, id, name, changes, acts, ct); }
        catch (ScimRefusalException e) when (e.Status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.NotFound) { return false; }
        return true;
    }

    // A second worker's words, or a dead one's, may have been heard: the group is read, and what is so already is not said. Some servers list a member
    // twice who is added twice. False when there is no such group.
    private async Task<bool> IsRestToldAsync(ScimServer server, DueGroup due, string id, IReadOnlyList<MemberChange> changes, List<string> acts, CancellationToken ct)
    {
        if (await server.ReadAsync(Groups, id, ct) is not { } group) return false;
        var there = group.Members();
        await TellAsync(server, due, id, group.Text("displayName"), changes.Where(c => c.IsAdded != there.Contains(c.Id)).ToList(), acts, ct);
        return true;
    }

    /// <returns>Whether nobody can be in it yet, besides its id and name.</returns>
    private static async Task<(string Id, string? Name, bool IsNew)> FindOrCreateAsync(ScimServer server, DueGroup due, List<string> acts, CancellationToken ct)
    {
        var found = await server.FindAsync(Groups, ScimNames.Equal("externalId", due.Key), g => g.Text("externalId") == due.Key, ct);
        if (found.Count > 1) throw new TargetRefusalException($"{found.Count} groups of the server bear the id {due.Key}: delete all but one.");
        if (found.Count == 1) return (found[0].Id, found[0].Text("displayName"), false);
        var body = new JsonObject { ["schemas"] = new JsonArray(ScimNames.Group), ["externalId"] = due.Key, ["displayName"] = due.DisplayName };
        var made = await server.CreateAsync(Groups, body, ct);
        acts.Add("created");
        return (made.Id, due.DisplayName, true);
    }

    private async Task TellAsync(ScimServer server, DueGroup due, string id, string? name, IReadOnlyList<MemberChange> changes, List<string> acts, CancellationToken ct)
    {
        var features = await server.FeaturesAsync(ct);
        if (!features.CanPatch) { await ReplaceAsync(server, due, id, name, changes, acts, ct); return; }
        if (name != due.DisplayName)
        {
            await server.PatchAsync(Groups, id, [new JsonObject { ["op"] = "replace", ["path"] = "displayName", ["value"] = due.DisplayName }], null, ct);
            acts.Add("renamed");
        }
        foreach (var part in changes.Where(c => !c.IsAdded).Chunk(settings.MembersPerRequest))
        {
            await server.PatchAsync(Groups, id, new JsonArray([.. part.Select(c =>
                (JsonNode)new JsonObject { ["op"] = "remove", ["path"] = $"members[{ScimNames.Equal("value", c.Id)}]" })]), null, ct);
            acts.Add($"-{part.Length}");
        }
        foreach (var part in changes.Where(c => c.IsAdded).Chunk(settings.MembersPerRequest))
        {
            await server.PatchAsync(Groups, id, [new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = Members(part.Select(c => c.Id)) }], null, ct);
            acts.Add($"+{part.Length}");
        }
    }

    // Where a server cannot PATCH, the whole is written back as it was read, with our changes in it.
    private static async Task ReplaceAsync(ScimServer server, DueGroup due, string id, string? name, IReadOnlyList<MemberChange> changes, List<string> acts, CancellationToken ct)
    {
        if (name == due.DisplayName && changes.Count == 0) return;
        var group = await server.ReadAsync(Groups, id, ct) ?? throw new TargetRefusalException("The group is not there any more.");
        var members = group.Members().ToHashSet(StringComparer.Ordinal);
        members.ExceptWith(changes.Where(c => !c.IsAdded).Select(c => c.Id));
        members.UnionWith(changes.Where(c => c.IsAdded).Select(c => c.Id));
        var body = (JsonObject)group.Body.DeepClone();
        (body["displayName"], body["members"]) = (due.DisplayName, Members(members));
        await server.ReplaceAsync(Groups, id, body, (await server.FeaturesAsync(ct)).KeepsVersions ? group.ETag : null, ct);
        acts.Add("replaced");
    }

    // Who was made anew has another id: the old one goes, the new one comes.
    private static List<MemberChange> Changes(IEnumerable<DueMember> members) => [.. members.SelectMany(m => new[] { (Id: m.ToldId, IsAdded: false), (Id: m.WantedId, IsAdded: true) })
        .Where(c => c.Id is not null).Select(c => new MemberChange(c.Id!, c.IsAdded))];

    private static JsonArray Members(IEnumerable<string> ids) => new([.. ids.Select(id => (JsonNode)new JsonObject { ["value"] = id })]);

    private sealed record MemberChange(string Id, bool IsAdded);

    [LoggerMessage(EventId = 7141, Level = LogLevel.Warning, Message = "The group {Key} was refused by Teams, attempt {Attempt}")]
    private static partial void Refused(ILogger logger, Exception cause, string key, int attempt);
}
