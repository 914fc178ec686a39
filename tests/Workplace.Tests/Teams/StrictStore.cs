using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Aupd.Workplace.Tests.Teams;

/// <summary>Users and groups in memory, and what may be said of them. For one caller at a time.</summary>
public sealed partial class StrictStore
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", PatchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    private static readonly string[] UserTexts = ["userName", "externalId", "displayName"], NameTexts = ["familyName", "givenName", "middleName"],
        WorkTexts = ["organization", "division", "department"];

    private readonly Dictionary<string, Dictionary<string, JsonObject>> _kinds = new() { ["Users"] = [], ["Groups"] = [] };

    /// <summary>Somebody put there by hand, without a check.</summary>
    public void Plant(string kind, string id, JsonObject resource)
    {
        resource["id"] = id;
        Stamp(_kinds[kind][id] = resource);
    }

    public IReadOnlyList<JsonObject> All(string kind)
    {
        lock (_kinds) return [.. _kinds[kind].Values.Select(r => (JsonObject)r.DeepClone())];
    }

    /// <summary>As another program of the server's owner does it.</summary>
    public void Edit(string kind, string id, Action<JsonObject> change)
    {
        lock (_kinds)
        {
            var resource = _kinds[kind][id];
            change(resource);
            Stamp(resource);
        }
    }

    public JsonObject Get(string kind, string id) => _kinds[kind].GetValueOrDefault(id) ?? throw new ScimFault(404, null, $"no {kind} {id}");

    public IReadOnlyList<JsonObject> Find(string kind, string filter)
    {
        if (filter.Length == 0) return [.. _kinds[kind].Values];
        if (Filter().Match(filter) is not { Success: true } match) throw new ScimFault(400, "invalidFilter", filter);
        string value;
        try { value = JsonSerializer.Deserialize<string>(match.Groups["value"].Value)!; }
        catch (JsonException) { throw new ScimFault(400, "invalidFilter", filter); }
        var (name, compare) = match.Groups["name"].Value switch
        {
            "userName" when kind == "Users" => ("userName", StringComparison.OrdinalIgnoreCase), "displayName" => ("displayName", StringComparison.OrdinalIgnoreCase),
            "externalId" => ("externalId", StringComparison.Ordinal), _ => throw new ScimFault(400, "invalidFilter", filter),
        };
        return [.. _kinds[kind].Values.Where(r => string.Equals((string?)r[name], value, compare))];
    }

    public JsonObject Add(string kind, JsonObject body, string id)
    {
        if (body.ContainsKey("id") || body.ContainsKey("meta")) throw new ScimFault(400, "mutability", "id and meta are the server's");
        return Keep(kind, id, (JsonObject)body.DeepClone());
    }

    public JsonObject Replace(string kind, string id, JsonObject body, string? version)
    {
        Check(Get(kind, id), version);
        var made = (JsonObject)body.DeepClone();
        made.Remove("id");
        made.Remove("meta");
        return Keep(kind, id, made);
    }

    public void Remove(string kind, string id)
    {
        Get(kind, id);
        lock (_kinds) _kinds[kind].Remove(id);
    }

    public JsonObject Patch(string kind, string id, JsonObject body, string? version)
    {
        Check(Get(kind, id), version);
        if (body["schemas"]?.AsArray() is not [var only] || (string?)only != PatchOp) throw new ScimFault(400, "invalidSyntax", "schemas of a PATCH");
        if (body["Operations"] is not JsonArray { Count: > 0 } operations || body.Count != 2) throw new ScimFault(400, "invalidSyntax", "Operations of a PATCH");
        var made = (JsonObject)Get(kind, id).DeepClone();
        foreach (var operation in operations) Change(kind, made, operation!.AsObject());
        made.Remove("id");
        made.Remove("meta");
        return Keep(kind, id, made);
    }

    private static void Change(string kind, JsonObject resource, JsonObject operation)
    {
        var (op, path, value) = ((string?)operation["op"], (string?)operation["path"] ?? "", operation["value"]?.DeepClone());
        if (op is not ("add" or "replace" or "remove") || op == "remove" != (value is null)) throw new ScimFault(400, "invalidSyntax", $"{op} {path}");
        if (kind == "Groups" && path.StartsWith("members", StringComparison.Ordinal)) { ChangeMembers(resource, op, path, value); return; }
        JsonObject? owner = resource;
        var name = path;
        if (kind == "Users" && path.StartsWith("name.", StringComparison.Ordinal)) (owner, name) = (Owner(resource, "name"), path[5..]);
        else if (kind == "Users" && path.StartsWith(Enterprise + ":", StringComparison.Ordinal)) (owner, name) = (Owner(resource, Enterprise), path[(Enterprise.Length + 1)..]);
        if (op == "remove" && !owner.ContainsKey(name)) throw new ScimFault(400, "noTarget", path);
        if (op == "remove") owner.Remove(name);
        else owner[name] = value;
        // An object of which nothing is left is not there.
        foreach (var key in resource.Where(p => p.Value is JsonObject { Count: 0 }).Select(p => p.Key).ToList()) resource.Remove(key);
        if (kind == "Users" && resource.ContainsKey(Enterprise) && !resource["schemas"]!.AsArray().Any(s => (string?)s == Enterprise)) resource["schemas"]!.AsArray().Add(Enterprise);
    }

    private static JsonObject Owner(JsonObject resource, string name)
    {
        if (resource[name] is not JsonObject owner) resource[name] = owner = [];
        return owner;
    }

    private static void ChangeMembers(JsonObject group, string op, string path, JsonNode? value)
    {
        if (group["members"] is not JsonArray members) group["members"] = members = [];
        if (op == "add" && path == "members" && value is JsonArray added)
        {
            foreach (var member in added)
                if (members.All(m => (string?)m!["value"] != (string?)member!["value"])) members.Add(member!.DeepClone());
        }
        else if (op == "remove" && Member().Match(path) is { Success: true } match)
        {
            var id = JsonSerializer.Deserialize<string>(match.Groups["value"].Value);
            // RFC 7644 §3.12, table 9.
            if (members.FirstOrDefault(m => (string?)m!["value"] == id) is not { } gone) throw new ScimFault(400, "noTarget", path);
            members.Remove(gone);
        }
        else throw new ScimFault(400, "invalidPath", path);
    }

    private JsonObject Keep(string kind, string id, JsonObject body)
    {
        if (kind == "Users") CheckUser(id, body);
        else CheckGroup(body);
        body["id"] = id;
        Stamp(body);
        lock (_kinds) _kinds[kind][id] = body;
        return body;
    }

    private void CheckUser(string id, JsonObject user)
    {
        var schemas = (user["schemas"] as JsonArray ?? []).Select(s => (string?)s).ToList();
        if (!schemas.Contains("urn:ietf:params:scim:schemas:core:2.0:User") || user.ContainsKey(Enterprise) && !schemas.Contains(Enterprise)) throw new ScimFault(400, "invalidSyntax", "schemas");
        foreach (var (name, value) in user)
        {
            if (name is "schemas" or "phoneNumbers") continue;
            if (name == "active") { if (value is not JsonValue flag || !flag.TryGetValue<bool>(out _)) throw new ScimFault(400, "invalidValue", "active is a boolean"); }
            else if (name == "name") Texts(value as JsonObject, NameTexts);
            else if (name == Enterprise) Texts(value as JsonObject, WorkTexts);
            else if (!UserTexts.Contains(name) || value is not JsonValue text || !text.TryGetValue<string>(out _)) throw new ScimFault(400, "invalidSyntax", $"attribute {name}");
        }
        if (string.IsNullOrEmpty((string?)user["userName"])) throw new ScimFault(400, "invalidValue", "userName");
        if (_kinds["Users"].Any(u => u.Key != id && string.Equals((string?)u.Value["userName"], (string?)user["userName"], StringComparison.OrdinalIgnoreCase)))
            throw new ScimFault(409, "uniqueness", "the userName is taken");
    }

    private static void Texts(JsonObject? owner, string[] known)
    {
        if (owner is null) throw new ScimFault(400, "invalidSyntax", "not an object");
        foreach (var (name, value) in owner)
            if (!known.Contains(name) || value is not JsonValue text || !text.TryGetValue<string>(out _)) throw new ScimFault(400, "invalidSyntax", $"attribute {name}");
    }

    private void CheckGroup(JsonObject group)
    {
        if ((group["schemas"] as JsonArray ?? []).All(s => (string?)s != "urn:ietf:params:scim:schemas:core:2.0:Group")) throw new ScimFault(400, "invalidSyntax", "schemas");
        if (group.Any(p => p.Key is not ("schemas" or "externalId" or "displayName" or "members")) || string.IsNullOrEmpty((string?)group["displayName"])) throw new ScimFault(400, "invalidSyntax", "a group");
        foreach (var member in group["members"] as JsonArray ?? [])
            if ((string?)member?["value"] is not { } id || !_kinds["Users"].ContainsKey(id)) throw new ScimFault(400, "invalidValue", "a member that is no user");
    }

    private static void Check(JsonObject resource, string? version)
    {
        if (version is not null && version != (string?)resource["meta"]!["version"]) throw new ScimFault(412, null, "another version");
    }

    private static void Stamp(JsonObject resource)
    {
        var number = (string?)resource["meta"]?["version"] is { } old ? int.Parse(old.Trim('W', '/', '"'), CultureInfo.InvariantCulture) : Random.Shared.Next(1, 1_000_000);
        resource["meta"] = new JsonObject { ["version"] = $"W/\"{number + 1}\"" };
    }

    [GeneratedRegex("""^(?<name>[A-Za-z]+) eq (?<value>"([^"\\]|\\.)*")$""", RegexOptions.Singleline)]
    private static partial Regex Filter();

    [GeneratedRegex("""^members\[value eq (?<value>"([^"\\]|\\.)*")\]$""")]
    private static partial Regex Member();
}
