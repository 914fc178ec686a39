using System.Text.Json.Nodes;

namespace Aupd.Workplace.Teams;

/// <summary>A user or group as the server has written it. Names of attributes are compared without regard to case (RFC 7643 §2.1).</summary>
/// <param name="ETag">Its version (RFC 7644 §3.14); null where the server keeps none.</param>
internal sealed record ScimResource(JsonObject Body, string? ETag)
{
    public string Id => Text("id") ?? "";

    /// <summary>The text at a path of dots, or behind the URN of an extension; null where there is none.</summary>
    public string? Text(string path) => At(path) is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    public bool? Flag(string path) => At(path) is not JsonValue value ? null : value.TryGetValue(out bool flag) ? flag
        // Some servers write it as a word.
        : value.TryGetValue(out string? text) && bool.TryParse(text, out flag) ? flag : null;

    /// <summary>Ids of the members of a group.</summary>
    public IReadOnlySet<string> Members() => (Body["members"] as JsonArray ?? []).OfType<JsonObject>()
        .Select(m => m["value"] is JsonValue v && v.TryGetValue(out string? id) ? id : null).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private JsonNode? At(string path)
    {
        var (owner, name) = Split(path);
        return (owner is null ? Body : Body[owner] as JsonObject)?[name];
    }

    /// <summary>Which object of the resource holds the attribute; null: the resource itself.</summary>
    public static (string? Owner, string Name) Split(string path)
    {
        var end = path.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) ? path.LastIndexOf(':') : path.IndexOf('.', StringComparison.Ordinal);
        return end < 0 ? (null, path) : (path[..end], path[(end + 1)..]);
    }

    public override string ToString() => $"resource {Id}";
}
