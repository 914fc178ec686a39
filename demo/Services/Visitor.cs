using System.Text.Json;

namespace Aupd.Demo.Services;

/// <summary>Who is signed in, as the gateway's claims tell it. What a claim leaves out stays empty: a service does not guess.</summary>
internal sealed record Visitor(string Subject, string Name, RoleClaim? Active, IReadOnlyList<RoleClaim> Roles,
    IReadOnlyList<ChildClaim> Children)
{
    public static Visitor From(string subject, string claims)
    {
        using var json = JsonDocument.Parse(claims);
        var root = json.RootElement;
        return new Visitor(subject, Text(root, "name") ?? "", Member(root, "active_role") is { } active ? Role(active) : null,
            [.. List(root, "roles").Select(Role)], [.. List(root, "children").Select(Child)]);
    }

    private static RoleClaim Role(JsonElement e) => new(Text(e, "id") ?? "", Text(e, "role") ?? "", School(e), Text(e, "class"));

    private static ChildClaim Child(JsonElement e) => new(Text(e, "id") ?? "", Text(e, "name") ?? "", School(e), Text(e, "class"));

    private static string? School(JsonElement e) => Member(e, "school") is { ValueKind: JsonValueKind.Object } school
        ? Text(school, "name") : Text(e, "school");

    private static IEnumerable<JsonElement> List(JsonElement e, string name) =>
        Member(e, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object)
            : [];

    private static string? Text(JsonElement e, string name) => Member(e, name) is { ValueKind: JsonValueKind.String } text
        ? text.GetString() : null;

    private static JsonElement? Member(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var found) ? found : null;
}

/// <param name="Role"><c>teacher</c>, <c>staff</c>, <c>pupil</c> or <c>guardian</c>.</param>
internal sealed record RoleClaim(string Id, string Role, string? School, string? Class);

internal sealed record ChildClaim(string Id, string Name, string? School, string? Class);
