using System.Text.Json;
using System.Text.Json.Nodes;
using Aupd.Workplace.ActiveDirectory;
using Aupd.Workplace.Delivery;
using Aupd.Workplace.People;

namespace Aupd.Workplace.Teams;

/// <summary>What Teams has confirmed of a user: its version there and the attributes that we keep.</summary>
/// <param name="Values">By path; a flag is the word true or false.</param>
internal sealed record AcknowledgedUser(string? Version, Dictionary<string, string?> Values)
{
    public static AcknowledgedUser? Read(string? json) => json is null ? null : JsonSerializer.Deserialize<AcknowledgedUser>(json, JsonSerializerOptions.Web);

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public override string ToString() => $"acknowledged {Version}";
}

/// <summary>Makes of what is desired a SCIM user (RFC 7643 §4.1 and §4.3), and of two states the difference.</summary>
internal sealed class UserTemplate(TeamsSettings settings, EntryTemplate entries)
{
    public const string UserName = "userName", ExternalId = "externalId", Active = "active", Display = "displayName", Last = "name.familyName", First = "name.givenName",
        Middle = "name.middleName", School = ScimNames.Enterprise + ":organization", Role = ScimNames.Enterprise + ":division", Department = ScimNames.Enterprise + ":department";

    private const int LongestName = 64, LongestDisplay = 256;
    private static readonly string[] Paths = [UserName, ExternalId, Active, Display, Last, First, Middle, School, Role, Department];

    /// <summary>Name for whoever has none yet.</summary>
    /// <exception cref="TargetRefusalException">There is no domain to make it of.</exception>
    public string NameOf(DesiredAccount desired)
    {
        var main = desired.Places[0];
        var name = settings.UserName.Length > 0 ? EntryTemplate.Fill(settings.UserName, main, desired.Login, Plain) : entries.PrincipalName(desired.Login, main);
        return name.EndsWith('.') || name.EndsWith('@') ? throw new TargetRefusalException("The Teams name has no domain: see SignIn:TeamsDomain and Workplace:Teams:UserName.") : name;
    }

    /// <summary>What we keep of a user; a null is to be absent. What is not listed is left as it is.</summary>
    public static Dictionary<string, string?> Values(DueAccount due, DesiredAccount desired, string userName)
    {
        var full = desired.Middle is null ? $"{desired.Last} {desired.First}" : $"{desired.Last} {desired.First} {desired.Middle}";
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [UserName] = userName, [ExternalId] = EntryTemplate.IdOf(due.ProfileId), [Active] = desired.IsActive ? "true" : "false",
            [Display] = LdapText.Cut(full, LongestDisplay), [Last] = LdapText.Cut(desired.Last, LongestName), [First] = LdapText.Cut(desired.First, LongestName),
            [Middle] = desired.Middle is null ? null : LdapText.Cut(desired.Middle, LongestName),
        };
        // A leaver keeps what was said of his place, for whoever asks whose account this was.
        if (desired.Places is not [var main, ..]) return values;
        values[School] = LdapText.Cut(main.School, LongestDisplay);
        values[Role] = desired.Places.Any(p => p.IsTeacher) ? "teacher" : main.IsStaff ? "staff" : "pupil";
        values[Department] = string.IsNullOrWhiteSpace(main.Title) ? null : LdapText.Cut(main.Title.Trim(), LongestDisplay);
        return values;
    }

    /// <summary>What the server says of a user, of that which we keep.</summary>
    public static Dictionary<string, string?> Read(ScimResource user) =>
        Paths.ToDictionary(p => p, p => p == Active ? user.Flag(p) switch { true => "true", false => "false", null => null } : user.Text(p), StringComparer.Ordinal);

    public static Dictionary<string, string?> Difference(Dictionary<string, string?> wanted, Dictionary<string, string?> had) => wanted
        .Where(w => !string.Equals(w.Value, had.GetValueOrDefault(w.Key), w.Key == UserName ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>RFC 7644 §3.5.2: one operation for each attribute that differs.</summary>
    public static JsonArray Operations(Dictionary<string, string?> difference) => new([.. difference.Select(d => (JsonNode)(d.Value is null
        ? new JsonObject { ["op"] = "remove", ["path"] = d.Key }
        : new JsonObject { ["op"] = "replace", ["path"] = d.Key, ["value"] = ValueOf(d.Key, d.Value) }))]);

    /// <summary>Writes values into a resource: an empty one to create, or one that was read to replace.</summary>
    public static JsonObject Apply(JsonObject body, Dictionary<string, string?> values)
    {
        foreach (var (path, value) in values)
        {
            var (owner, name) = ScimResource.Split(path);
            if (owner is not null && body[owner] is not JsonObject && value is not null) body[owner] = new JsonObject();
            var place = owner is null ? body : body[owner] as JsonObject;
            if (value is null) place?.Remove(name);
            else place![name] = ValueOf(path, value);
        }
        var schemas = new JsonArray(ScimNames.User);
        if (body.ContainsKey(ScimNames.Enterprise)) schemas.Add(ScimNames.Enterprise);
        foreach (var other in (body["schemas"] as JsonArray ?? []).Select(s => s?.GetValue<string>()).Where(s => s is not (ScimNames.User or ScimNames.Enterprise))) schemas.Add(other);
        body["schemas"] = schemas;
        return body;
    }

    private static JsonNode ValueOf(string path, string value) => path == Active ? JsonValue.Create(value == "true") : JsonValue.Create(value);

    // Of what stands in for a mark: letters, digits and what a name may hold beside them.
    private static string Plain(string value) => string.Concat(value.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
}
